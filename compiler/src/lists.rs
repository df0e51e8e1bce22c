//! Lists of whole numbers as an argument: `[[0, 1], [1, 2]]`.

use crate::ast::{Expr, Lists, Value};
use crate::eval::{self, Names};
use crate::report::{Area, Message};

/// A list, with its place.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The numbers, each with its place.
    pub numbers: Vec<(usize, Area)>,
    /// All of it.
    pub area: Area,
}

/// Reads the value of an argument called `name`.
pub(crate) fn read(name: &str, value: &Value, names: &Names) -> Result<Vec<Listed>, Message> {
    let Value::Lists(Lists { lists, .. }) = value else {
        let text = format!("`{name}` is a list of lists: [[0, 1], [1, 2], …]");
        return Err(Message { area: value.area(), text });
    };
    let what = format!("a number of `{name}`");
    let number = |e: &Expr| Ok((eval::size(e, names, &what, 0)?, e.area()));
    let list = |(numbers, area): &(Vec<Expr>, Area)| {
        let numbers = numbers.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Listed { numbers, area: *area })
    };
    lists.iter().map(list).collect()
}
