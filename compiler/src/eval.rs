//! Calculations at compile time.

use crate::ast::{Expr, Op};
use crate::limits::in_range;
use crate::report::{Area, Message, nearest};
use proc_macro2::Ident;

/// A calculated number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Real(f64),
    /// A condition.
    Truth(bool),
}

/// The names that a calculation may use.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: Vec<(String, Value)>,
    /// Whether the incoming shape is unknown after a mistake, so that a use of it is no mistake
    /// of its own.
    pub shapeless: bool,
}

impl Names {
    /// Makes a name known, hiding an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.known.push((name.into(), value.into()));
    }

    fn get(&self, name: &str) -> Option<Value> {
        self.known.iter().rev().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    /// How many names are known, to return to with [`Names::return_to`].
    pub fn mark(&self) -> usize {
        self.known.len()
    }

    /// Forgets all names that became known since.
    pub fn return_to(&mut self, mark: usize) {
        self.known.truncate(mark);
    }
}

impl From<i128> for Value {
    fn from(n: i128) -> Self {
        Self::Int(n)
    }
}

/// Why nothing of one's own can have this name, if so.
pub(crate) fn reserved(name: &Ident) -> Option<String> {
    match name.to_string().as_str() {
        word @ ("C" | "H" | "W") => Some(format!("{word} always stands for the incoming shape")),
        word @ ("true" | "false") => Some(format!("`{word}` is a condition, not a name")),
        _ => None,
    }
}

type Result<T> = std::result::Result<T, Message>;

fn error<T>(area: Area, text: impl Into<String>) -> Result<T> {
    Err(Message { area, text: text.into() })
}

/// Calculates.
pub fn eval(expr: &Expr, names: &Names) -> Result<Value> {
    match expr {
        Expr::Int(n, _) => Ok(Value::Int(*n)),
        Expr::Real(x, _) => Ok(Value::Real(*x)),
        Expr::Name(ident) => {
            let name = ident.to_string();
            if name == "true" || name == "false" {
                return Ok(Value::Truth(name == "true"));
            }
            if let Some(value) = names.get(&name) {
                return Ok(value);
            }
            if ["C", "H", "W"].contains(&name.as_str()) {
                if names.shapeless {
                    return error(ident.into(), "");
                }
                return error(
                    ident.into(),
                    format!("`{name}` is not known here: the incoming shape has no {name}"),
                );
            }
            error(ident.into(), unknown(&name, names))
        }
        Expr::Negative(x, _) => match eval(x, names)? {
            Value::Int(n) => Ok(Value::Int(-n)),
            Value::Real(x) => Ok(Value::Real(-x)),
            Value::Truth(_) => error(expr.area(), "a condition has no negative"),
        },
        Expr::Binary(a, op, b) => binary(expr.area(), eval(a, names)?, *op, eval(b, names)?),
    }
}

/// What to say of a word that has no value.
fn unknown(name: &str, names: &Names) -> String {
    if let Some(text) = crossed(name, names) {
        return text;
    }
    if let Some(near) = nearest(name, names.known.iter().map(|(n, _)| n.as_str())) {
        return format!("`{name}` has no value here\nhelp: did you mean `{near}`?");
    }
    if is_constant(name) {
        return unseen(name);
    }
    format!("`{name}` has no value here\nhelp: `let {name} = …;` before the networks gives it one")
}

/// What to say of `CxHxW`, which Rust's lexer takes for one name.
pub(crate) fn crossed(name: &str, names: &Names) -> Option<String> {
    let sizes: Vec<&str> = name.split('x').collect();
    let size = |part: &&str| {
        let number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        number || ["C", "H", "W"].contains(part) || names.get(part).is_some()
    };
    (sizes.len() > 1 && sizes.iter().all(size)).then(|| {
        format!(
            "`{name}` is one word of Rust, so that the names in it can't be seen\nhelp: where a size is calculated, write ({})",
            sizes.join(", ")
        )
    })
}

/// Whether a name is written as Rust's constants and types are.
pub(crate) fn is_constant(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}

