//! Initial values: `init=he`, `init=uniform(-0.1, 0.1)` and so on.
//!
//! With `in` and `out` the numbers of a weight's inputs and outputs – of a convolution, its channels
//! times the elements of its kernel:
//!
//! ```text
//! he        variance 2/in          normal unless `uniform`; `fan_out` takes out (He et al., 2015)
//! lecun     variance 1/in          normal unless `uniform`; `fan_out` takes out (LeCun et al., 1998)
//! xavier    variance 2/(in + out)  uniform unless `normal`  (Glorot and Bengio, 2010)
//! ```
//!
//! A uniform distribution of the variance v ends at ±√(3v). `dirac` lets the first filters, as many as there are
//! channels, pass a channel on as it is.

use crate::ast::{Arg, Expr, Value};
use crate::eval::{self, Names};
use crate::param::{Init, Param};
use crate::report::{Area, Message, nearest};
use crate::spec::{Kind, Spec};
use cnn_ir::Role;

/// How the weights of convolutions and dense layers start.
pub const INIT: Spec = Spec::optional(
    "init",
    Kind::Init(&[
        "he",
        "xavier",
        "lecun",
        "uniform",
        "normal",
        "trunc_normal",
        "constant",
        "zeros",
        "ones",
        "dirac",
        "pytorch",
    ]),
    "how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, dirac, pytorch; the bias then starts at 0 (pytorch)",
)
.network_wide();

/// How their bias starts.
pub const BIAS_INIT: Spec = Spec::optional(
    "bias_init",
    Kind::Init(FIXED),
    "how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch",
)
.network_wide();

/// How a weight starts that has no inputs and outputs: a normalization's scale, an activation's slope.
pub const SCALE_INIT: Spec = Spec::optional(
    "init",
    Kind::Init(FIXED),
    "how the weights start: uniform(…), normal(…), trunc_normal(…), constant(…) or a number, zeros, ones, pytorch (pytorch)",
);

/// How other frameworks call a distribution, and this language.
const FOREIGN: &[(&str, &str)] = &[
    ("kaiming", "he"),
    ("kaiming_normal", "he"),
    ("kaiming_uniform", "he(uniform)"),
    ("he_normal", "he"),
    ("he_uniform", "he(uniform)"),
    ("glorot", "xavier"),
    ("glorot_uniform", "xavier"),
    ("glorot_normal", "xavier(normal)"),
    ("xavier_uniform", "xavier"),
    ("xavier_normal", "xavier(normal)"),
    ("lecun_normal", "lecun"),
    ("lecun_uniform", "lecun(uniform)"),
    ("gaussian", "normal"),
    ("truncated_normal", "trunc_normal"),
    ("zero", "zeros"),
    ("one", "ones"),
    ("default", "pytorch"),
    ("identity", "dirac"),
    ("eye", "dirac"),
];

/// Distributions that need no number of inputs or outputs.
const FIXED: &[&str] =
    &["uniform", "normal", "trunc_normal", "constant", "zeros", "ones", "pytorch"];

/// What an `init` argument asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheme {
    /// What PyTorch does.
    Pytorch,
    /// A variance of so much, divided by the inputs, the outputs, or the mean of both.
    Variance(f64, Fan, Form),
    /// The first filters pass a channel on as it is.
    Dirac,
    /// The same whatever the layer.
    Fixed(Init),
}

/// What a variance is divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Fan {
    In,
    Out,
    Mean,
}

/// The form of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Form {
    Uniform,
    Normal,
}

/// The inputs and outputs of a weight, as PyTorch counts them: the second and the first dimension,
/// each times the product of the others.
fn fans(dims: &[usize]) -> [f64; 2] {
    let others: f64 = dims.iter().skip(2).map(|&n| n as f64).product();
    let of = |i: usize| dims.get(i).map_or(1.0, |&n| n as f64) * others;
    [of(1), of(0)]
}

