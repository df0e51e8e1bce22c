//! Labels as arguments: `unpool(p1)`.

use crate::ast::{Expr, Value};
use crate::report::Message;
use cnn_ir::{Shape, Window};

/// The layer that a label in an argument names.
#[derive(Clone, Debug)]
pub struct Source {
    /// The label.
    pub name: String,
    /// The layer in short.
    pub text: String,
    /// Shape of its input.
    pub input: Shape,
    /// Shape of its output.
    pub output: Shape,
    /// Its window, where it is a pool that can keep the places of its maxima.
    pub window: Option<Window>,
    /// Its number among the network's layers.
    pub node: usize,
}

/// Whether the value can be a label; what it names is looked up where the call stands.
pub(crate) fn read(argument: &str, value: &Value) -> Result<(), Message> {
    match value {
        Value::Expr(Expr::Name(_)) => Ok(()),
        _ => Err(Message {
            area: value.area(),
            text: format!("`{argument}` is the label of an earlier layer"),
        }),
    }
}
