//! Results are the same, bit for bit, whoever runs the pieces.

use crate::harness::NoRoom;
use crate::harness::{Case, Random, Run};
use crate::kernels::{Convolution, Sizes, pool_geometry};
use cnn_oracle as oracle;
use cnn_runtime::activation::Relu;
use cnn_runtime::conv::{self, Direct};
use cnn_runtime::dense;
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::Room;
use cnn_runtime::kernel::backward::Train;
use cnn_runtime::layout::{Interleaved, Layout, Nchw};
use cnn_runtime::simd::on_every_backend;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Both pieces in the other order.
struct Reversed;

impl Exec for Reversed {
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
        b();
        a();
    }
}

/// The pieces on the threads of a pool.
struct Threads {
    pool: rayon::ThreadPool,
    joins: AtomicUsize,
}

impl Threads {
    fn new(threads: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        Self {
            pool: pool.unwrap_or_else(|e| panic!("no {threads} threads: {e}")),
            joins: AtomicUsize::new(0),
        }
    }
}

impl Exec for Threads {
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
        self.joins.fetch_add(1, Ordering::Relaxed);
        self.pool.install(|| rayon::join(a, b));
    }
}

/// Images of each batch: several leaves of the reduction tree, the last of them not whole.
const IMAGES: usize = 67;

/// Compares the bits of all results of a kernel.
macro_rules! check_bits {
    ($layout:ty, $kernel:expr, $case:expr) => {{
        let kernel = $kernel;
        check_bits::<$layout, _>(&kernel, [kernel.room(), kernel.room_backward()], $case)
    }};
}

fn check_bits<L: Layout, K: Train<L>>(kernel: &K, rooms: [Room; 2], case: &Case) {
    let dims = case.output().dims;
    let d_output = Random::new(5).tensor(dims);
    let pools = [1, 2, 4].map(Threads::new);
    on_every_backend(|backend| {
        let bits = |exec: &dyn Exec| {
            let run = Run { kernel, rooms, case, exec };
            let len = dims[1..].iter().product();
            let activated = run.forward::<L>(Relu {}, len).output;
            let mut results = run.forward::<L>(cnn_runtime::NoActivation, len);
            run.backward::<L>(&d_output, &mut results);
            let all = [
                vec![activated, results.output],
                results.state,
                results.d_inputs,
                results.d_params,
            ];
            all.into_iter().flatten().flatten().map(f32::to_bits).collect::<Vec<_>>()
        };
        let serial = bits(&Serial);
        let compare = |who: String, exec: &dyn Exec| {
            let first = bits(exec).iter().zip(&serial).position(|(a, b)| a != b);
            assert_eq!(first, None, "{}, {}: {who}, first difference", case.name, backend.name());
        };
        compare("in the other order".into(), &Reversed);
        for pool in &pools {
            pool.joins.store(0, Ordering::Relaxed);
            compare(format!("{} threads", pool.pool.current_num_threads()), pool);
            assert!(
                pool.joins.load(Ordering::Relaxed) > 0,
                "{}: nothing ran in parallel",
                case.name
            );
        }
    });
}

#[test]
fn convolutions() {
    let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) };
    let convolution = Convolution {
        images: IMAGES,
        input: [6, 9, 10],
        filters: 12,
        groups: 1,
        bias: true,
        sizes,
    };
    check_bits!(Nchw, conv::Gemm::new(convolution.geometry()), &convolution.case());
    check_bits!(Interleaved, Direct::new(convolution.geometry()), &convolution.case());
    let depthwise = Convolution { groups: 6, ..convolution };
    check_bits!(Nchw, conv::Depthwise::new(depthwise.geometry()), &depthwise.case());
    check_bits!(Interleaved, Direct::new(depthwise.geometry()), &depthwise.case());
}

#[test]
fn dense_layers() {
    let mut random = Random::new(1);
    for [inputs, outputs, images] in [[300, 70, IMAGES], [2100, 100, 70]] {
        let params = vec![random.vec(inputs * outputs), random.vec(outputs)];
        let x = random.tensor([images, inputs, 1, 1]);
        let case = Case::new("dense".into(), oracle::Dense { outputs }, params, vec![x]);
        check_bits!(Nchw, dense::Gemm::new(inputs, outputs), &case);
        check_bits!(Interleaved, dense::Direct::new(inputs, outputs), &case);
    }
}

#[test]
fn other_layers() {
    let input @ [channels, height, width] = [6, 12, 12];
    let positions = height * width;
    let mut random = Random::new(1);
    let x = random.tensor([IMAGES, channels, height, width]);
    let params = vec![random.vec(channels), random.vec(channels)];

    let layer = oracle::BatchNorm { eps: 1e-5, running: None };
    let mut bn = Case::new("bn".into(), layer, params.clone(), vec![x.clone()]);
    bn.stats = 2 * channels;
    bn.state = params.clone();
    let kernel = cnn_runtime::BatchNorm::new(channels, positions, 1e-5, 0.1, true);
    check_bits!(Nchw, kernel, &bn);
    check_bits!(Interleaved, kernel, &bn);

    let prelu = Case::new("prelu".into(), oracle::Prelu, params[..1].to_vec(), vec![x.clone()]);
    check_bits!(Nchw, cnn_runtime::Prelu::new(channels, positions), &prelu);
    check_bits!(Interleaved, cnn_runtime::Prelu::new(channels, positions), &prelu);

    let scale = Case::new("scale".into(), oracle::Scale, params.clone(), vec![x.clone()]);
    check_bits!(Nchw, cnn_runtime::Scale::new(channels, positions), &scale);
    check_bits!(Interleaved, cnn_runtime::Scale::new(channels, positions), &scale);

    for (over, saved) in [(oracle::Over::Position, 2 * positions), (oracle::Over::Groups(2), 6)] {
        let layer = oracle::Normalize { over, eps: 1e-5 };
        let name = format!("{layer:?}");
        let mut norm = Case::new(name, layer, params.clone(), vec![x.clone()]);
        norm.saved = saved;
        if saved == 6 {
            let kernel = cnn_runtime::GroupNorm::new([channels, positions], 2, 1e-5);
            check_bits!(Nchw, kernel, &norm);
            check_bits!(Interleaved, kernel, &norm);
        } else {
            let kernel = cnn_runtime::LayerNorm::new([channels, positions], 1e-5);
            check_bits!(Nchw, kernel, &norm);
            check_bits!(Interleaved, kernel, &norm);
        }
    }

    let rule = cnn_runtime::Lrn { size: 5, alpha: 1.0, beta: 0.75, k: 1.0 };
    let lrn = Case::new("lrn".into(), crate::norms::lrn_oracle(rule), vec![], vec![x.clone()]);
    let kernel = cnn_runtime::LocalResponseNorm::new([channels, positions], rule);
    check_bits!(Nchw, kernel, &lrn);
    check_bits!(Interleaved, kernel, &lrn);

    let sizes = Sizes::plain([2, 2], [2, 2]);
    let layer = oracle::MaxPool { window: sizes.window() };
    let mut pool = Case::new("maxpool".into(), layer, vec![], vec![x]);
    pool.saved = channels * positions / 4;
    let kernel = cnn_runtime::MaxPool::new(pool_geometry(sizes, input));
    check_bits!(Nchw, kernel, &pool);
    check_bits!(Interleaved, kernel, &pool);
}
