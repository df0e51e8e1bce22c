//! What the compiler says to a mistake: one rule a file, the rendered text beside it.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the texts anew; read them before committing.

use std::process::Command;

#[test]
fn mistakes_are_compile_errors_on_their_token() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

/// Where rustc words a part of the text, it is compared only on the version it was recorded with.
#[test]
fn what_rustc_words_itself() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs");
    if String::from_utf8_lossy(&version.stdout).starts_with("rustc 1.95.") {
        trybuild::TestCases::new().compile_fail("ui/rustc/*.rs");
    }
}
