//! What may stand on the command line of a benchmark.

use std::path::{Path, PathBuf};

/// What relative paths start at: Cargo runs benchmarks in the folder of their package.
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Words, and what is done with the rows.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) words: Vec<String>,
    /// Where the machine and the rows go as JSON.
    pub(crate) json: Option<PathBuf>,
    /// Such a file, and the page that it becomes; nothing is measured then.
    pub(crate) page: Option<[PathBuf; 2]>,
}

impl Args {
    /// Reads the command line, or ends the program with a message.
    pub(crate) fn read() -> Self {
        Self::parse(std::env::args().skip(1)).unwrap_or_else(|message| fail(&message))
    }

    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self::default();
        while let Some(word) = words.next() {
            let mut file = |what: &str| {
                let needed = || format!("`{word}` needs {what}");
                words.next().map(|file| Path::new(REPOSITORY).join(file)).ok_or_else(needed)
            };
            match word.as_str() {
                // Cargo adds it.
                "--bench" => {}
                "--json" => args.json = Some(file("a file to write")?),
                "--page" => args.page = Some([file("a file of --json")?, file("a file to write")?]),
                _ if word.starts_with('-') => {
                    let known = "--json FILE or --page FILE OUT";
                    return Err(format!("found `{word}`, expected {known}"));
                }
                _ => args.words.push(word),
            }
        }
        Ok(args)
    }

    /// The number at a place, if there is one.
    pub(crate) fn number(&self, place: usize) -> Option<usize> {
        let word = self.words.get(place)?;
        match word.parse() {
            Ok(n) if n > 0 => Some(n),
            _ => fail(&format!("found `{word}`, expected a number from 1")),
        }
    }
}

/// Ends the program with a message.
pub(crate) fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(2)
}
