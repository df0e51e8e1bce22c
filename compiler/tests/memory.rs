//! The arena is as small as what lives at the same time, and no two living buffers share a place.

use cnn_compiler::compile;
use cnn_compiler::emit::kernel_type;
use cnn_compiler::plan::{Action, Bands, ForwardStep, Kernel, Plan, Pooling, Step};
use cnn_compiler::schedule::plan;
use std::collections::HashMap;

const NETWORKS: &[&str] = &[
    "struct Lenet<1x28x28 -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2) -> conv(16, 5x5) -> sigmoid
        -> avgpool(2) -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)>;",
    "struct Vgg<3x224x224
        -> {conv(64, 3x3, pad=1) -> relu} * 2 -> maxpool(2)
        -> {conv(128, 3x3, pad=1) -> relu} * 2 -> maxpool(2)
        -> {conv(256, 3x3, pad=1) -> relu} * 3 -> maxpool(2)
        -> {conv(512, 3x3, pad=1) -> relu} * 3 -> maxpool(2)
        -> {conv(512, 3x3, pad=1) -> relu} * 3 -> maxpool(2)
        -> flatten -> dense(4096) -> relu -> dropout -> dense(4096) -> relu -> dropout -> dense(1000)>;",
    "block bottleneck(c, n, stride=1) {
        add(conv(c, 1x1, bias=false) -> bn -> relu
            -> conv(c, 3x3, stride=stride, pad=1, bias=false) -> bn -> relu
            -> conv(n, 1x1, bias=false) -> bn
          | conv(n, 1x1, stride=stride, bias=false) -> bn) -> relu
     }
     block same(c, n) {
        add(conv(c, 1x1, bias=false) -> bn -> relu
            -> conv(c, 3x3, pad=1, bias=false) -> bn -> relu -> conv(n, 1x1, bias=false) -> bn
          | _) -> relu
     }
     struct ResNet<3x224x224 -> conv(64, 7x7, stride=2, pad=3, bias=false) -> bn -> relu
        -> maxpool(3, stride=2, pad=1) -> bottleneck(64, 256) -> same(64, 256) * 2
        -> bottleneck(128, 512, stride=2) -> same(128, 512) * 3
        -> bottleneck(256, 1024, stride=2) -> same(256, 1024) * 5
        -> bottleneck(512, 2048, stride=2) -> same(512, 2048) * 2
        -> global_avgpool -> flatten -> dense(1000)>;",
    "struct Branches<3x64x64 -> conv(32, 3x3, pad=1) -> relu
        -> concat(conv(16, 1x1) | conv(24, 3x3, pad=1) -> relu -> conv(32, 5x5, pad=2) | maxpool(3, stride=1, pad=1))
        -> mul(_ | global_avgpool -> conv(8, 1x1) -> relu -> conv(80, 1x1) -> sigmoid)
        -> conv(40, 3x3, stride=2, pad=1) -> gelu -> global_avgpool -> flatten -> dense(10)>;",
    "block inception(a, b, c, d) {
        concat(conv(a, 1x1) -> relu | conv(b, 1x1) -> relu -> conv(2*b, 3x3, pad=1) -> relu
            | conv(c, 1x1) -> relu -> conv(2*c, 5x5, pad=2) -> relu
            | maxpool(3, stride=1, pad=1) -> conv(d, 1x1) -> relu)
     }
     struct Inception<3x64x64 -> conv(64, 7x7, stride=2, pad=3) -> relu -> maxpool(3, stride=2, pad=1)
        -> inception(64, 64, 16, 32) -> inception(128, 96, 32, 64)
        -> global_avgpool -> flatten -> dense(10)>;",
    "block dense_layer(k) {
        concat(_ | bn -> relu -> conv(4*k, 1x1, bias=false) -> bn -> relu
            -> conv(k, 3x3, pad=1, bias=false))
     }
     struct DenseNet<3x64x64 -> conv(64, 7x7, stride=2, pad=3, bias=false) -> bn -> relu
        -> maxpool(3, stride=2, pad=1) -> dense_layer(32) * 6 -> bn -> relu -> conv(128, 1x1, bias=false)
        -> avgpool(2) -> dense_layer(32) * 12 -> bn -> relu -> global_avgpool -> flatten -> dense(10)>;",
    // A value in two places, twice in one, in place after a join, read by its neighbor.
    "struct Tangle<16x12x12 -> conv(32, 3x3, pad=1) -> a: relu
        -> concat(a | conv(16, 3x3, pad=1) -> relu | a) -> b: relu
        -> concat(b -> relu | conv(16, 1x1) -> sigmoid | depthwise(3x3, pad=1)) -> relu
        -> concat(_ | b | bn -> relu) -> conv(10, 1x1) -> global_avgpool -> flatten>;",
    // Parts that start with a whole block, of a value that is a part, and others.
    "struct Splits<3x12x12 -> conv(96, 3x3, pad=1) -> a: relu
        -> concat(split(3, 0) -> conv(32, 1x1) | a -> split(3, 1) -> conv(16, 1x1)
            | a -> split(3, 2) -> depthwise(3x3, pad=1))
        -> concat(_ | split(5, 1) -> conv(16, 1x1)) -> conv(116, 3x3, stride=2, pad=1)
        -> concat(split(2, 0) -> conv(64, 1x1) | split(2, 1) -> conv(32, 1x1))
        -> global_avgpool -> flatten>;",
    "struct Dropped<16x12x12 -> conv(32, 3x3, pad=1) -> dropout2d -> bn -> relu
        -> add(_ | conv(32, 3x3, pad=1) -> dropout -> identity -> drop_path(0.5)) -> relu
        -> global_avgpool -> flatten>;",
];

