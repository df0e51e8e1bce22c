//! Whether a file's tensors are the network's.

use super::Weights;
use super::header::{Header, Tensor, shown};
use crate::net::Net;
use crate::param::Param;
use crate::report::{Area, Report, nearest};
use cnn_ir::file::PACKED;
use cnn_ir::{Element, Role};
use proc_macro2::Span;
use std::collections::{BTreeSet, HashMap};

/// Tensors that are named in one message.
const SHOWN: usize = 4;

/// The counters of a network in their order: path, place and type of those that the file has, and where their layer
/// stands.
pub(super) fn counters<'a>(
    net: &'a Net,
    header: &'a Header,
) -> impl Iterator<Item = (Option<(String, u64, Element)>, Area)> + 'a {
    net.nodes.iter().flat_map(move |node| {
        let counters = node.layer.params.iter().filter(|p| p.role == Role::Counter);
        counters.map(move |param| {
            let path = node.tensor(param);
            let place = header
                .tensors
                .get(&path)
                .and_then(|tensor| Some((tensor.start, Element::named(&tensor.element)?)));
            (place.map(|(start, element)| (path, start, element)), node.area)
        })
    })
}

/// Finds the place of every tensor. What is missing, misshapen or mistyped is an error of its layer, what is surplus
/// one of the file.
pub(super) fn fit(
    weights: &mut Weights,
    net: &Net,
    header: &Header,
    span: Span,
    report: &mut Report,
) {
    let (mut misfits, mut missing) = (Vec::new(), Vec::new());
    let mut wanted = BTreeSet::new();
    for node in &net.nodes {
        let mut places = Vec::new();
        for param in &node.layer.params {
            let path = node.tensor(param);
            let found = header.tensors.get(&path);
            let counter = param.role == Role::Counter;
            match found.map(|tensor| element(tensor, param)) {
                Some(Ok(element)) => {
                    let floats = found.filter(|_| !counter);
                    places.push(floats.map(|tensor| (header.start + tensor.start, element)));
                }
                Some(Err(what)) => misfits.push((node.area, format!("`{}`: {what}", shown(&path)))),
                // PyTorch takes a counter that older files do not have for 0, too.
                None if counter => places.push(None),
                None => missing.push((node.area, path.clone(), dims(&param.dims))),
            }
            wanted.insert(path);
        }
        weights.tensors.push(places);
    }
    // What the layers of a user's own have, only rustc knows.
    let own: Vec<String> = (net.nodes.iter().filter(|node| node.layer.own.is_some()))
        .map(|node| format!("{}.", node.path))
        .collect();
    let surplus: Vec<(&str, &Tensor)> = (header.tensors.iter())
        .filter(|(name, _)| !wanted.contains(*name) && !name.starts_with(PACKED))
        .filter(|(name, _)| !own.iter().any(|path| name.starts_with(path)))
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();

    let absent: Vec<&str> = missing.iter().map(|(_, path, _)| path.as_str()).collect();
    let names: Vec<&str> = surplus.iter().map(|(name, _)| *name).collect();
    // Counters may be missing.
    let floats = surplus.iter().filter(|(_, tensor)| !tensor.dims.is_empty());
    let renaming = renaming(&absent, &floats.map(|(name, _)| *name).collect::<Vec<_>>());
    if let Some(text) = &renaming {
        report.error(span, format!("`{}` has other names: {text}", weights.name));
    } else {
        for (area, path, dims) in &missing {
            let near = nearest(path, names.iter().copied());
            let near = near.map(|n| format!("; the file has `{}`", shown(n))).unwrap_or_default();
            misfits.push((*area, format!("`{}` ({dims}) is missing{near}", shown(path))));
        }
        if !surplus.is_empty() {
            let lines = surplus
                .iter()
                .map(|(name, tensor)| format!("`{}` ({})", shown(name), dims(&tensor.dims)));
            let text = format!(
                "`{}` has what the network does not have:{}",
                weights.name,
                list(&lines.collect::<Vec<_>>())
            );
            report.error(span, text);
        }
    }
    for (area, lines) in by_place(misfits) {
        misfit(&weights.name, area, &lines, report);
    }
}