impl Scheme {
    /// The distribution for a tensor of these dimensions that PyTorch starts as `pytorch`.
    fn init(self, dims: &[usize], pytorch: Init) -> Init {
        match self {
            Self::Pytorch => pytorch,
            Self::Fixed(init) => init,
            Self::Dirac => {
                let inputs = dims.iter().skip(1).product::<usize>().max(1);
                Init::Dirac { inputs }
            }
            Self::Variance(gain, fan, form) => {
                let [inputs, outputs] = match pytorch {
                    Init::Connected { inputs, outputs } => [inputs, outputs].map(|n| n as f64),
                    _ => fans(dims),
                };
                let variance = match fan {
                    Fan::In => gain / inputs,
                    Fan::Out => gain / outputs,
                    Fan::Mean => 2.0 * gain / (inputs + outputs),
                };
                match form {
                    Form::Normal => Init::Normal { mean: 0.0, std: variance.sqrt() },
                    Form::Uniform => {
                        let bound = (3.0 * variance).sqrt();
                        Init::Uniform { low: -bound, high: bound }
                    }
                }
            }
        }
    }
}

/// Gives a layer's tensors the initial values that are asked for. Where only those of the weights
/// are, the bias starts at 0.
pub(crate) fn initialize(params: &mut [Param], weight: Option<Scheme>, bias: Option<Scheme>) {
    let zero = weight.filter(|w| *w != Scheme::Pytorch).map(|_| Scheme::Fixed(Init::Constant(0.0)));
    for p in params.iter_mut().filter(|p| p.role == Role::Trainable) {
        let scheme = match p.name {
            "weight" | "" => weight,
            "bias" => bias.or(zero),
            _ => None,
        };
        if let Some(scheme) = scheme {
            p.init = scheme.init(&p.dims, p.init);
        }
    }
}

type Result<T> = std::result::Result<T, Message>;

fn error<T>(area: Area, text: impl Into<String>) -> Result<T> {
    Err(Message { area, text: text.into() })
}

/// Reads the value of an `init` argument, one of these `words`.
pub(crate) fn read(what: &str, value: &Value, words: &[&str], names: &Names) -> Result<Scheme> {
    let constant = |value: &Value| {
        let area = value.area();
        let number = [Arg { name: None, value: value.clone(), area }];
        fixed("constant", value, &number, names).map(Scheme::Fixed)
    };
    let (word, given) = match value {
        // A bare number is that constant.
        Value::Expr(Expr::Int(..) | Expr::Real(..) | Expr::Negative(..) | Expr::Binary(..)) => {
            return constant(value);
        }
        Value::Expr(Expr::Name(word)) => (word, &[][..]),
        Value::Call(call) => (&call.name, call.args.as_deref().unwrap_or_default()),
        _ => return error(value.area(), format!("`{what}` is one of {}", words.join(", "))),
    };
    let name = word.to_string();
    if !words.contains(&name.as_str()) {
        if let Value::Expr(e) = value
            && eval::eval(e, names).is_ok()
        {
            return constant(value);
        }
        let foreign = FOREIGN.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours);
        let foreign = foreign.filter(|ours| words.iter().any(|w| ours.starts_with(w)));
        let help = match foreign.or_else(|| nearest(&name, words.iter().copied())) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("`{what}` is one of {}", words.join(", ")),
        };
        return error(word.into(), format!("`{name}` is not a value of `{what}`\nhelp: {help}"));
    }
    let variance = |gain, fan, form| scheme_words(&name, given, (gain, fan, form));
    match name.as_str() {
        "he" => variance(2.0, Fan::In, Form::Normal),
        "lecun" => variance(1.0, Fan::In, Form::Normal),
        "xavier" => variance(1.0, Fan::Mean, Form::Uniform),
        "pytorch" => numbers(&name, value, given, names, &[""]).map(|_| Scheme::Pytorch),
        "dirac" => numbers(&name, value, given, names, &[""]).map(|_| Scheme::Dirac),
        _ => fixed(&name, value, given, names).map(Scheme::Fixed),
    }
}

/// The words in `he(fan_out, uniform)`.
fn scheme_words(name: &str, given: &[Arg], (gain, fan, form): (f64, Fan, Form)) -> Result<Scheme> {
    let allowed = match fan {
        Fan::Mean => &["normal", "uniform"][..],
        Fan::In | Fan::Out => &["fan_in", "fan_out", "normal", "uniform"],
    };
    let (mut fan, mut form) = (fan, form);
    for arg in given {
        let word = match (&arg.name, &arg.value) {
            (None, Value::Expr(Expr::Name(word))) => word.to_string(),
            _ => String::new(),
        };
        match word.as_str() {
            "uniform" => form = Form::Uniform,
            "normal" => form = Form::Normal,
            "fan_in" if fan != Fan::Mean => fan = Fan::In,
            "fan_out" if fan != Fan::Mean => fan = Fan::Out,
            _ => return error(arg.area, format!("`{name}` takes {}", allowed.join(", "))),
        }
    }
    Ok(Scheme::Variance(gain, fan, form))
}