/// What inference still copies to bring channels together: whole concatenations and parts.
fn copies(plan: &Plan) -> usize {
    let copying = |op: &Action| {
        let Action::Forward(f) = op else { return false };
        let identity = matches!(f.kernel.kernel, Kernel::Identity(_));
        f.kernel.kernel.copies()
            || identity && f.epilogue.activation.is_none() && !f.inputs.is_empty()
    };
    plan.forward.iter().filter(|s| copying(&s.action)).count()
}

/// The runtime's type of a step's kernel.
fn type_of(forward: &ForwardStep) -> String {
    kernel_type(&forward.kernel)
}

/// Buffers that a step touches.
fn touched(op: &Action) -> Vec<usize> {
    match op {
        Action::Forward(f) => {
            f.inputs.iter().copied().chain([f.output]).chain(f.saved).collect::<Vec<_>>()
        }
        Action::Bands(Bands { chain, .. }) => {
            let inputs =
                chain.iter().enumerate().flat_map(|(k, f)| &f.inputs[usize::from(k > 0)..]);
            inputs.copied().chain(chain.last().map(|f| f.output)).collect()
        }
        Action::Backward(b) => {
            let read = b.inputs.iter().copied().chain(b.output).chain(b.saved);
            read.chain([b.d_output]).chain(b.d_inputs.iter().map(|(d, _)| *d)).collect()
        }
        Action::Derivative { kept, d, .. } => vec![*kept, *d],
        Action::Copy { from, to } | Action::Accumulate { from, to } => vec![*from, *to],
        Action::Tap { buffer, .. } => vec![*buffer],
    }
}

/// First and last time of every buffer, counted anew: inputs, forward steps, outputs and their
/// gradients, backward steps, gradients of the inputs.
fn lifetimes(plan: &Plan) -> HashMap<usize, [usize; 2]> {
    let mut moments = vec![plan.inputs.clone()];
    moments.extend(plan.forward.iter().map(|s| touched(&s.action)));
    moments.push(plan.outputs.iter().chain(&plan.d_outputs).copied().collect());
    moments.extend(plan.backward.iter().map(|s| touched(&s.action)));
    moments.push(plan.d_inputs.clone());
    // A part has the memory of the whole.
    moments.iter_mut().flatten().for_each(|b| *b = plan.buffers[*b].within.map_or(*b, |w| w.whole));
    let mut lives: HashMap<usize, [usize; 2]> = HashMap::new();
    for (time, buffers) in moments.into_iter().enumerate() {
        for b in buffers {
            lives.entry(b).or_insert([time, time])[1] = time;
        }
    }
    lives
}

fn check(name: &str, plan: &Plan) {
    for (part, within) in plan.buffers.iter().filter_map(|b| Some((b, b.within?))) {
        let whole = &plan.buffers[within.whole];
        assert!(whole.within.is_none() && within.first + part.len <= whole.len, "{name}: {part:?}");
    }
    let lives = lifetimes(plan);
    let most = lives.values().map(|l| l[1]).max().expect("some steps");
    let living = |time: usize| {
        lives
            .iter()
            .filter(move |(_, l)| l[0] <= time && time <= l[1])
            .map(|(b, _)| &plan.buffers[*b])
    };
    let set = |time: usize| living(time).map(|b| b.len).sum::<usize>();
    let largest = (0..=most).map(set).max().expect("some time");
    assert!(
        plan.arena as f64 <= 1.05 * largest as f64,
        "{name}: an arena of {} floats for {largest} that live at the same time",
        plan.arena
    );
    for time in 0..=most {
        let mut places: Vec<_> = living(time).map(|b| (b.offset, b.offset + b.len)).collect();
        places.sort_unstable();
        for pair in places.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{name}: {pair:?} overlap at {time}");
        }
        if let Some(step) = time.checked_sub(1).and_then(|i| plan.forward.get(i)) {
            let end = places.last().map_or(0, |p| p.1);
            assert!(step.end >= end && step.end < end + 16, "{name}: scratch at {}", step.end);
        }
    }
}

