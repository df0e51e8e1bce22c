//! What is printed: the list of networks, and texts.

use super::Result;
use cnn_zoo::registry::NETWORKS;
use std::io::Write;

/// Prints a text. Whoever reads it may have read enough: a closed pipe is no mistake.
pub(super) fn text(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// All networks as a table.
pub(super) fn list() -> String {
    let width = NETWORKS.iter().map(|net| net.name.len()).max().unwrap_or(0);
    let head = format!(
        "{:width$}  {:>11}  {:>12}  {:>11}  {:>9}  paper\n",
        "name", "input", "output", "parameters", "mult–adds"
    );
    let rows = NETWORKS.iter().map(|net| {
        format!(
            "{:width$}  {:>11}  {:>12}  {:>11}  {:>9}  {}\n",
            net.name,
            net.input.to_string(),
            net.outputs[0].to_string(),
            thousands(net.parameters),
            millions(net.macs),
            net.paper,
        )
    });
    head + &rows.collect::<String>()
}

/// `25,557,032`.
pub(super) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Multiply–adds in millions, or in thousands of millions.
fn millions(macs: u64) -> String {
    if macs >= 1_000_000_000 {
        format!("{:.2} G", macs as f64 / 1e9)
    } else {
        format!("{:.2} M", macs as f64 / 1e6)
    }
}
