//! The parameter path: which layers stand in a group together, and what is called how.

use super::tree::{Chain, Head, Tree, Unit};
use crate::import::{Layer, Network};
use cnn_ir::{Op, Source};
use std::collections::{HashMap, HashSet};

/// Chains in groups, and names.
#[derive(Debug, Default)]
pub(super) struct Leveled {
    pub chains: Vec<Chain>,
    /// The label of each layer that has tensors or is named; a layer's number otherwise counts.
    pub labels: HashMap<usize, String>,
    /// What else a layer's value is called, by an `identity` at this level, after the unit that ends with it.
    pub aliases: HashMap<usize, (Vec<String>, String)>,
    /// How a value is named where a chain starts from it.
    pub names: HashMap<Source, String>,
    /// What the outputs are called; empty for a single one at the end.
    pub outputs: Vec<String>,
    /// The chain that gives each output.
    pub output_chains: Vec<usize>,
    /// What the inputs are called, where chains start from their names.
    pub inputs: Vec<String>,
}

/// How many levels are refused, one at a time, before all are.
const MOST_ROUNDS: usize = 100;

/// Levels that can't be groups: the level around, and the name.
type Refused = HashSet<(Vec<String>, String)>;

pub(super) fn level(network: &Network, tree: Tree) -> Leveled {
    let chains = tree.chains;
    let wishes = wishes(network);
    let mut refused = Refused::new();
    // Levels that hinder one another again and again are no groups at all.
    for round in 0.. {
        let path = |wish: &Vec<String>| match round < MOST_ROUNDS {
            true => without(wish, &refused),
            false => flat(wish),
        };
        let mut paths: Vec<Vec<String>> = wishes.iter().map(path).collect();
        apart(&mut paths, network);
        let mut seen = HashSet::new();
        let mut twice = None;
        let grouped: Vec<Chain> = chains
            .iter()
            .map(|chain| {
                let units = group(&chain.units, &paths, &mut Vec::new(), &mut seen, &mut twice);
                Chain { head: chain.head, units }
            })
            .collect();
        let refusal = twice.or_else(|| hidden(network, &grouped));
        match refusal {
            Some(refusal) => refused.insert(refusal),
            None => {
                let output_chains = tree.outputs;
                return Leveled { output_chains, ..name(network, grouped, &paths) };
            }
        };
    }
    unreachable!("paths of one word have no levels to refuse")
}

/// A path of one word.
fn flat(path: &[String]) -> Vec<String> {
    if path.is_empty() { Vec::new() } else { vec![path.join("_")] }
}

/// Makes paths of tensors differ from one another and from levels; the levels.
fn apart(paths: &mut [Vec<String>], network: &Network) -> HashSet<Vec<String>> {
    let named =
        |(path, layer): &(&mut Vec<String>, &Layer)| !layer.tensors.is_empty() && !path.is_empty();
    let mut levels: HashSet<Vec<String>> = HashSet::new();
    for (path, _) in paths.iter_mut().zip(&network.layers).filter(named) {
        for end in 1..path.len() {
            levels.insert(path[..end].to_vec());
        }
    }
    let mut taken: HashSet<Vec<String>> = HashSet::new();
    // How often a path has been asked for: the next number is not searched for again.
    let mut asked: HashMap<Vec<String>, usize> = HashMap::new();
    for (path, _) in paths.iter_mut().zip(&network.layers).filter(named) {
        let (wish, last) = (path.clone(), path.len() - 1);
        let n = asked.entry(wish.clone()).or_insert(1);
        while taken.contains(path) || levels.contains(path) {
            *n += 1;
            path[last] = format!("{}_{n}", wish[last]);
        }
        taken.insert(path.clone());
    }
    levels
}

/// The paths that layers ask for, each once: those with tensors first.
fn wishes(network: &Network) -> Vec<Vec<String>> {
    let mut wishes: Vec<Vec<String>> = network.layers.iter().map(|l| l.path.clone()).collect();
    let levels = apart(&mut wishes, network);
    // A layer without tensors has no need of a name of its own: it belongs to the innermost level of those that have.
    for (path, layer) in wishes.iter_mut().zip(&network.layers) {
        if layer.tensors.is_empty() && !path.is_empty() {
            let level =
                (0..path.len()).rev().find(|&end| end == 0 || levels.contains(&path[..end]));
            path.truncate(level.unwrap_or(0));
            path.push(String::new());
        }
    }
    wishes
}

