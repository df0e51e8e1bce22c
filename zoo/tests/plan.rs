//! `cnn-zoo plan`: the plan that is printed is the one that the network was compiled with.

use cnn_runtime::Program;
use cnn_zoo::lenet::LeNet;
use cnn_zoo::preact::PreActResNet110;
use std::process::Command;

fn plan(arguments: &[&str]) -> Result<String, String> {
    let run = Command::new(env!("CARGO_BIN_EXE_cnn-zoo")).arg("plan").args(arguments).output();
    let run = run.expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if run.status.success() { Ok(text(run.stdout)) } else { Err(text(run.stderr)) }
}

/// The number of bytes before which a word stands, without its commas.
fn bytes_after(text: &str, word: &str) -> usize {
    let rest = text.split_once(word).unwrap_or_else(|| panic!("no `{word}` in {text}")).1;
    let digits: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(|c| *c != ',')
        .collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after `{word}` in {text}"))
}

#[test]
fn arenas_and_weights_are_those_of_the_network() {
    for (batch, index) in [("1", 0), ("16", 1)] {
        let text = plan(&["lenet5", "--batch", batch]).expect("a plan");
        let compiled = &LeNet::INFERENCE[index];
        assert_eq!(bytes_after(&text, "arena "), 4 * compiled.arena * compiled.interleaved);
        assert_eq!(bytes_after(&text, "packed weights "), 4 * compiled.packed);
        // What the runtime says of scratch finds its step.
        let rooms = compiled.rooms.iter().filter(|(_, room)| room.len(compiled.interleaved, 1) > 0);
        assert_eq!(text.matches("scratch ").count() > 0, rooms.count() > 0, "{text}");
    }
    let text = plan(&["lenet5", "--training"]).expect("a plan");
    let compiled = LeNet::TRAINING;
    assert_eq!(bytes_after(&text, "arena "), 4 * compiled.arena * compiled.interleaved);
    assert!(text.contains("\nbackward\n") && text.contains("scratch "), "{text}");
}

#[test]
fn blocks_of_other_modules_are_found() {
    let text = plan(&["preact_resnet110", "--why"]).expect("a plan");
    assert_eq!(bytes_after(&text, "arena "), 4 * PreActResNet110::INFERENCE[0].arena);
    assert!(text.contains("norm of ") && text.contains("      no "), "what was refused, and why");
}

#[test]
fn mistakes_are_told() {
    assert!(plan(&[]).expect_err("no network").contains("needs the name of a network"));
    assert!(plan(&["lenet5", "--weights", "w"]).expect_err("no such option").contains("--weights"));
    assert!(plan(&["lenet55"]).expect_err("no network").contains("lenet5"));
}