/// Says of a layer what of a file does not fit it.
pub(super) fn misfit(file: &str, area: Area, lines: &[String], report: &mut Report) {
    report.error(area, format!("`{file}` does not fit this layer:{}", list(lines)));
}

/// The lines of each place, places in the order of their first line: copies of a layer stand at one.
fn by_place(lines: Vec<(Area, String)>) -> Vec<(Area, Vec<String>)> {
    let (mut places, mut known) = (Vec::<(Area, Vec<String>)>::new(), HashMap::new());
    for (area, line) in lines {
        let place = *known.entry(format!("{area:?}")).or_insert(places.len());
        match places.get_mut(place) {
            Some((_, lines)) => lines.push(line),
            None => places.push((area, vec![line])),
        }
    }
    places
}

/// The first few of some lines.
fn list(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines.iter().take(SHOWN) {
        text.push_str("\n  ");
        text.push_str(line);
    }
    match lines.len().saturating_sub(SHOWN) {
        0 => text,
        rest => text + &format!("\n  and {rest} more"),
    }
}

/// The type of a tensor's elements, if it can be the network's; else what was found and what was expected.
fn element(tensor: &Tensor, param: &Param) -> Result<Element, String> {
    let counter = param.role == Role::Counter;
    let same = tensor.dims.iter().copied().eq(param.dims.iter().map(|&d| d as u64));
    // A counter saved as a tensor of one element is as good as a scalar.
    let fits = same || counter && tensor.dims == [1];
    if !fits {
        return Err(format!("found {}, expected {}", dims(&tensor.dims), dims(&param.dims)));
    }
    match Element::named(&tensor.element) {
        Some(element) if counter || element.is_float() => Ok(element),
        _ => {
            let expected = match counter {
                true => "I64 (or another type of integers or floats of 8 to 64 bits)",
                false => "F32 (or F64, F16, BF16)",
            };
            let found = shown(&tensor.element);
            Err(format!("found elements of type {found}, expected {expected}"))
        }
    }
}

/// Dimensions as `6×1×5×5`; a scalar's as `a scalar`.
fn dims<T: ToString>(dims: &[T]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = dims.iter().take(MOST).map(ToString::to_string).collect();
    match (shown.is_empty(), dims.len() > MOST) {
        (true, _) => "a scalar".to_owned(),
        (_, true) => shown.join("×") + "×…",
        (_, false) => shown.join("×"),
    }
}

/// What is said if all missing tensors are there with something before their names, or the other way round.
fn renaming(missing: &[&str], surplus: &[&str]) -> Option<String> {
    let (&first, &other) = (missing.first()?, surplus.first()?);
    if let Some(prefix) = prefix(first, missing, surplus) {
        let prefix = shown(prefix);
        return Some(format!(
            "they begin with `{prefix}`, the network's do not\nhelp: load it with \
             `Pretrained::open(path)?.rename(\"{prefix}*\", \"*\")`, and save what that gives"
        ));
    }
    let prefix = prefix(other, surplus, missing)?;
    Some(format!("the network's begin with `{}`, the file's do not", shown(prefix)))
}

/// What the longer names have before each of the shorter ones.
fn prefix<'a>(first: &str, shorter: &[&str], longer: &[&'a str]) -> Option<&'a str> {
    let all: BTreeSet<&str> = longer.iter().copied().collect();
    let mut prefixes = longer.iter().filter_map(|name| name.strip_suffix(first));
    prefixes.find(|prefix| {
        let mut with = shorter.iter().map(|name| format!("{prefix}{name}"));
        prefix.ends_with('.') && with.all(|name| all.contains(name.as_str()))
    })
}
