//! Whatever numbers stand in a network, the compiler answers with code or with errors: tests check for
//! overflow, and emission refuses what single precision does not hold.

use cnn_compiler::{compile, expand};

/// Counts of rows, columns and elements of a kernel.
const SMALL: &[&str] =
    &["1", "2", "3", "5", "8", "17", "64", "255", "65537", "1073741823", "2147483647"];
/// Counts of channels and filters.
const WIDE: &[&str] = &[
    "1",
    "3",
    "16",
    "24",
    "255",
    "65535",
    "65536",
    "1048576",
    "67108864",
    "1073741824",
    "2147483647",
];
/// What windows are padded, spread and moved by.
const FAR: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "255",
    "30000",
    "46341",
    "65535",
    "65536",
    "1048576",
    "536870912",
    "1073741823",
    "2147483646",
    "2147483647",
];
const PADS: &[&str] = &["same", "keep", "valid"];
const REALS: &[&str] = &[
    "0",
    "1",
    "0.5",
    "1e-50",
    "3.4e38",
    "3.5e38",
    "1e39",
    "-1e39",
    "1e308",
    "1e308 * 10.0",
    "0.0 / 0.0",
    "1 / 1e-300",
    "1e400",
];

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn window(&mut self) -> String {
        let mut text = format!("{}x{}", self.of(SMALL), self.of(SMALL));
        for name in ["stride", "dilation"] {
            if self.below(2) == 0 {
                text += &format!(", {name}=({}, {})", self.of(FAR), self.of(SMALL));
            }
        }
        match self.below(4) {
            0 => text += &format!(", pad={}", self.of(PADS)),
            1 => text += &format!(", pad={}", self.of(FAR)),
            2 => text += &format!(", pad=({}, 1, 0, {})", self.of(FAR), self.of(FAR)),
            _ => {}
        }
        text
    }

    fn layer(&mut self) -> String {
        let rounding = ["", ", ceil", ", exact"][self.below(3)];
        let window = self.window();
        match self.below(12) {
            0 => format!("conv({}, {window}{rounding})", self.of(WIDE)),
            1 => format!("conv({}, {window}, pad_mode=replicate)", self.of(WIDE)),
            2 => format!("depthwise({window}{rounding})"),
            3 => format!("deconv({}, {window}, output_pad={})", self.of(WIDE), self.of(FAR)),
            4 => format!("maxpool({window}{rounding})"),
            5 => format!("sumpool({window}{rounding})"),
            6 => format!("lppool({}, {window}{rounding})", self.of(REALS)),
            7 => format!("upsample({})", self.of(FAR)),
            8 => format!("pad(({}, {}, 1, 0))", self.of(FAR), self.of(FAR)),
            9 => format!("flatten -> dense({}) -> reshape(1x{}x1)", self.of(WIDE), self.of(SMALL)),
            10 => format!("pointwise({})", self.of(WIDE)),
            _ => {
                let (layer, x) = (
                    [
                        "leaky_relu",
                        "elu",
                        "rescale",
                        "dropout",
                        "lrn(5, alpha=",
                        "bn(eps=",
                        "softplus(beta=",
                        "prelu(init=constant(",
                    ][self.below(8)],
                    self.of(REALS),
                );
                let open = if layer.contains('(') { "" } else { "(" };
                let close = ")".repeat(layer.matches('(').count().max(1));
                format!("{layer}{open}{x}{close}")
            }
        }
    }
}

#[test]
fn numbers_never_overflow() {
    let mut random = Random(7);
    let mut compiled = 0;
    for _ in 0..3000 {
        let layers: Vec<String> = (0..1 + random.below(3)).map(|_| random.layer()).collect();
        let (c, h, w) = (random.of(WIDE), random.of(SMALL), random.of(SMALL));
        let text = format!("struct Net< ({c}, {h}, {w}) -> {} >;", layers.join(" -> "));
        compiled += usize::from(compile(&text).is_ok());
        let tokens = text.parse::<proc_macro2::TokenStream>().expect("tokens");
        assert!(!expand(tokens).is_empty(), "{text}");
    }
    assert!(compiled > 75, "{compiled} of them are networks");
}

/// The errors of a network, each with the text that it stands on.
fn errors(body: &str) -> Vec<(String, String)> {
    let messages = compile(&format!("struct Net< {body} >;")).expect_err("mistakes");
    let of = |m: cnn_compiler::report::Message| {
        let spans = [m.area.start, m.area.end].map(|span| span.source_text().unwrap_or_default());
        let first = m.text.lines().next().unwrap_or_default().to_owned();
        (spans.into_iter().next().unwrap_or_default(), first)
    };
    messages.into_iter().map(of).collect()
}

#[test]
fn what_is_too_large_is_refused_on_its_token() {
    for (body, token, part) in [
        ("1x8x8 -> conv(4, 3x3, pad=2147483646)", "2147483646", "pads its input to 1x4294967300x"),
        ("3x16x16 -> conv(24, 3, pad=1) -> conv(24, 3, stride=65536, pad=keep)", "keep", "983043"),
        ("1x8x8 -> conv(1, 65537x1, dilation=65536)", "65536", "reaches over 4294967297 rows"),
        ("1x8x8 -> lrn(5, alpha=1e39)", "1e39", "`alpha` is 1e39"),
        ("1x8x8 -> leaky_relu(1e39)", "1e39", "`slope` is 1e39"),
        ("1x8x8 -> elu(1e400)", "1e400", "1e400 is too large"),
        ("1x8x8 -> conv(1, 1, init=constant(1e40))", "1e40", "this is 1e40"),
        ("1x8x8 -> rescale(0.0 / 0.0)", "0.0", "`factor` is not a number"),
    ] {
        let found = errors(body);
        let [(place, text)] = found.as_slice() else { panic!("{body}: {found:?}") };
        assert_eq!(place, token, "{body}");
        assert!(text.contains(part), "{body}: {text}");
    }
    // What is as large as it may be.
    for body in
        ["1x8x8 -> leaky_relu(3.4028234e38)", "1x1x2147483647 -> relu", "1x1x1 -> elu(1e-60)"]
    {
        assert!(compile(&format!("struct Net< {body} >;")).is_ok(), "{body}");
    }
}
