//! A network as text of the language, as a person would keep it: levels of the parameter path as groups, joins with their
//! branches, what repeats as a block.
//!
//! ```text
//! layers → tree (chains and branches) → levels (groups and labels) → repeat (blocks) → text
//! ```

mod levels;
mod repeat;
mod spell;
mod text;
mod tree;
mod written;

pub use spell::is_word;

use crate::import::Network;
use crate::recipe::Step;

/// A network's text, and where the numbers of its tensors come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Blocks that the network calls, as items of `cnn!`; empty if there are none.
    pub blocks: String,
    /// What stands between the angle brackets.
    pub body: String,
    /// The options after it, without `with`; empty if there are none.
    pub options: String,
    /// Each tensor's name in the `state_dict`, and its recipe.
    pub tensors: Vec<(String, Vec<Step>)>,
}

impl Source {
    /// The whole text of a call of `cnn!`, its struct with this visibility and name.
    pub fn items(&self, visibility: &str, name: &str) -> String {
        let mut text = self.blocks.clone();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(visibility);
        if !visibility.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("struct {name}<\n{}\n>", self.body));
        if !self.options.is_empty() {
            text.push_str(&format!(" with {}", self.options));
        }
        text.push_str(";\n");
        text
    }
}

/// Writes a network, with blocks for what repeats.
pub fn write(network: &Network) -> Source {
    text::text(network, levels::level(network, tree::tree(network)), true)
}

/// Writes a network without blocks: for whoever reads on, not for people.
pub fn write_plain(network: &Network) -> Source {
    text::text(network, levels::level(network, tree::tree(network)), false)
}