fn fixed(name: &str, value: &Value, given: &[Arg], names: &Names) -> Result<Init> {
    let forms: &[&str] = match name {
        "uniform" => &["bound", "low, high"],
        "normal" => &["deviation", "mean, deviation"],
        "trunc_normal" => &["deviation"],
        "constant" => &["number"],
        _ => &[""],
    };
    let numbers = numbers(name, value, given, names, forms)?;
    match (name, numbers.as_slice()) {
        ("zeros", _) => Ok(Init::Constant(0.0)),
        ("constant", &[x]) => Ok(Init::Constant(x as f32)),
        ("uniform", &[bound]) if bound >= 0.0 => Ok(Init::Uniform { low: -bound, high: bound }),
        ("uniform", &[low, high]) if low <= high => Ok(Init::Uniform { low, high }),
        ("uniform", _) => error(value.area(), "the upper bound lies below the lower one"),
        ("normal", &[std]) if std >= 0.0 => Ok(Init::Normal { mean: 0.0, std }),
        ("normal", &[mean, std]) if std >= 0.0 => Ok(Init::Normal { mean, std }),
        ("trunc_normal", &[std]) if std >= 0.0 => Ok(Init::TruncatedNormal { std }),
        ("normal" | "trunc_normal", _) => error(value.area(), "a standard deviation is at least 0"),
        _ => Ok(Init::Constant(1.0)),
    }
}

/// The numbers in the parentheses, of which there are as many as in one of the forms.
fn numbers(
    name: &str,
    value: &Value,
    given: &[Arg],
    names: &Names,
    forms: &[&str],
) -> Result<Vec<f64>> {
    let counts = |form: &&str| if form.is_empty() { 0 } else { form.split(',').count() };
    if let Some(arg) = given.iter().find(|a| a.name.is_some()) {
        return error(arg.area, format!("the numbers of `{name}` have no names"));
    }
    if !forms.iter().any(|form| counts(form) == given.len()) {
        let forms: Vec<String> = forms
            .iter()
            .map(|f| if f.is_empty() { name.to_owned() } else { format!("{name}({f})") })
            .collect();
        let many = if given.len() == 1 { "number is" } else { "numbers are" };
        return error(
            value.area(),
            format!("this is written {}, but {} {many} given", forms.join(" or "), given.len()),
        );
    }
    let number = |arg: &Arg| match &arg.value {
        Value::Expr(e) => match eval::eval(e, names)? {
            eval::Value::Int(n) => Ok(n as f64),
            eval::Value::Real(x) => eval::single(e.area(), "this", x),
            eval::Value::Truth(_) => error(e.area(), "a number belongs here"),
        },
        other => error(other.area(), "a number belongs here"),
    };
    given.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_of_the_papers() {
        let dims = [64, 32, 3, 5];
        let std = |gain, fan| match Scheme::Variance(gain, fan, Form::Normal)
            .init(&dims, Init::Constant(0.0))
        {
            Init::Normal { mean: 0.0, std } => std,
            other => panic!("{other:?}"),
        };
        assert_eq!(std(2.0, Fan::In), (2.0 / 480.0f64).sqrt());
        assert_eq!(std(1.0, Fan::Out), (1.0 / 960.0f64).sqrt());
        assert_eq!(std(1.0, Fan::Mean), (2.0 / 1440.0f64).sqrt());
        let xavier = Scheme::Variance(1.0, Fan::Mean, Form::Uniform);
        let bound = (6.0 / 140.0f64).sqrt();
        match xavier.init(&[100, 40], Init::Constant(0.0)) {
            Init::Uniform { low, high } => {
                assert!((high - bound).abs() < 1e-15 && low == -high);
            }
            other => panic!("{other:?}"),
        }
    }
}
