//! Places for the nodes of ranks: as near as can be above and below their neighbors.
//!
//! ```text
//! x   sweeps down and up: a rank's nodes go where their neighbors are, by least squares in their order
//! y   rank below rank; a chain that becomes too tall goes on in a second column
//! ```

use super::level::{Level, MARGIN, Node, TITLE, width};

/// Between two ranks, two nodes of a rank, and two columns.
const BETWEEN_RANKS: f64 = 36.0;
const BETWEEN_NODES: f64 = 26.0;
const BETWEEN_COLUMNS: f64 = 90.0;

/// The tallest chain that stays one column, and how wide a drawing of several may be to its height.
const TALLEST: f64 = 1100.0;
const ASPECT: f64 = 1.3;

pub(super) fn place(level: &mut Level, framed: bool) {
    columns(level);
    horizontally(level);
    vertically(level, framed);
}

/// Height of a rank.
fn height(level: &Level, rank: usize) -> f64 {
    level.ranks[rank].iter().map(|&n| level.nodes[n].h).fold(0.0, f64::max)
}

/// Cuts a tall chain into columns.
fn columns(level: &mut Level) {
    let ranks = level.ranks.len();
    level.columns = vec![0; ranks];
    let all: f64 = (0..ranks).map(|r| height(level, r) + BETWEEN_RANKS).sum();
    if all <= TALLEST || level.ranks.iter().any(|rank| rank.len() > 1) {
        return;
    }
    let wide = level.nodes.iter().map(|n| n.w).fold(0.0, f64::max) + BETWEEN_COLUMNS;
    let wanted = (ASPECT * all / wide).sqrt().round().clamp(1.0, 6.0);
    let tallest = (0..ranks).map(|r| height(level, r)).fold(0.0, f64::max);
    let limit = (all / wanted).max(tallest + BETWEEN_RANKS);
    let (mut column, mut used, mut left) = (0, 0.0, all);
    for rank in 0..ranks {
        let more = height(level, rank) + BETWEEN_RANKS;
        // What little is left is no column of its own.
        if used + more / 2.0 > limit && left > 0.4 * limit {
            (column, used) = (column + 1, 0.0);
        }
        (used, left) = (used + more, left - more);
        level.columns[rank] = column;
    }
}

fn horizontally(level: &mut Level) {
    let sides = level.neighbors();
    for rank in level.ranks.clone() {
        let mut x = 0.0;
        for n in rank {
            level.nodes[n].x = x;
            x += level.nodes[n].w + gap(&level.nodes[n]);
        }
    }
    let ranks = level.ranks.len();
    for sweep in 0..24 {
        let down = sweep % 2 == 0;
        for r in 0..ranks {
            let rank = if down { r } else { ranks - 1 - r };
            align(level, rank, &sides[usize::from(!down)], down);
        }
    }
    shift_columns(level);
}

/// What lies to the right of a node.
fn gap(node: &Node) -> f64 {
    if node.is_way() { BETWEEN_NODES / 2.0 } else { BETWEEN_NODES }
}

/// Moves the nodes of a rank to their neighbors above or below.
fn align(level: &mut Level, rank: usize, side: &[Vec<usize>], down: bool) {
    let nodes = &level.nodes;
    let order = level.ranks[rank].clone();
    // Least squares in a given order: where neighbors would overlap, they share their mean.
    let mut groups: Vec<(f64, f64, usize)> = Vec::new();
    let mut offset = 0.0;
    let mut offsets = Vec::new();
    for &n in &order {
        let node = &nodes[n];
        let port = if down { node.entry } else { node.exit };
        let near: Vec<usize> = side[n].clone();
        let real: Vec<usize> = near.iter().copied().filter(|&m| !nodes[m].is_way()).collect();
        let near = if node.is_way() || real.is_empty() { near } else { real };
        let at = |&m: &usize| {
            let other = &nodes[m];
            other.x + if down { other.exit } else { other.entry }
        };
        let (wanted, weight) = match near.len() {
            0 => (node.x, 0.01),
            few => {
                let mean = near.iter().map(at).sum::<f64>() / few as f64 - port;
                (mean, if node.is_way() { 0.02 } else { 1.0 })
            }
        };
        groups.push((wanted - offset, weight, 1));
        offsets.push(offset);
        offset += node.w + gap(node);
        while let [.., a, b] = groups[..]
            && a.0 > b.0
        {
            let weight = a.1 + b.1;
            groups.truncate(groups.len() - 2);
            groups.push(((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2));
        }
    }
    let places = groups.iter().flat_map(|&(x, _, count)| std::iter::repeat_n(x, count));
    for ((&n, x), offset) in order.iter().zip(places).zip(offsets) {
        level.nodes[n].x = x + offset;
    }
}

/// Moves each column to the right of the one before, and all from the left edge.
fn shift_columns(level: &mut Level) {
    let mut left = MARGIN;
    for column in 0..=level.columns.last().copied().unwrap_or(0) {
        let mut nodes: Vec<usize> = Vec::new();
        for (rank, order) in level.ranks.iter().enumerate() {
            if level.columns[rank] == column {
                nodes.extend(order);
            }
        }
        let first = nodes.iter().map(|&n| level.nodes[n].x).fold(f64::INFINITY, f64::min);
        // What a way point or a port needs on its right: the label of the edge.
        let right = |n: &Node| n.x + n.w.max(n.exit + 8.0 + width(&n.label, 10.0));
        let last = nodes.iter().map(|&n| right(&level.nodes[n])).fold(first, f64::max);
        nodes.iter().for_each(|&n| level.nodes[n].x += left - first);
        left += last - first + BETWEEN_COLUMNS;
    }
    level.w = left - BETWEEN_COLUMNS + MARGIN;
}

/// Gives the level a least width, its content in the middle.
pub(super) fn widen(level: &mut Level, least: f64) {
    let more = (least - level.w).max(0.0);
    level.w += more;
    level.nodes.iter_mut().for_each(|n| n.x += more / 2.0);
}

fn vertically(level: &mut Level, framed: bool) {
    let top = if framed { TITLE } else { MARGIN };
    let (mut y, mut column) = (top, 0);
    level.h = 0.0;
    for rank in 0..level.ranks.len() {
        if level.columns[rank] != column {
            (y, column) = (top, level.columns[rank]);
            y += BETWEEN_RANKS / 2.0;
        }
        let tall = height(level, rank);
        for &n in &level.ranks[rank] {
            let node = &mut level.nodes[n];
            if node.is_way() {
                (node.y, node.h) = (y, tall);
            } else {
                node.y = y;
            }
        }
        level.feet.push(y + tall);
        level.h = f64::max(level.h, y + tall);
        // An empty rank is a port; half the room is enough for its edge.
        y += tall + if tall == 0.0 { BETWEEN_RANKS / 3.0 } else { BETWEEN_RANKS };
    }
    if column > 0 {
        level.h += BETWEEN_RANKS / 2.0;
    }
    if framed {
        ports(level);
    } else {
        level.h += MARGIN;
    }
}

/// Moves the ports of a frame onto its edge.
fn ports(level: &mut Level) {
    level.nodes[0].y = 0.0;
    if let Some(exit) = level.exit() {
        level.nodes[exit].y = level.h;
    }
}