/// The path without the levels that can't be groups: their names stand before what is in them.
fn without(path: &[String], refused: &Refused) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, part) in path.iter().enumerate() {
        if !word.is_empty() {
            word.push('_');
        }
        word.push_str(part);
        let last = i + 1 == path.len();
        if last || !refused.contains(&(made.clone(), word.clone())) {
            made.push(std::mem::take(&mut word));
        }
    }
    made
}

/// Units with the same next level as groups.
fn group(
    units: &[Unit],
    paths: &[Vec<String>],
    level: &mut Vec<String>,
    seen: &mut HashSet<Vec<String>>,
    twice: &mut Option<(Vec<String>, String)>,
) -> Vec<Unit> {
    let depth = level.len();
    // The next level of all layers of a unit that ask for one; an error where they differ.
    let next = |unit: &Unit| -> Result<Option<&str>, ()> {
        let mut layers = Vec::new();
        unit.layers(&mut layers);
        let mut found = None;
        for layer in layers {
            let path = &paths[layer];
            if path.is_empty() {
                continue;
            }
            let here = path.len() > depth + 1 && path.starts_with(level);
            match (here.then(|| path[depth].as_str()), found) {
                (None, _) => return Err(()),
                (Some(word), None) => found = Some(word),
                (Some(word), Some(before)) if word == before => {}
                _ => return Err(()),
            }
        }
        Ok(found)
    };
    let wants: Vec<Result<Option<&str>, ()>> = units.iter().map(next).collect();
    let mut made = Vec::new();
    let mut i = 0;
    while i < units.len() {
        let Ok(Some(word)) = wants[i] else {
            made.push(inside(&units[i], paths, level, seen, twice));
            i += 1;
            continue;
        };
        // As far as others of the level follow, past those that don't care.
        let mut end = i + 1;
        for j in i + 1..units.len() {
            match wants[j] {
                Ok(Some(other)) if other == word => end = j + 1,
                Ok(None) => {}
                _ => break,
            }
        }
        level.push(word.to_owned());
        if !seen.insert(level.clone()) && twice.is_none() {
            *twice = Some((level[..depth].to_vec(), word.to_owned()));
        }
        let body = group(&units[i..end], paths, level, seen, twice);
        level.pop();
        made.push(Unit::Group(word.to_owned(), body));
        i = end;
    }
    made
}

/// A unit that is no group here; its branches may hold some.
fn inside(
    unit: &Unit,
    paths: &[Vec<String>],
    level: &mut Vec<String>,
    seen: &mut HashSet<Vec<String>>,
    twice: &mut Option<(Vec<String>, String)>,
) -> Unit {
    match unit {
        Unit::Join(layer, branches) => {
            let branches = branches.iter().map(|chain| Chain {
                head: chain.head,
                units: group(&chain.units, paths, level, seen, twice),
            });
            Unit::Join(*layer, branches.collect())
        }
        other => other.clone(),
    }
}

/// Where each value stands, and where others start from it: groups from the outermost on.
#[derive(Default)]
struct Places {
    values: HashMap<usize, Vec<String>>,
    /// The value that a group ends with.
    ends: HashMap<Vec<String>, usize>,
    uses: Vec<Use>,
}

/// A place where a value is named.
struct Use {
    source: Source,
    from: Vec<String>,
    /// Whether it must be the layer itself that has the name: another one passes its value on, and no more.
    itself: bool,
}

impl Places {
    fn of(network: &Network, chains: &[Chain]) -> Self {
        let mut places = Self::default();
        for chain in chains {
            places.chain(network, chain, &mut Vec::new());
        }
        places
    }

    fn chain(&mut self, network: &Network, chain: &Chain, level: &mut Vec<String>) {
        if let Head::Label(source) = chain.head {
            self.uses.push(Use { source, from: level.clone(), itself: false });
        }
        self.units(network, &chain.units, level);
    }

    fn units(&mut self, network: &Network, units: &[Unit], level: &mut Vec<String>) {
        for unit in units {
            match unit {
                Unit::Layer(layer) => {
                    self.values.insert(*layer, level.clone());
                    let node = &network.layers[*layer];
                    if let (Op::Unpool { .. }, Some(&source)) = (&node.op, node.inputs.get(1)) {
                        self.uses.push(Use { source, from: level.clone(), itself: true });
                    }
                }
                Unit::Join(layer, branches) => {
                    branches.iter().for_each(|b| self.chain(network, b, level));
                    self.values.insert(*layer, level.clone());
                }
                Unit::Group(word, units) => {
                    level.push(word.clone());
                    self.units(network, units, level);
                    self.ends.insert(level.clone(), unit.end());
                    level.pop();
                }
            }
        }
    }

