//! What the compiler does for a text is bounded by the text and by the layers that it may unfold to, whatever
//! numbers stand in it. Steps are counted; time would depend on the machine.

use cnn_compiler::{compile, effort, expand};

/// The steps that a text takes.
fn steps(text: &str) -> u64 {
    effort::of(|| expand(text.parse().expect("tokens"))).0
}

/// The first message for a text, and what it stands on.
fn message(text: &str) -> (String, String) {
    let message = compile(text).expect_err("a mistake").remove(0);
    let (start, end) = (message.area.start.start(), message.area.end.end());
    let line = text.lines().nth(start.line - 1).expect("a line of the text");
    let letters: String = line.chars().skip(start.column).take(end.column - start.column).collect();
    (message.text, letters)
}

#[test]
fn too_many_copies_are_refused_before_they_are_unrolled() {
    for (chain, repeat) in [
        ("{ relu } * 2000000000", "2000000000"),
        ("{ { relu } * 100 } * 1000", "1000"),
        ("{ relu for i in 0..2000000000 }", "0..2000000000"),
        ("{ if C == 3 { relu } } * 2000000000", "2000000000"),
        ("{ add(_ | conv(1, 1x1) -> relu) } * 2000", "2000"),
    ] {
        let text = format!("struct Net< 1x8x8 -> {chain} -> flatten -> dense(2) >;");
        let (said, place) = message(&text);
        assert!(said.contains("unfold to more than 5000 layers"), "{said}");
        assert_eq!(place, repeat, "{said}");
        assert!(steps(&text) < 100, "{chain}: {}", steps(&text));
    }
}

#[test]
fn too_many_layers_are_refused_where_the_largest_repetition_stands() {
    // How many layers a block unfolds to depends on what flows in.
    let text = "block b { { relu } * (3 * C) } struct Net< 3x8x8 -> { b } * 1000 -> flatten -> dense(2) >;";
    let (said, place) = message(text);
    assert!(said.starts_with("with 1000 copies here"), "{said}");
    assert_eq!(place, "1000");
    // Without a repetition, where it is noticed.
    let doubled: String =
        (0..20).map(|i| format!("block b{} {{ b{i} -> b{i} }} ", i + 1)).collect();
    let text = format!("block b0 {{ relu }} {doubled} struct Net< 3x8x8 -> b20 >;");
    assert!(message(&text).0.contains("unfold to more than"));
    assert!(steps(&text) < 200_000, "{}", steps(&text));
    // All networks of a call together.
    let text = "struct A< 3 -> { relu } * 4000 >; struct B< 3 -> { relu } * 4000 >;";
    assert!(message(text).0.contains("unfold to more than"));
}

#[test]
fn no_step_takes_as_long_as_a_number_is_large() {
    for text in [
        "struct Net< 1x2147483647x1 -> conv(1, 2147483647x1, stride=(2147483647, 1)) >;",
        "struct Net< 1x2147483647x1 -> conv(1, 1073741823x1, stride=(3, 1)) >;",
        "struct Net< 1073741789x1x1 -> conv(1073741824, 1x1, groups=7) >;",
        "struct Net< 536870912x1x1 -> conv(536870912, 1x1, groups=268435456) >;",
        "struct Net< 2147483646x1x1 -> split(5, 0) >;",
        "struct Net< 1x2147483647x1 -> adaptive_avgpool(1073741827x1) >;",
    ] {
        assert!(steps(text) < 1_000, "{text}: {}", steps(text));
    }
    let long = "q".repeat(5_000);
    let text = format!("struct Net< 1x8x8 -> {long}a -> {long}b -> {long}c >;");
    assert!(steps(&text) < 1_000, "{}", steps(&text));
}

#[test]
fn layers_take_no_more_steps_the_more_there_are() {
    for layer in [
        "l{i}: relu",
        "l{i}: conv(16, 3x3, pad=1)",
        "conv(16, 3x3, pad=1) -> bn -> relu",
        "add(conv(16, 3x3, pad=1) -> bn -> relu | _)",
        "concat(_ | conv(16, 1x1)) -> conv(16, 1x1)",
        "shuffle(4)",
    ] {
        let text = |n: usize| {
            format!("struct Net< 16x8x8 -> {{ {layer} for i in 0..{n} }} -> flatten -> dense(2) >;")
        };
        let [few, many] = [steps(&text(50)), steps(&text(1000))];
        // Buffers are compared with one another up to a number that is fixed.
        assert!(many < 20 * few + 30_000_000, "{layer}: {few}, then {many}");
    }
}

#[test]
fn what_is_too_deep_is_refused() {
    for (text, word) in [
        (format!("struct Net< 1 -> {}relu{} >;", "{ ".repeat(3000), " }".repeat(3000)), "brackets"),
        (format!("struct Net< 1 -> dense(1{}) >;", "+1".repeat(3000)), "operators in a row"),
        (format!("struct Net< 1 -> dense({}1) >;", "-".repeat(3000)), "minus sign"),
        (
            (0..200).map(|i| format!("block b{i} {{ b{} }} ", i + 1)).collect::<String>()
                + "block b200 { relu } struct Net< 1 -> b0 >;",
            "blocks call one another",
        ),
        ((0..70).map(|i| format!("struct N{i}< 1 -> relu >;")).collect(), "at most 64 networks"),
    ] {
        let (said, _) = message(&text);
        assert!(said.contains(word), "{said}");
    }
}
