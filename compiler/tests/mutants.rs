//! Valid networks with a few tokens changed: the compiler answers with code or with errors, never with a
//! panic, and does not work longer than it says (`effort`).
//!
//! `CNN_MUTANTS=100000 CNN_MUTANT_SEED=7 cargo test -p cnn-compiler --test mutants` looks further; what it
//! finds goes into `tests/corpus/`, a file for each text, which is tried every time.

use cnn_compiler::{effort, expand};
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Steps that a text of at most 10 KiB may take.
const MOST_STEPS: u64 = 50_000_000;

/// Mutants in an ordinary run.
const MUTANTS: u64 = 150;

/// The longest text that is mutated, so that many are tried.
const LONGEST: usize = 4 * 1024;

/// SplitMix64 (Steele et al., 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = root().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == extension));
    files.sort();
    files
}

/// What stands in `cnn! { … }` and `cnn!(…)` anywhere in the tokens.
fn calls(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if i >= 2 && tokens[i - 2].to_string() == "cnn" && tokens[i - 1].to_string() == "!" {
            found.push(group.stream());
        } else {
            calls(group.stream(), found);
        }
    }
}

/// Networks that compile: those of the tests and of the zoo.
fn valid() -> Vec<TokenStream> {
    let mut found = Vec::new();
    for path in files("tests", "rs").into_iter().chain(files("zoo/src", "rs")) {
        let text = fs::read_to_string(path).expect("a source file");
        calls(text.parse().expect("tokens"), &mut found);
    }
    found.retain(|tokens| tokens.to_string().len() <= LONGEST);
    assert!(found.len() > 50, "there are {} networks", found.len());
    found
}

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "16",
    "1000",
    "20000",
    "65536",
    "2147483647",
    "2000000000",
    "1e39",
    "0.5",
    "99999999999999999999",
];

const SIZES: [&str; 5] = ["1x1", "3x3", "1x2147483647", "1x2147483647x1", "65536x1x32767"];

fn parsed(text: &str) -> Vec<TokenTree> {
    text.parse::<TokenStream>().expect("tokens").into_iter().collect()
}

/// All tokens of a text at any depth, to take one from.
fn flat(tokens: &[TokenTree], found: &mut Vec<TokenTree>) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            flat(&group.stream().into_iter().collect::<Vec<_>>(), found);
        }
        found.push(token.clone());
    }
}

/// The tokens with one change at some depth.
fn mutated(tokens: TokenStream, random: &mut Random, pool: &[TokenTree]) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let groups: Vec<usize> =
        (0..tokens.len()).filter(|&i| matches!(tokens[i], TokenTree::Group(_))).collect();
    if !groups.is_empty() && random.below(4) > 0 {
        let i = groups[random.below(groups.len())];
        let TokenTree::Group(group) = &tokens[i] else { unreachable!() };
        let inner = mutated(group.stream(), random, pool);
        tokens[i] = Group::new(group.delimiter(), inner).into();
        return tokens.into_iter().collect();
    }
    let literals: Vec<usize> =
        (0..tokens.len()).filter(|&i| matches!(tokens[i], TokenTree::Literal(_))).collect();
    let at = random.below(tokens.len());
    match random.below(10) {
        0..=3 if !literals.is_empty() => {
            let i = literals[random.below(literals.len())];
            let sizes = tokens[i].to_string().contains('x');
            let words = if sizes { &SIZES[..] } else { &NUMBERS[..] };
            tokens.splice(i..=i, parsed(words[random.below(words.len())]));
        }
        4 if !tokens.is_empty() => drop(tokens.remove(at)),
        5 if !tokens.is_empty() => tokens.insert(at, tokens[at].clone()),
        6 if tokens.len() > 1 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        7 if !tokens.is_empty() => tokens[at] = pool[random.below(pool.len())].clone(),
        8 => {
            // A stretch, perhaps a chain, that is repeated, perhaps inside itself.
            let (a, b) = (random.below(tokens.len() + 1), random.below(tokens.len() + 1));
            let (from, to) = (a.min(b), a.max(b));
            let mut inner: Vec<TokenTree> = tokens.drain(from..to).collect();
            for _ in 0..=random.below(3) {
                let times = NUMBERS[random.below(NUMBERS.len())];
                let body = inner.into_iter().collect();
                inner = vec![Group::new(Delimiter::Brace, body).into()];
                inner.extend(parsed(&format!("* {times}")));
            }
            tokens.splice(from..from, inner);
        }
        _ => {
            let number = Literal::usize_unsuffixed(random.below(5000));
            tokens.splice(at..at, [parsed("*").remove(0), number.into()]);
        }
    }
    tokens.into_iter().collect()
}

fn attempt(tokens: &TokenStream) -> Result<(), String> {
    let call = || effort::of(|| expand(tokens.clone()));
    let (steps, code) = catch_unwind(AssertUnwindSafe(call)).map_err(|_| "a panic".to_owned())?;
    if steps > MOST_STEPS {
        return Err(format!("{steps} steps"));
    }
    // What is emitted is Rust.
    let file =
        syn::parse2::<syn::File>(code.clone()).is_ok() || syn::parse2::<syn::Expr>(code).is_ok();
    if file { Ok(()) } else { Err("no Rust".to_owned()) }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |n| n.parse().expect("a number"))
}

#[test]
fn changed_networks_are_answered() {
    let (networks, seed) = (valid(), number("CNN_MUTANT_SEED", 1));
    let mut failed = 0;
    for mutant in 0..number("CNN_MUTANTS", MUTANTS) {
        let mut random = Random(seed.wrapping_mul(0x1000_0000).wrapping_add(mutant));
        let original = &networks[random.below(networks.len())];
        let mut pool = Vec::new();
        flat(&original.clone().into_iter().collect::<Vec<_>>(), &mut pool);
        let mut tokens = original.clone();
        for _ in 0..=random.below(3) {
            tokens = mutated(tokens, &mut random, &pool);
        }
        if let Err(what) = attempt(&tokens) {
            failed += 1;
            eprintln!("mutant {mutant} of seed {seed}: {what}\n{tokens}\n");
        }
    }
    assert_eq!(failed, 0, "texts for tests/corpus/ are above");
}

#[test]
fn what_was_found_stays_answered() {
    let corpus = files("compiler/tests/corpus", "txt");
    assert!(!corpus.is_empty());
    for path in corpus {
        let text = fs::read_to_string(&path).expect("text");
        let outcome = attempt(&text.parse().expect("tokens"));
        assert_eq!(outcome, Ok(()), "{}", path.display());
    }
}
