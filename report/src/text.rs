//! Numbers as people read them.

use std::time::Duration;

/// Whole numbers with commas: `60,000`.
pub(crate) fn count(n: usize) -> String {
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

/// A number of images a second, or whatever else is above 0 and needs no fractions.
pub(crate) fn rounded(x: f64) -> String {
    // A cast from float saturates, and makes 0 of NaN.
    count(x.round() as usize)
}

/// A part from 0 to 1 as `98.31%`; `–` if it has no value.
pub(crate) fn percent(part: f64) -> String {
    if part.is_nan() { "–".to_owned() } else { format!("{:.2}%", 100.0 * part) }
}

/// A number with that many decimals; `–` if it has no value.
pub(crate) fn decimal(x: f64, places: usize) -> String {
    if x.is_nan() { "–".to_owned() } else { format!("{x:.places$}") }
}

/// `48 s`, `2 min 05 s`, `3 h 20 min`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0 if duration > Duration::ZERO => "under 1 s".to_owned(),
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([percent(0.98312), percent(f64::NAN)], ["98.31%", "–"]);
        let times = [0.0, 0.2, 59.4, 59.6, 3599.0, 12000.0];
        let expected = ["0 s", "under 1 s", "59 s", "1 min 00 s", "59 min 59 s", "3 h 20 min"];
        assert_eq!(times.map(|s| time(Duration::from_secs_f64(s))), expected);
    }
}
