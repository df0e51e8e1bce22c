//! The network as a table.

use crate::net::Net;
use crate::plan::{Layout, Plans};

/// One row: path, layer, output, parameters, multiply–adds, receptive field.
type Row = [String; 6];

/// `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}

/// The table with its totals.
pub fn table(net: &Net) -> String {
    let number = |n: u64| if n == 0 { "–".to_owned() } else { grouped(n) };
    let mut rows: Vec<Row> =
        vec![["", "layer", "output", "parameters", "mult–adds", "sees"].map(str::to_owned)];
    for &input in &net.inputs {
        let shape = net.shape(input).to_string();
        rows.push([
            String::new(),
            "input".to_owned(),
            shape,
            "–".to_owned(),
            "–".to_owned(),
            String::new(),
        ]);
    }
    for node in &net.nodes {
        let [h, w] = net.values[node.output].field.size;
        rows.push([
            node.path.clone(),
            node.layer.text.clone(),
            node.layer.output.to_string(),
            number(node.parameters() as u64),
            number(node.layer.macs),
            format!("{h}x{w}"),
        ]);
    }
    let totals = [
        String::new(),
        "total".to_owned(),
        String::new(),
        number(net.parameters() as u64),
        number(net.macs()),
        String::new(),
    ];
    let mut text = format!("{}\n", net.name);
    let widths: Vec<usize> = (0..6)
        .map(|c| rows.iter().chain([&totals]).map(|r| r[c].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * 5);
    for (i, row) in rows.iter().enumerate() {
        push(&mut text, row, &widths);
        if i == 0 {
            text.push_str(&rule);
            text.push('\n');
        }
    }
    text.push_str(&rule);
    text.push('\n');
    push(&mut text, &totals, &widths);
    text
}

fn push(text: &mut String, row: &Row, widths: &[usize]) {
    let mut line = String::new();
    for (c, (cell, &width)) in row.iter().zip(widths).enumerate() {
        let gap = " ".repeat(width - cell.chars().count());
        // Names stand on the left, numbers on the right.
        if c < 3 {
            line.push_str(cell);
            line.push_str(&gap);
        } else {
            line.push_str(&gap);
            line.push_str(cell);
        }
        line.push_str("  ");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// The table as documentation of the struct.
pub fn rustdoc(net: &Net, plans: &Plans) -> String {
    let kinds: Vec<&str> = plans.inference.iter().map(|p| name(p.layout)).collect();
    format!(
        "\n\n```text\n{}```\n\nPlanned for {}; trains {}.",
        table(net),
        kinds.join(" and "),
        name(plans.training.layout)
    )
}

fn name(layout: Layout) -> &'static str {
    match layout {
        Layout::Nchw => "single images (N×C×H×W)",
        Layout::Lanes => "sixteen interleaved images",
        Layout::Blocked => "channels in blocks of sixteen",
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(138_357_544), "138,357,544");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
    }
}
