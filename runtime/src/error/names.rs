//! What one renaming would do for the names of a file.

use super::text::Name;
use crate::error::TensorProblem;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A line on how the names of a file become those of the network, if one renaming does it.
pub(super) struct Renaming<'a>(pub(super) &'a [TensorProblem]);

type Named<'a> = (&'a str, &'a [usize]);

impl fmt::Display for Renaming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<Named<'_>> = self.0.iter().filter_map(missing).collect();
        let surplus: Vec<Named<'_>> = self.0.iter().filter_map(surplus).collect();
        let (Some(&(first, _)), Some(&(other, _))) = (missing.first(), surplus.first()) else {
            return Ok(());
        };
        let rename = |f: &mut fmt::Formatter<'_>, from: &str, to: &str| {
            write!(
                f,
                "\n  help: `net.load_partial(Pretrained::open(path)?.rename(\"{}\", \"{}\"))?.complete()?` renames them",
                Name(from),
                Name(to),
            )
        };
        if let Some(prefix) = prefix(first, &missing, &surplus) {
            write!(f, "\n  the file's names begin with `{}`, the network's do not", Name(prefix))?;
            return rename(f, &format!("{prefix}*"), "*");
        }
        if let Some(prefix) = prefix(other, &surplus, &missing) {
            // No one pattern says so: names that fit already would be changed, too.
            return write!(f, "\n  the network's names begin with `{prefix}`, the file's do not");
        }
        if let Some((from, to)) = alike(&missing, &surplus) {
            let shown = Name(from);
            write!(f, "\n  the file's `{shown}…` has the shapes of the network's `{to}…`")?;
            return rename(f, &format!("{from}*"), &format!("{to}*"));
        }
        Ok(())
    }
}

fn missing(problem: &TensorProblem) -> Option<Named<'_>> {
    match problem {
        TensorProblem::Missing { path, expected } => Some((path, expected)),
        _ => None,
    }
}

fn surplus(problem: &TensorProblem) -> Option<Named<'_>> {
    match problem {
        // Counters may be missing.
        TensorProblem::Surplus { path, found, .. } if !found.is_empty() => Some((path, found)),
        _ => None,
    }
}

/// What the longer names have before each of the shorter ones.
fn prefix<'a>(first: &str, shorter: &[Named<'_>], longer: &[Named<'a>]) -> Option<&'a str> {
    let all: HashSet<&str> = longer.iter().map(|&(name, _)| name).collect();
    let mut prefixes = longer
        .iter()
        .filter_map(|&(name, _)| name.strip_suffix(first))
        .filter(|prefix| prefix.ends_with('.'));
    prefixes.find(|prefix| {
        shorter.iter().all(|(name, _)| all.contains(format!("{prefix}{name}").as_str()))
    })
}

/// Beginnings of names, the file's and the network's, after which all is the same, dimensions too.
fn alike<'a>(missing: &[Named<'a>], surplus: &[Named<'a>]) -> Option<(&'a str, &'a str)> {
    let found: HashMap<&str, &[usize]> = surplus.iter().copied().collect();
    let &(first, dims) = missing.first()?;
    // The shortest beginnings are the most general: `layers.` and `blocks.`, not `layers.0.` and `blocks.0.`.
    for (at, _) in first.match_indices('.') {
        let (to, rest) = first.split_at(at + 1);
        let begins = |&&(name, of): &&Named<'a>| {
            of == dims && name.strip_suffix(rest).is_some_and(|from| from.ends_with('.'))
        };
        // Few of the file's names can be tried, and one that is right is among the first.
        for &(name, _) in surplus.iter().filter(begins).take(8) {
            let from = name.strip_suffix(rest)?;
            let mut under = missing.iter().filter(|(name, _)| name.starts_with(to)).peekable();
            let more = under.clone().count() > 1;
            let same = |&(name, dims): &Named<'a>| {
                let renamed = format!("{from}{}", &name[to.len()..]);
                found.get(renamed.as_str()).is_some_and(|&found| found == dims)
            };
            if more && under.all(same) {
                return Some((from, to));
            }
        }
    }
    None
}