/// What to say of a constant, a const generic or an associated constant of Rust.
pub(crate) fn unseen(path: &str) -> String {
    let name = path.rsplit("::").next().unwrap_or(path).to_lowercase();
    format!(
        "`{path}` has no value here: the macro runs before Rust's constants and const generics have theirs\nhelp: `let {name} = 10;` before the networks names a number in here; a `macro_rules!` around `cnn!` can hand one in"
    )
}

fn binary(area: Area, a: Value, op: Op, b: Value) -> Result<Value> {
    use Value::{Int, Real, Truth};
    match (a, b) {
        (Int(a), Int(b)) => integers(area, a, op, b),
        (Truth(a), Truth(b)) => match op {
            Op::And => Ok(Truth(a && b)),
            Op::Or => Ok(Truth(a || b)),
            Op::Eq => Ok(Truth(a == b)),
            Op::Ne => Ok(Truth(a != b)),
            _ => error(area, "conditions are joined by && and ||"),
        },
        (Truth(_), _) | (_, Truth(_)) => error(area, "a condition and a number don't mix"),
        (a, b) => {
            let real = |v| match v {
                Int(n) => n as f64,
                Real(x) => x,
                Truth(_) => f64::NAN,
            };
            let (a, b) = (real(a), real(b));
            Ok(match op {
                Op::Add => Real(a + b),
                Op::Sub => Real(a - b),
                Op::Mul => Real(a * b),
                Op::Div => Real(a / b),
                Op::Rem => Real(a % b),
                Op::Le => Truth(a <= b),
                Op::Ge => Truth(a >= b),
                Op::Eq => Truth(a == b),
                Op::Ne => Truth(a != b),
                Op::And | Op::Or => return error(area, "&& and || join conditions"),
            })
        }
    }
}

fn integers(area: Area, a: i128, op: Op, b: i128) -> Result<Value> {
    let n = match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div | Op::Rem if b == 0 => return error(area, format!("{a} is divided by 0")),
        Op::Div => a.div_euclid(b),
        Op::Rem => a.rem_euclid(b),
        Op::Le => return Ok(Value::Truth(a <= b)),
        Op::Ge => return Ok(Value::Truth(a >= b)),
        Op::Eq => return Ok(Value::Truth(a == b)),
        Op::Ne => return Ok(Value::Truth(a != b)),
        Op::And | Op::Or => return error(area, "&& and || join conditions"),
    };
    if in_range(n) {
        Ok(Value::Int(n))
    } else {
        error(area, format!("{n} is too large for a size"))
    }
}

/// Calculates a whole number.
pub fn int(expr: &Expr, names: &Names) -> Result<i128> {
    match eval(expr, names)? {
        Value::Int(n) => Ok(n),
        Value::Real(x) => error(expr.area(), format!("a whole number belongs here, not {x}")),
        Value::Truth(_) => error(expr.area(), "a whole number belongs here, not a condition"),
    }
}

/// Calculates a condition.
pub fn truth(expr: &Expr, names: &Names) -> Result<bool> {
    match eval(expr, names)? {
        Value::Truth(t) => Ok(t),
        Value::Int(_) | Value::Real(_) => {
            error(expr.area(), "a condition belongs here\nhelp: compare with ==, !=, <= or >=")
        }
    }
}

/// A calculated number, if single precision can hold it.
pub fn single(area: Area, what: &str, x: f64) -> Result<f64> {
    if (x as f32).is_finite() {
        return Ok(x);
    }
    let text = match x.is_nan() {
        true => format!("{what} is not a number: it divides zero by zero, or the like"),
        false => format!("{what} is {x:e}, but the largest number here is {:e}", f32::MAX),
    };
    error(area, text)
}

/// A whole number of at least `least`, as a size.
pub fn size(expr: &Expr, names: &Names, what: &str, least: i128) -> Result<usize> {
    let n = int(expr, names)?;
    if n < least {
        return error(expr.area(), format!("{what} is {n}, but must be at least {least}"));
    }
    Ok(n as usize)
}
