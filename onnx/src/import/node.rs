//! A node's attributes, read.

use crate::proto::{AttributeProto, NodeProto, TensorProto, attribute};

/// Sizes that windows and their steps may have: the product of two of them is no overflow.
pub(crate) const SIZES: std::ops::RangeInclusive<usize> = 1..=1 << 30;

/// A node as operators read it.
pub(crate) struct Node<'a> {
    pub proto: &'a NodeProto,
    /// The version of the operators.
    pub opset: i64,
}

impl<'a> Node<'a> {
    fn find(&self, name: &str, kind: i32) -> Result<Option<&'a AttributeProto>, String> {
        let found = self.proto.attribute.iter().find(|a| a.name == name);
        match found {
            Some(a) if ![0, kind].contains(&a.kind) => {
                Err(format!("its `{name}` is of another kind than it should be"))
            }
            Some(a) if !a.ref_attr_name.is_empty() => {
                Err(format!("its `{name}` refers to a function's attribute"))
            }
            found => Ok(found),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.proto.attribute.iter().any(|a| a.name == name)
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> Result<i64, String> {
        Ok(self.find(name, attribute::INT)?.map_or(default, |a| a.i))
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> Result<f32, String> {
        match self.float_or_infinite(name, default)? {
            found if found.is_finite() => Ok(found),
            found => Err(format!("its `{name}` is {found}")),
        }
    }

    pub(crate) fn float_or_infinite(&self, name: &str, default: f32) -> Result<f32, String> {
        Ok(self.find(name, attribute::FLOAT)?.map_or(default, |a| a.f))
    }

    pub(crate) fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, String> {
        Ok(self.find(name, attribute::INTS)?.map(|a| a.ints.clone()))
    }

    pub(crate) fn floats(&self, name: &str) -> Result<Option<Vec<f32>>, String> {
        Ok(self.find(name, attribute::FLOATS)?.map(|a| a.floats.clone()))
    }

    pub(crate) fn word(&self, name: &str, default: &str) -> Result<String, String> {
        let found = self.find(name, attribute::STRING)?;
        Ok(found.map_or_else(|| default.to_owned(), |a| String::from_utf8_lossy(&a.s).into_owned()))
    }

    pub(crate) fn tensor(&self, name: &str) -> Result<Option<&'a TensorProto>, String> {
        Ok(self.find(name, attribute::TENSOR)?.and_then(|a| a.t.as_ref()))
    }

    /// Whether an input is given.
    pub(crate) fn given(&self, input: usize) -> bool {
        self.proto.input.get(input).is_some_and(|name| !name.is_empty())
    }

    /// Two sizes, each from 1 to the largest that windows have.
    pub(crate) fn pair(&self, name: &str, default: [usize; 2]) -> Result<[usize; 2], String> {
        let Some(list) = self.ints(name)? else { return Ok(default) };
        let sizes: Vec<usize> = list
            .iter()
            .filter_map(|&n| usize::try_from(n).ok().filter(|n| SIZES.contains(n)))
            .collect();
        match (list.len(), sizes.as_slice()) {
            (2, &[a, b]) => Ok([a, b]),
            _ => Err(format!(
                "its `{name}` is {list:?}: images have two dimensions, each with a size of at least 1 and at most {}",
                SIZES.end()
            )),
        }
    }

    /// What `name` and `default` are where only one value can be expressed.
    pub(crate) fn expect(&self, name: &str, only: i64) -> Result<(), String> {
        match self.int(name, only)? {
            found if found == only => Ok(()),
            found => Err(format!("its `{name}` is {found}, and only {only} can be expressed")),
        }
    }
}
