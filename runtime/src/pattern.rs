//! Patterns of paths: `*` stands for any characters, and `?` for one.

/// Whether a path is as the pattern says.
#[cfg(feature = "train")]
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    captures(pattern, path).is_some()
}

/// What each `*` of the pattern stands for in a path that is as the pattern says: as little as possible, the
/// first one first.
pub(crate) fn captures<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let pattern: Vec<char> = pattern.chars().collect();
    let chars: Vec<(usize, char)> = path.char_indices().collect();
    // Where each `*` that was met starts and ends, and what comes after the last one: if that does not fit, it
    // may one character further.
    let (mut stars, mut after): (Vec<[usize; 2]>, _) = (Vec::new(), 0);
    let (mut p, mut t) = (0, 0);
    while t < chars.len() {
        match pattern.get(p) {
            Some('*') => {
                p += 1;
                after = p;
                stars.push([t, t]);
            }
            Some(&c) if c == '?' || c == chars[t].1 => (p, t) = (p + 1, t + 1),
            _ => {
                let [_, end] = stars.last_mut()?;
                *end += 1;
                (p, t) = (after, *end);
            }
        }
    }
    let rest = &pattern[p..];
    stars.extend(rest.iter().map(|_| [t, t]));
    let byte = |at: usize| chars.get(at).map_or(path.len(), |(byte, _)| *byte);
    let captured = stars.into_iter().map(|[start, end]| &path[byte(start)..byte(end)]);
    rest.iter().all(|&c| c == '*').then(|| captured.collect())
}

/// The replacement, each `*` of which stands for what the pattern's stands for in the path; none where the path
/// is not as the pattern says. A replacement has at most as many of them as the pattern.
pub(crate) fn replaced(pattern: &str, replacement: &str, path: &str) -> Option<String> {
    let mut captured = captures(pattern, path)?.into_iter();
    let mut parts = replacement.split('*');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(captured.next().unwrap_or_default());
        text.push_str(part);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_paths() {
        let fits = |pattern: &str, path: &str| captures(pattern, path).is_some();
        for (pattern, path) in [
            ("features.*", "features.0.weight"),
            ("*.bias", "layer1.0.bn1.bias"),
            ("*", "x"),
            ("*", ""),
            ("a*b*c", "abbcabc"),
            ("layer?.*.weight", "layer2.0.conv1.weight"),
            ("fc.weight", "fc.weight"),
            ("fc.weight**", "fc.weight"),
            ("é?", "éü"),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("features", "features.0.weight"),
            ("*.bias", "layer1.0.bn1.biases"),
            ("?", ""),
            ("a*b*c", "abbcab"),
            ("", "x"),
            ("features.*", "feature.0"),
            ("é", "éü"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
        // Linear in the number of tries, not exponential.
        assert!(!fits(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn stars_stand_for_as_little_as_possible() {
        let captures = |pattern, path| captures(pattern, path).expect("a path that fits");
        assert_eq!(captures("a.*.b.*", "a.0.b.b.1"), ["0", "b.1"]);
        assert_eq!(captures("*.weight", "weight.weight"), ["weight"]);
        assert_eq!(captures("*x*", "éxü"), ["é", "ü"]);
        assert_eq!(captures("ab**", "ab"), ["", ""]);
        assert_eq!(captures("plain", "plain"), [""; 0]);
    }

    #[test]
    fn a_replacement_takes_what_the_stars_stand_for() {
        let replaced = |p, r, path| replaced(p, r, path);
        assert_eq!(replaced("module.*", "*", "module.fc.bias").as_deref(), Some("fc.bias"));
        assert_eq!(replaced("*", "head.*", "1.bias").as_deref(), Some("head.1.bias"));
        assert_eq!(replaced("*.gamma", "*.weight", "bn.gamma").as_deref(), Some("bn.weight"));
        assert_eq!(replaced("l*.c*.x", "l*/*", "l1.c2.x").as_deref(), Some("l1/2"));
        assert_eq!(replaced("*.*", "one", "a.b").as_deref(), Some("one"));
        assert_eq!(replaced("module.*", "*", "fc.bias"), None);
    }
}
