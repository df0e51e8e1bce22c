//! The nodes and ranks of a frame, or of the whole drawing.

/// Inner room of a frame: at the sides, and for its title.
pub(super) const MARGIN: f64 = 14.0;
pub(super) const TITLE: f64 = 22.0;

/// What stands at a place.
#[derive(Debug)]
pub(super) enum What {
    Box(usize),
    /// A frame with its inner level.
    Frame(usize, Level),
    Input(usize),
    Output(usize),
    /// Where the value enters a frame, and where it leaves it.
    Port,
    /// A point on the way of an edge.
    Way,
}

#[derive(Debug)]
pub(super) struct Node {
    pub what: What,
    pub rank: usize,
    /// The left upper corner, and the size.
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
    /// Where edges enter and leave, from the left.
    pub entry: f64,
    pub exit: f64,
    /// The shape that leaves it.
    pub label: String,
}

/// The content of a frame, or of the whole drawing.
#[derive(Debug)]
pub(super) struct Level {
    pub nodes: Vec<Node>,
    /// Ways from node to node, by way of others.
    pub edges: Vec<Vec<usize>>,
    /// Nodes of each rank, from the left.
    pub ranks: Vec<Vec<usize>>,
    /// The column that each rank stands in.
    pub columns: Vec<usize>,
    /// Where each rank ends.
    pub feet: Vec<f64>,
    pub w: f64,
    pub h: f64,
}

impl Node {
    /// A node without a rank and a place.
    pub(super) fn new(what: What, w: f64, h: f64) -> Self {
        let (entry, exit) = (w / 2.0, w / 2.0);
        Self { what, rank: 0, x: 0.0, y: 0.0, w, h, entry, exit, label: String::new() }
    }

    pub(super) fn is_way(&self) -> bool {
        matches!(self.what, What::Way)
    }
}

/// The width of a text.
pub(super) fn width(text: &str, size: f64) -> f64 {
    0.62 * size * text.chars().count() as f64
}