    /// Where a value can be seen from a place: the level at which it, or the group that ends with it, stands; or the
    /// group that hides it.
    fn visible(
        &self,
        layer: usize,
        from: &[String],
        itself: bool,
    ) -> Result<Vec<String>, Vec<String>> {
        let place = &self.values[&layer];
        let common = place.iter().zip(from).take_while(|(a, b)| a == b).count();
        if place.len() == common {
            return Ok(place.clone());
        }
        let group = place[..=common].to_vec();
        match !itself && self.ends.get(&group) == Some(&layer) {
            true => Ok(group),
            false => Err(group),
        }
    }
}

/// A group that hides a value that a chain outside of it starts from.
fn hidden(network: &Network, chains: &[Chain]) -> Option<(Vec<String>, String)> {
    let places = Places::of(network, chains);
    places.uses.iter().find_map(|Use { source, from, itself }| {
        let Source::Layer(layer) = *source else { return None };
        let mut group = places.visible(layer, from, *itself).err()?;
        let word = group.pop()?;
        Some((group, word))
    })
}

fn name(network: &Network, chains: Vec<Chain>, paths: &[Vec<String>]) -> Leveled {
    let places = Places::of(network, &chains);
    let mut leveled = Leveled::default();
    let mut taken: HashSet<String> = paths.iter().flatten().cloned().collect();
    let fresh = |word: &str, taken: &mut HashSet<String>| {
        // A number can't start a chain.
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        let word = if number { format!("n{word}") } else { word.to_owned() };
        let (mut name, mut n) = (word.clone(), 2);
        while taken.contains(&name) || super::spell::is_word(&name) {
            name = format!("{word}_{n}");
            n += 1;
        }
        taken.insert(name.clone());
        name
    };
    for (layer, node) in network.layers.iter().enumerate() {
        if node.tensors.is_empty() {
            continue;
        }
        let label = match paths[layer].last() {
            Some(word) => word.clone(),
            None => fresh(&format!("{}{layer}", node.op.keyword()), &mut taken),
        };
        leveled.labels.insert(layer, label);
    }
    let chained = network.inputs.len() > 1
        || places.uses.iter().any(|u| matches!(u.source, Source::Input(_)))
            && !starts_plainly(&chains, &places);
    for (i, (word, _)) in network.inputs.iter().enumerate() {
        let name = fresh(&crate::import::plain(word), &mut taken);
        leveled.names.insert(Source::Input(i), name.clone());
        if chained {
            leveled.inputs.push(name);
        }
    }
    // Where chains start from a value, it has a name of its own, at the innermost level that all of them see.
    let mut levels: HashMap<usize, usize> = HashMap::new();
    for Use { source, from, .. } in &places.uses {
        let Source::Layer(layer) = *source else { continue };
        let place = &places.values[&layer];
        let common = place.iter().zip(from).take_while(|(a, b)| a == b).count();
        let least = levels.entry(layer).or_insert(common);
        *least = common.min(*least);
    }
    let mut used: Vec<(usize, usize)> = levels.into_iter().collect();
    used.sort_unstable();
    for (layer, depth) in used {
        let (node, place) = (&network.layers[layer], &places.values[&layer]);
        let name = fresh(&format!("{}{layer}", node.op.keyword()), &mut taken);
        if node.tensors.is_empty() && !node.op.joins() && depth == place.len() {
            leveled.labels.insert(layer, name.clone());
        } else {
            leveled.aliases.insert(layer, (place[..depth].to_vec(), name.clone()));
        }
        leveled.names.insert(Source::Layer(layer), name);
    }
    if network.outputs.len() > 1 {
        for (word, _) in &network.outputs {
            leveled.outputs.push(fresh(&crate::import::plain(word), &mut taken));
        }
    }
    leveled.chains = chains;
    leveled
}

/// Whether only the first chain starts from the input, as its first value.
fn starts_plainly(chains: &[Chain], places: &Places) -> bool {
    let uses = places.uses.iter().filter(|u| matches!(u.source, Source::Input(_))).count();
    uses == 1
        && chains.first().is_some_and(|chain| matches!(chain.head, Head::Label(Source::Input(_))))
}
