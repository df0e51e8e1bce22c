//! Arguments as text again, for messages that show what to write.

use crate::ast::{Arg, Expr, Op, Sizes, Value};
use std::fmt::{Display, Formatter, Result};

impl Op {
    /// Its sign, and how strongly it binds.
    fn sign(self) -> (&'static str, u8) {
        match self {
            Self::Or => ("||", 1),
            Self::And => ("&&", 2),
            Self::Eq => ("==", 3),
            Self::Ne => ("!=", 3),
            Self::Le => ("<=", 3),
            Self::Ge => (">=", 3),
            Self::Add => ("+", 4),
            Self::Sub => ("-", 4),
            Self::Mul => ("*", 5),
            Self::Div => ("/", 5),
            Self::Rem => ("%", 5),
        }
    }
}

impl Expr {
    /// Its text, in parentheses where what stands around it binds as strongly as `around` or less.
    fn within(&self, around: u8) -> String {
        match self {
            Self::Int(n, _) => n.to_string(),
            Self::Real(x, _) => format!("{x:?}"),
            Self::Name(name) => name.to_string(),
            Self::Negative(x, _) => format!("-{}", x.within(6)),
            Self::Binary(a, op, b) => {
                let (sign, strength) = op.sign();
                let text = format!("{} {sign} {}", a.within(strength), b.within(strength + 1));
                if strength < around { format!("({text})") } else { text }
            }
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.within(0))
    }
}

impl Display for Sizes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let parts: Vec<String> = self.parts.iter().map(ToString::to_string).collect();
        match self.crossed {
            true => f.write_str(&parts.join("x")),
            false => write!(f, "({})", parts.join(", ")),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Expr(e) => e.fmt(f),
            Self::Sizes(sizes) => sizes.fmt(f),
            Self::Call(call) => {
                let args: Vec<String> =
                    call.args.iter().flatten().map(ToString::to_string).collect();
                write!(f, "{}({})", call.name, args.join(", "))
            }
            Self::Lists(_) => f.write_str("[…]"),
            Self::Text(word, _) => f.write_str(word),
        }
    }
}

impl Display for Arg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.name {
            Some(name) => write!(f, "{name}={}", self.value),
            None => self.value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    #[test]
    fn a_calculation_keeps_its_meaning() {
        for text in ["2 * f + 1", "2 * (f + 1)", "a - (b - c)", "-(a + 1)", "a - b - c", "0.5"] {
            let e = crate::parse::calculation.parse_str(text).expect("a calculation");
            assert_eq!(e.to_string(), text);
        }
    }
}
