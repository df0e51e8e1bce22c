//! A word to whoever runs kernels that were compiled without optimization, as Cargo's debug builds do.

use std::ffi::OsStr;
use std::io::Write as _;
use std::sync::Once;

/// Set to anything but nothing, there is no notice.
const QUIET: &str = "CNN_QUIET";

const TEXT: &str = "\
cnn: its kernels are compiled without optimization, which makes them some 40 times slower.
Compile with --release, or add this to Cargo.toml (or set CNN_QUIET=1, and nothing is said):

[profile.dev.package.cnn-runtime]
opt-level = 3
";

/// Says so on the standard error stream, once a process, where it is so.
#[inline]
pub(crate) fn unoptimized() {
    static ONCE: Once = Once::new();
    if cfg!(unoptimized) {
        ONCE.call_once(|| {
            let text = text(std::env::var_os(QUIET).as_deref());
            // Without anyone who reads it, the work goes on.
            let _ = std::io::stderr().write_all(text.as_bytes());
        });
    }
}

fn text(quiet: Option<&OsStr>) -> &'static str {
    if quiet.is_none_or(OsStr::is_empty) { TEXT } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_can_be_silenced_and_is_none_here() {
        assert_eq!(text(None), TEXT);
        assert_eq!(text(Some(OsStr::new(""))), TEXT);
        assert_eq!(text(Some(OsStr::new("1"))), "");
        assert!(TEXT.contains(&format!("{QUIET}=1")));
        #[cfg(unoptimized)]
        panic!("the project's own profiles optimize the kernels");
    }

    #[test]
    fn readme_has_the_same_lines() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(path).expect("the README");
        let lines = TEXT.split_once("\n\n").expect("lines for Cargo.toml").1;
        assert!(readme.contains(lines), "README.md says how to compile the kernels optimized");
        assert!(readme.contains(QUIET), "README.md says how to silence the notice");
    }
}