#[test]
fn arenas_hold_what_lives_together_and_little_more() {
    for text in NETWORKS {
        let nets = compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        for net in &nets {
            let plans = plan(net);
            for (i, plan) in plans.inference.iter().enumerate() {
                check(&format!("{} inference {i}", net.name), plan);
            }
            check(&format!("{} training", net.name), &plans.training);
        }
    }
}

#[test]
fn convolutions_of_large_images_pool() {
    for (text, pools, left) in [(NETWORKS[1], 5, 1), (NETWORKS[2], 1, 0)] {
        let nets = compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        let plans = plan(&nets[0]);
        let steps = |plan: &Plan| {
            let pool = |op: &Action| {
                matches!(op, Action::Forward(f)
                    if matches!(f.kernel.kernel, Kernel::Pool { of: Pooling::Max, .. }))
            };
            plan.forward.iter().filter(|s| pool(&s.action)).count()
        };
        assert_eq!(steps(&plans.training), pools, "{}", nets[0].name);
        assert_eq!(steps(&plans.inference[0]), left, "{}", nets[0].name);
    }
}

/// VGG's pool before its classifier, at the size that it was made for.
#[test]
fn an_adaptive_pool_of_the_same_size_is_no_step() {
    let text = |pool: &str| {
        format!(
            "struct Vgg<3x16x16 -> conv(32, 3x3, pad=1) -> relu -> {pool} conv(16, 1x1) -> flatten>;"
        )
    };
    let steps = |pool: &str| {
        let text = text(pool);
        let plans = plan(&compile(&text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))[0]);
        let kernels = |steps: &[Step]| {
            steps
                .iter()
                .filter(|s| matches!(s.action, Action::Forward(_) | Action::Backward(_)))
                .count()
        };
        let training = &plans.training;
        [&plans.inference[0].forward, &training.forward, &training.backward].map(|s| kernels(s))
    };
    assert_eq!(steps("adaptive_avgpool(16x16) ->"), steps(""));
    assert_eq!(steps("adaptive_maxpool(16x16) ->"), steps(""));
    assert_eq!(steps("adaptive_avgpool(7x7) ->"), steps("").map(|n| n + 1));
}

#[test]
fn branches_write_their_channels_in_place() {
    for (name, text, expected) in [
        ("Inception", NETWORKS[4], 0),
        ("DenseNet", NETWORKS[5], 0),
        // `a` twice, all of the second one and a branch of the third.
        ("Tangle", NETWORKS[6], 4),
        // The second half of 116 channels, and what is made of a part of the value that it joins.
        ("Splits", NETWORKS[7], 2),
    ] {
        let nets = compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        let plan = &plan(&nets[0]).inference[0];
        assert_eq!(copies(plan), expected, "{name}");
        let parts = plan.buffers.iter().filter(|b| b.within.is_some()).count();
        assert!(parts > 0, "{name}");
    }
}

#[test]
fn shuffles_between_concatenations_and_splits_are_one_step() {
    let unit = "concat(split(2, 0) | split(2, 1) -> conv(58, 1x1) -> relu) -> shuffle(2)";
    let text = format!(
        "block unit {{ {unit} }} struct Net<3x32x32 -> conv(116, 3x3, pad=1) -> unit * 3 -> conv(8, 1x1)>;"
    );
    let nets = compile(&text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let plans = plan(&nets[0]);
    let copies = |plan: &Plan| -> Vec<String> {
        let kernel = |op: &Action| match op {
            Action::Forward(f) if f.kernel.kernel.copies() => Some(type_of(f)),
            _ => None,
        };
        plan.forward.iter().filter_map(|s| kernel(&s.action)).collect()
    };
    // The first half of 116 channels is read where it lies; the last shuffle has no split after it.
    let mut expected = vec!["blocked::Split"];
    expected.extend(["blocked::Selection"; 5]);
    assert_eq!(copies(&plans.inference[0]), expected);
    // Training has the gradients of all of them.
    assert!(copies(&plans.training).iter().all(|k| k != "blocked::Selection"));
}

#[test]
fn inference_has_no_trace_of_what_it_leaves_out() {
    let nets = compile(NETWORKS[8]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let plans = plan(&nets[0]);
    let kernels = |plan: &Plan| {
        let kernel = |op: &Action| match op {
            Action::Forward(f) => Some(type_of(f)),
            _ => None,
        };
        plan.forward.iter().filter_map(|s| kernel(&s.action)).collect::<Vec<_>>()
    };
    let kept = ["Reorder", "PackedDirect", "PackedTiles", "GlobalAvgPool"];
    assert_eq!(kernels(&plans.inference[0]), kept.map(|k| format!("blocked::{k}")));
    let trained = kernels(&plans.training);
    for layer in ["blocked::Dropout2d", "Dropout"] {
        assert!(trained.iter().any(|k| k == layer), "{layer} in {trained:?}");
    }
}
