//! Names that were perhaps meant.

/// `, perhaps …`, or nothing.
pub(crate) fn perhaps(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!(", perhaps `{near}`"))
}

/// The name that takes the fewest edits, if they are few.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(name);
    let best = known.map(|known| (edits(&wanted, &plain(known)), known)).min()?;
    (best.0 * 3 <= wanted.len().max(3)).then_some(best.1)
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
