//! Random layers around every branch of every choice between kernels, and the list of the branches.
//!
//! Kernels are chosen by sizes, batch and threads (`choice!` in the runtime), so sizes drawn from small
//! images and from both sides of the constants must go every way on every backend. A choice or a way that
//! no case here reaches fails [`every_choice_is_taken`]; add a case for it.

use crate::blocked::{self, bands, check_conv, deconv, frame};
use crate::harness::NoRoom;
use crate::harness::{Random, check};
use crate::kernels::{self, Convolution, Sizes, check_dense};
use crate::sizes::Deconvolution;
use cnn_runtime::blocked::{
    Deconv, DeconvTiles, Grouped, GroupedDeconv, PackedDeconv, PackedDeconvTiles,
    PackedGroupedDeconv, PlaneConv,
};
use cnn_runtime::choice::recorded;
use cnn_runtime::layout::{Frame, Interleaved, Nchw};
use cnn_runtime::simd::on_every_backend;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Multiply–adds of a case: few enough for hundreds of cases.
const WORK: usize = 200_000;

/// Checks `cases` values, the same ones each time.
fn for_all<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&strategy, |value| -> TestCaseResult {
        check(value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn pair(values: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = [usize; 2]> + Clone {
    [values.clone(), values]
}

/// Any batch up to twenty, and more often those beside the constants: tiles across images begin at 4,
/// dense layers become products at 16, and interleaved images come in sixteens.
fn batches() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![1..=20_usize, select(vec![1, 3, 4, 5, 15, 16, 17])]
}

/// Windows that fit an image of this size, padding and all.
fn window(image: [usize; 2], strides: usize) -> impl Strategy<Value = Sizes> + Clone {
    let pads = prop_oneof![[0..=2_usize, 0..=2, 0..=2, 0..=2], (0..=2_usize).prop_map(|p| [p; 4])];
    let dilation = prop_oneof![3 => Just([1; 2]), 1 => pair(1..=2)];
    let square = prop_oneof![2 => Just(true), 1 => Just(false)];
    let all = (pair(1..=5), pair(1..=strides), pads, dilation, any::<bool>(), square);
    all.prop_map(move |(mut kernel, mut stride, pad, mut dilation, ceil, square)| {
        if square {
            (kernel, stride) = ([kernel[0]; 2], [stride[0]; 2]);
        }
        for d in 0..2 {
            let padded = image[d] + pad[2 * d] + pad[2 * d + 1];
            kernel[d] = kernel[d].min(padded);
            if dilation[d] * (kernel[d] - 1) >= padded {
                dilation[d] = 1;
            }
        }
        Sizes { kernel, stride, pad, dilation, ceil }
    })
}

/// Convolutions of images of no more than these rows and columns, with these channels and filters in
/// each of some groups.
fn convolutions(
    rows: usize,
    columns: usize,
    channels: Vec<usize>,
    filters: Vec<usize>,
    groups: Vec<usize>,
) -> impl Strategy<Value = Convolution> + Clone {
    let all = [1..=rows, 1..=columns].prop_flat_map(|image| (Just(image), window(image, 4)));
    (all, batches(), select(channels), select(filters), select(groups), any::<bool>()).prop_map(
        |(([height, width], sizes), images, channels, filters, groups, bias)| {
            let input = [channels * groups, height, width];
            let filters = filters * groups;
            let c = Convolution { images, input, filters, groups, bias, sizes };
            let [rows, columns] = sizes.output(input);
            let [kernel_height, kernel_width] = sizes.kernel;
            let work = rows * columns * filters * channels * kernel_height * kernel_width;
            Convolution { images: images.min((WORK / work).max(1)), ..c }
        },
    )
}

/// Halos that hold what the windows reach over, and, turned, their gradients.
fn halos(sizes: Sizes, [_, height, width]: [usize; 3], output: [usize; 2]) -> [usize; 2] {
    let mut halos = [0, 0];
    for (d, size) in [height, width].into_iter().enumerate() {
        let (begin, over) = (sizes.pad[2 * d], sizes.dilation[d] * (sizes.kernel[d] - 1));
        let reach = (output[d] - 1) * sizes.stride[d] + over + 1;
        halos[0] = halos[0].max(begin).max(reach.saturating_sub(size + begin));
        halos[1] = halos[1].max(over + begin);
    }
    halos
}

/// Every kernel of a convolution in blocks.
fn in_blocks(c: Convolution) {
    let Convolution { input: [channels, ..], filters, groups, sizes, .. } = c;
    let [input, d_output] = halos(sizes, c.input, sizes.output(c.input));
    let halos = [input, c.images % 2, filters % 3, d_output];
    check_conv::<false>(c, 16, halos);
    if channels <= 4 && groups == 1 {
        check_conv::<false>(c, channels, halos);
        check_conv::<false>(c, 1, halos);
    }
    if by_winograd(sizes, groups) {
        check_conv::<true>(c, 16, [input, 1, 1, d_output.max(2)]);
    }
    if channels == filters && [1, 2, 4, 8].contains(&(channels / groups)) {
        let frame = frame(&[input], halos[1], &[halos[2]], d_output);
        let kernel = Grouped::new(c.geometry(), frame);
        blocked::check(&kernel, [kernel.room(), kernel.room_backward()], frame, &c.case());
    }
}

/// Whether Winograd's algorithm can compute it.
fn by_winograd(sizes: Sizes, groups: usize) -> bool {
    let Sizes { kernel, stride, dilation, .. } = sizes;
    groups == 1 && [kernel, stride, dilation] == [[3; 2], [1; 2], [1; 2]]
}

/// The transposed convolution that goes the other way: its output is this one's input.
fn transposed(c: Convolution) -> Deconvolution {
    let Convolution { images, input: [filters, ..], filters: channels, groups, bias, .. } = c;
    let sizes = Sizes { ceil: false, ..c.sizes };
    let [rows, columns] = sizes.output(c.input);
    let extra = [0, 1].map(|d| {
        let padded = c.input[d + 1] + sizes.pad[2 * d] + sizes.pad[2 * d + 1];
        (padded - sizes.dilation[d] * (sizes.kernel[d] - 1) - 1) % sizes.stride[d]
    });
    Deconvolution { images, input: [channels, rows, columns], filters, groups, bias, sizes, extra }
}

/// Every kernel of a transposed convolution in blocks, in training and packed, with a norm and a sum.
fn transposed_in_blocks(c: Convolution) {
    let d = transposed(c);
    let Deconvolution { input: [channels, rows, columns], filters, groups, sizes, bias, .. } = d;
    let case = d.case();
    let [d_output, input] = halos(sizes, c.input, [rows, columns]);
    let (output, d_input) = (d.images % 2, filters % 3);
    macro_rules! check {
        ($kernel:ident, $packed:ident, $input:expr) => {{
            let whole = frame(&[$input], output, &[d_input], d_output);
            let kernel = $kernel::new(d.geometry(), whole);
            let rooms = [kernel.room(), kernel.room_backward()];
            deconv::compare(&kernel, rooms, whole, &case, blocked::TOLERANCE);
            deconv::check_packed(d, [$input, output], blocked::TOLERANCE, |norm, frame| {
                let kernel = $packed::new(d.geometry(), bias, norm, frame);
                (kernel, kernel.packed(), kernel.room())
            });
        }};
    }
    check!(Deconv, PackedDeconv, input);
    if by_winograd(sizes, groups) {
        check!(DeconvTiles, PackedDeconvTiles, input.max(2));
    }
    if channels == filters && [1, 2, 4, 8].contains(&(channels / groups)) {
        check!(GroupedDeconv, PackedGroupedDeconv, input);
    }
}

/// Every kernel of convolutions of planes and of interleaved images, and of those the other way.
fn in_planes(c: Convolution) {
    c.check();
    let d = transposed(c);
    check!(Nchw, cnn_runtime::deconv::Gemm::new(d.geometry()), &d.case());
    check!(Interleaved, cnn_runtime::deconv::Direct::new(d.geometry()), &d.case());
}

/// A square window with padding.
fn square(k: usize, stride: usize, pad: usize) -> Sizes {
    Sizes { pad: [pad; 4], ..Sizes::plain([k; 2], [stride; 2]) }
}

fn convolution(images: usize, input: [usize; 3], filters: usize, sizes: Sizes) -> Convolution {
    Convolution { images, input, filters, groups: 1, bias: true, sizes }
}

fn small_images() {
    let channels = vec![1, 2, 3, 4, 15, 16, 17, 33];
    let filters = vec![1, 4, 15, 16, 17, 31, 32, 33, 48, 64];
    for_all(120, convolutions(5, 5, channels.clone(), filters.clone(), vec![1]), in_blocks);
    for_all(50, convolutions(5, 5, channels, filters, vec![1]), transposed_in_blocks);
    for_all(30, convolutions(5, 5, vec![2, 8, 16], vec![3, 16, 32], vec![2, 3]), in_blocks);
}

/// Outputs that any register tile fills best.
fn register_tiles() {
    for (blocks, rows) in [1, 2, 4].into_iter().flat_map(|b| [1, 2, 4].map(|r| (b, r))) {
        for columns in [1, 2, 3, 4, 5, 6, 7, 8, 10, 14, 28] {
            let far = if (rows + columns) % 3 == 2 { 3 } else { 2 };
            // Whole blocks, of neighbors and of pixels further apart, and few channels.
            for (stride, lanes) in [(1, 16), (far, 16), (1, 3), (2, 3), (1, 1)] {
                let input = [lanes.min(5), rows * stride, columns * stride];
                let c = convolution(1, input, blocks * 16, square(1, stride, 0));
                check_conv::<false>(c, lanes, [0; 4]);
            }
        }
    }
}

/// Amounts on the far side of the caches' and the register files' constants.
fn large_sizes() {
    for (images, input, filters, sizes) in [
        // Several bands of rows; weights far larger than the second cache; sums that wait; a long row.
        (1, [256, 20, 16], 16, square(1, 1, 0)),
        (1, [256, 1, 2], 256, square(3, 1, 1)),
        (1, [5, 20, 20], 16, square(3, 1, 1)),
        (1, [5, 4, 15], 16, square(1, 1, 0)),
    ] {
        in_blocks(convolution(images, input, filters, sizes));
    }
    for (images, input, filters, sizes) in [
        // Parts of one image; weights beyond the first cache; columns beyond a block; no padding.
        (1, [1, 2, 2], 192, square(1, 1, 0)),
        (2, [16, 3, 3], 32, square(3, 1, 1)),
        (2, [1, 23, 23], 2, square(2, 1, 0)),
        (3, [2, 3, 5], 3, square(1, 1, 0)),
    ] {
        in_planes(convolution(images, input, filters, sizes));
    }
}

/// Tiles of 4×4 outputs: two and more, up to more than a batch, for one thread and several.
fn winograd() {
    let all = (
        batches(),
        select(vec![3, 15, 16, 17, 33]),
        select(vec![5, 16, 32, 33]),
        pair(1..=9),
        0..=2_usize,
    );
    for_all(40, all, |(images, channels, filters, [height, width], pad)| {
        let input = [channels, (height + 2).max(3) - pad.min(1), width.max(3)];
        let work = channels * filters * height * width * 9;
        let images = images.min((WORK / work).max(1));
        let c = convolution(images, input, filters, square(3, 1, pad));
        in_blocks(c);
        if images < 5 {
            transposed_in_blocks(c);
        }
    });
    for (images, input, filters) in [
        (1, [16, 2, 2], 16),
        (1, [80, 18, 18], 16),
        (1, [16, 33, 33], 16),
        (1, [3, 45, 45], 5),
        (4, [3, 24, 24], 5),
        (1, [3, 4, 345], 40),
    ] {
        let c = convolution(images, input, filters, square(3, 1, 1));
        check_conv::<true>(c, 16, [1; 4]);
    }
}

fn chains() {
    use bands::{Kind, Link};
    let depthwise = Link::new(Kind::Depthwise, 3, 1, 1);
    let point = Link::new(Kind::Direct { filters: 64 }, 1, 1, 0);
    let pool = Link::new(Kind::Max, 2, 2, 0);
    let far = Link::new(Kind::Direct { filters: 20 }, 3, 2, 1);
    for (images, input) in [(1, [64, 40, 40]), (2, [64, 24, 24]), (1, [16, 6, 6])] {
        for floats in [0, usize::MAX] {
            bands::check(images, input, &[point, depthwise, point], floats, [0, 0]);
            bands::check(images, input, &[depthwise, pool], floats, [0, 0]);
            bands::check(images, input, &[depthwise, depthwise, far], floats, [0, 0]);
            let whole = Link::new(Kind::Mean, input[1], input[1], 0);
            bands::check(images, input, &[point, whole], floats, [0, 0]);
        }
    }
}

fn planes() {
    for filters in [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14] {
        for rows in [1, 2, 3, 4, 5] {
            let c = convolution(1, [2, rows, 17], filters, square(1, 1, 0));
            let frame = Frame { block: 1, ..frame(&[0], 0, &[], 0) };
            blocked::planes::check(&PlaneConv::new(c.geometry(), frame), frame, &mut c.case());
        }
    }
    blocked::planes::means_of_windows_side_by_side();
}

fn forms_and_selections() {
    for channels in [1, 3, 4, 5, 16, 17] {
        let x = Random::new(1).tensor([2, channels, 3, 18]);
        on_every_backend(|_| blocked::layers::check_forms(&x, "an image", [1, 0, 0, 1]));
    }
    blocked::channels::selections();
}

fn small_groups() {
    for size in [1, 2, 4, 8] {
        let groups = vec![1, 3, 16 / size, 16 / size + 1];
        let all = convolutions(5, 5, vec![size], vec![size], groups);
        for_all(16, all.clone(), in_blocks);
        for_all(8, all, transposed_in_blocks);
        for stride in 1..=3 {
            for rows in [1, 2, 4] {
                for columns in [1, 3, 4, 6, 7, 14] {
                    let (input, sizes) =
                        ([size, rows * stride, columns * stride], square(stride, stride, 0));
                    in_blocks(convolution(1, input, size, sizes));
                }
            }
        }
    }
}

fn planes_and_interleaved_images() {
    let (channels, filters) = (vec![1, 3, 4, 7], vec![1, 2, 3, 5, 8, 12, 13, 32]);
    for_all(80, convolutions(5, 9, channels, filters, vec![1, 2, 3]), in_planes);
}

fn dense_layers() {
    let sizes = [
        select(vec![1, 3, 15, 16, 17, 33, 159, 161]),
        select(vec![1, 3, 4, 5, 15, 16, 17, 33, 64, 65, 100, 129]),
    ];
    let images = prop_oneof![batches(), select(vec![31, 32, 33, 65, 130])];
    for_all(60, (images, sizes, any::<bool>()), |(images, [inputs, outputs], bias)| {
        check_dense(images, [inputs, outputs], bias);
    });
    check_dense(19, [1030, 3], true);
}

fn pools() {
    let images = [1..=6_usize, 1..=9].prop_flat_map(|image| (Just(image), window(image, 3)));
    let all = (batches(), select(vec![1, 3, 16, 17]), images);
    for_all(60, all, |(images, channels, ([height, width], sizes))| {
        let input = [channels, height, width];
        // Every window must meet the image.
        let half = |d: usize| (sizes.kernel[d] - 1) * sizes.dilation[d] / 2;
        let [top, bottom, left, right] = sizes.pad;
        let pad = [top.min(half(0)), bottom.min(half(0)), left.min(half(1)), right.min(half(1))];
        let sizes = Sizes { pad, ceil: false, dilation: [1; 2], ..sizes };
        let fits = |d: usize| sizes.kernel[d] <= input[d + 1];
        if fits(0) && fits(1) {
            kernels::check_pools(images, input, sizes);
            let x = Random::new(1).tensor([images, channels, height, width]);
            blocked::layers::check_pools(&x, sizes, "a random image", [1, 0, 0, 1]);
        }
    });
    let x = Random::new(1).tensor([1, 16, 36, 36]);
    blocked::layers::check_pools(&x, square(2, 1, 0), "a tall image", [0; 4]);
}

fn all_cases() {
    small_images();
    register_tiles();
    large_sizes();
    winograd();
    chains();
    planes();
    forms_and_selections();
    small_groups();
    planes_and_interleaved_images();
    dense_layers();
    pools();
}

/// The files below some folders.
fn sources(folders: &[PathBuf]) -> Vec<PathBuf> {
    let (mut folders, mut files) = (folders.to_vec(), vec![]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the runtime") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// The names that the runtime's source gives its choices.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in sources(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("src")]) {
        let text = fs::read_to_string(&path).expect("text");
        for rest in text.split("choice!(").skip(1).filter(|_| !path.ends_with("choice.rs")) {
            let name = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            let name =
                name.unwrap_or_else(|| panic!("{}: a choice without a name", path.display()));
            assert!(names.insert(name.to_owned()), "two choices are called {name:?}");
        }
    }
    names
}

/// What chooses a kernel, by the looks of it.
fn looks_like_a_choice(line: &str) -> bool {
    let by_size = |of: &str| {
        line.match_indices(of).any(|(at, _)| {
            let rest = line[at + of.len()..].trim_start_matches(".len()").trim_start_matches("()");
            [" < ", " > ", " <= ", " >= ", " == "].iter().any(|sign| rest.starts_with(sign))
        })
    };
    line.contains("pays(") && !line.contains("fn pays")
        || line.contains("min_by_key")
        || line.contains("if ") && (by_size("images") || by_size("threads"))
}

/// Kernels are chosen nowhere but in a `choice!`.
#[test]
fn every_choice_is_marked() {
    const ELSEWHERE: [&str; 3] = [
        // Whether a program needs the code at all.
        "across::pays(usize::MAX, g.output)",
        // It is named where it is decided.
        "few::pays(",
        // The shape and its cost, of which callers choose.
        "shapes.iter().filter(fits).min_by_key(|shape| cost(shape)).unwrap_or(&[1, 1, 1])",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&["kernels", "layers"].map(|f| root.join(f))) {
        let text = fs::read_to_string(&path).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            let near = lines[i.saturating_sub(4)..lines.len().min(i + 5)].concat();
            let known =
                near.contains("choice!(") || ELSEWHERE.iter().any(|known| line.contains(known));
            assert!(
                known || !looks_like_a_choice(line),
                "{}:{}: a choice without a name",
                path.display(),
                i + 1
            );
        }
        // The same of tiles that depend on what is left.
        for tiled in text.split("Tiled for ").skip(1) {
            let body = tiled.split("\n}\n").next().unwrap_or_default();
            let branches = ["match ", "if "].iter().any(|word| body.contains(word));
            assert!(
                !branches || body.contains("choice!(") || body.contains("tiled!("),
                "{}: tiles without a name",
                path.display()
            );
        }
    }
}

/// Choices that only backends with 32 vector registers meet, of which a machine may have none.
const OF_32_REGISTERS: [&str; 17] = [
    "a vector of a dense layer left over",
    "a vector of a dense layer's gradient left over",
    "few tiles by Winograd",
    "four images at once",
    "four images of a packed layer",
    "groups of a dense layer",
    "more tiles than wait",
    "numbers of a run",
    "one long row",
    "rows and filters of planes",
    "rows of a dense layer's gradient",
    "rows of a dense layer's panel",
    "rows of a product",
    "sums in parts",
    "taps at once",
    "threads share filters of few tiles",
    "tile of a sweep",
];

#[test]
fn every_choice_is_taken() {
    let Some(record) = recorded(all_cases) else { return };
    let has_32 = |backend: &str| ["avx512", "neon"].contains(&backend);
    let any_has = record.keys().any(|(_, backend)| has_32(backend));
    let names = names();
    let mut left = vec![];
    for name in names.iter().filter(|name| !record.keys().any(|(met, _)| met == name)) {
        if any_has || !OF_32_REGISTERS.contains(&name.as_str()) {
            left.push(format!("{name}: never met"));
        }
    }
    for name in OF_32_REGISTERS {
        assert!(names.contains(name), "there is no choice {name:?}");
        let mut met = record.keys().filter(|(met, _)| *met == name);
        assert!(met.all(|(_, backend)| has_32(backend)), "{name:?} is met with fewer registers");
    }
    for ((name, backend), ways) in &record {
        for (way, _) in ways.iter().filter(|(_, taken)| !**taken) {
            left.push(format!("{name}: {way} is never taken on {backend}"));
        }
    }
    assert!(left.is_empty(), "no case reaches\n{}", left.join("\n"));
}
