//! What a step of VGG-16 and of ResNet-50 takes here, what messages take, and what follows for more processes:
//! the figures of docs/scaling.md.
//!
//!     cargo build --release -p cnn --features mpi --example scaling
//!     mpirun -n 2 target/release/examples/scaling

use cnn::ir::Op;
use cnn::mpi::Mpi;
use cnn::ndarray::{Array2, Array4, ArrayView4};
use cnn::train::{Communicator, DataParallel, Lane, Sgd, Trainer};
use cnn::{Network, cnn};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

cnn! {
    block vgg(n, f) { { conv(f, 3x3, pad=1) -> relu } * n -> maxpool(2) }
    struct Vgg16<
        3x224x224 -> vgg(2, 64) -> vgg(2, 128) -> vgg(3, 256) -> vgg(3, 512) -> vgg(3, 512) -> flatten
        -> dense(4096) -> relu -> dropout(0.5) -> dense(4096) -> relu -> dropout(0.5) -> dense(1000)
    >;

    block bottleneck(f, s = 1) {
        add(
            conv1: conv(f, 1x1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn2: bn -> relu
            -> conv3: conv(4 * f, 1x1, bias=false) -> bn3: bn
            | if s == 1 && 4 * f == C { _ } else {
                downsample: { conv(4 * f, 1x1, stride=s, bias=false) -> bn }
            }
        ) -> relu
    }
    struct ResNet50<
        3x224x224 -> conv1: conv(64, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu -> maxpool(3, stride=2, pad=1)
        -> layer1: { bottleneck(64) * 3 }
        -> layer2: { bottleneck(128, 2) -> bottleneck(128) * 3 }
        -> layer3: { bottleneck(256, 2) -> bottleneck(256) * 5 }
        -> layer4: { bottleneck(512, 2) -> bottleneck(512) * 2 }
        -> global_avgpool -> flatten -> fc: dense(1000)
    >;
}

/// Images of a process in the measured steps.
const MEASURED: usize = 4;
/// In the model, a process is a machine of so many cores, which compute as fast as so many times one, and has so many
/// images, or a part of a batch of so many.
const CORES: f64 = 64.0;
const IMAGES: f64 = 64.0;
const BATCH: f64 = 1024.0;
const PROCESSES: [f64; 5] = [2.0, 8.0, 64.0, 256.0, 1024.0];
/// Steps of which the shortest counts.
const STEPS: usize = 3;
/// Of the compute time, the part after the first gradient is there.
const BACKWARD: f64 = 2.0 / 3.0;
/// Numbers that gradients go out in, at least, and of each message of them.
const BUCKET: f64 = (1 << 20) as f64;
const MESSAGE: f64 = (1 << 14) as f64;

/// A network between machines: seconds for a short message, bytes a second.
struct Link {
    name: &'static str,
    latency: f64,
    bandwidth: f64,
}

const LINKS: [Link; 3] = [
    Link { name: "10 Gbit Ethernet, TCP", latency: 30e-6, bandwidth: 1.1e9 },
    Link { name: "25 Gbit Ethernet, RoCE", latency: 3e-6, bandwidth: 2.9e9 },
    Link { name: "100 Gbit InfiniBand", latency: 1.5e-6, bandwidth: 12e9 },
];

/// What one network asks of the processes.
struct Load {
    name: &'static str,
    /// Seconds of a core for an image.
    image: f64,
    /// Parameters.
    numbers: f64,
    /// Sums that a step waits for, those of batch norms, and the numbers in all of them.
    sums: f64,
    statistics: f64,
}

fn main() -> ExitCode {
    cnn::mpi::run(measure)
}

fn measure(mpi: Mpi) -> Result<(), cnn::Error> {
    let mpi = Arc::new(mpi);
    let (first, ranks) = (mpi.rank() == 0, mpi.ranks());
    let say = |text: String| {
        if first {
            println!("{text}");
        }
    };
    let loads = [load::<Vgg16>(&mpi)?, load::<ResNet50>(&mpi)?];
    for (load, [alone, together]) in &loads {
        say(format!(
            "{}: a step on {MEASURED} images takes {alone:.2} s of a core, as one of {ranks} processes {together:.2} s",
            load.name
        ));
    }
    let adding = adding();
    say(format!("adding to {:.1} GB/s", adding / 1e9));
    if ranks > 1 {
        let (latency, bandwidth) = messages(&mpi)?;
        say(format!(
            "messages here: {:.1} µs, {:.1} GB/s each way",
            latency * 1e6,
            bandwidth / 1e9
        ));
    }
    for (load, _) in &loads {
        for (what, whole) in [("a process", false), ("in all", true)] {
            let images = if whole { BATCH } else { IMAGES };
            say(format!(
                "\n{}, {images} images {what}: seconds a step, part that is computing",
                load.name
            ));
            let head = PROCESSES.map(|ranks| format!("{ranks:>14}"));
            say(format!("{:40}{}", "", head.concat()));
            for (link, exact) in LINKS.iter().flat_map(|link| [(link, true), (link, false)]) {
                let row = PROCESSES.map(|ranks| {
                    let images = if whole { BATCH / ranks } else { IMAGES };
                    let [step, part] = load.step(link, adding, [ranks, images], exact);
                    format!("  {step:7.3} {part:.2}")
                });
                let how = if exact { "the same bits" } else { "all-reduce" };
                say(format!("  {:24}{how:14}{}", link.name, row.concat()));
            }
        }
    }
    Ok(())
}

impl Load {
    /// Seconds of a step on `images` images a process, and the part of them that is computing.
    fn step(&self, link: &Link, adding: f64, [ranks, images]: [f64; 2], exact: bool) -> [f64; 2] {
        let compute = self.image * images / CORES;
        let rounds = ranks.log2().ceil();
        let bytes = 4.0 * self.numbers * (ranks - 1.0) / ranks;
        let buckets = (self.numbers / BUCKET.max(MESSAGE * ranks)).ceil();
        let messages = if exact { ranks - 1.0 } else { rounds };
        let gradients =
            2.0 * (buckets * messages * link.latency + bytes / link.bandwidth) + bytes / adding;
        let waiting = 2.0 * rounds * self.sums * link.latency
            + 2.0 * rounds * 4.0 * self.statistics / link.bandwidth;
        let late = (gradients - BACKWARD * compute).max(0.0);
        let step = compute + waiting + late;
        [step, compute / step]
    }
}

/// What a step takes on one thread, by itself and with the other processes.
fn load<N>(mpi: &Arc<Mpi>) -> Result<(Load, [f64; 2]), cnn::Error>
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>>,
{
    let norms = N::GRAPH.nodes.iter().filter(|node| matches!(node.op, Op::BatchNorm { .. }));
    let channels: Vec<usize> = norms.map(|node| node.output.channels()).collect();
    let own = Array4::from_elem((MEASURED, 3, 224, 224), 0.5);
    let mut trainer = Trainer::new(N::new(1), Sgd::new(1e-4)).threads(1);
    let alone = best(processor_time, || trainer.step(own.view(), &[7; MEASURED]).map(drop))?;
    let all = MEASURED * mpi.ranks();
    let (images, labels) = (Array4::from_elem((all, 3, 224, 224), 0.5), vec![7; all]);
    let mut trainer = trainer.data_parallel(DataParallel::new(mpi.clone()));
    let together = best(wall_time, || trainer.step(images.view(), &labels).map(drop))?;
    let load = Load {
        name: N::NAME,
        image: alone / MEASURED as f64,
        numbers: N::PARAMETERS as f64,
        // Two in the forward pass, of one number and of two a channel, and two in the backward pass.
        sums: 4.0 * channels.len() as f64,
        statistics: 5.0 * channels.iter().sum::<usize>() as f64,
    };
    Ok((load, [alone, together]))
}

/// The shortest of some calls by that clock, after one that does not count.
fn best(
    clock: fn() -> f64,
    mut call: impl FnMut() -> Result<(), cnn::Error>,
) -> Result<f64, cnn::Error> {
    call()?;
    let mut best = f64::INFINITY;
    for _ in 0..STEPS {
        let start = clock();
        call()?;
        best = best.min(clock() - start);
    }
    Ok(best)
}

fn wall_time() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// What this process has had of the processor, which others at work on the machine lengthen less; where the system does
/// not say, the time.
fn processor_time() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which is in parentheses, fields 3 and up: 14 and 15 are the user's and the system's ticks.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = fields.filter_map(|field| field.parse().ok()).collect();
    if let [user, system] = ticks[..] { (user + system) / TICKS } else { wall_time() }
}

/// Bytes a second that are added to others.
fn adding() -> f64 {
    let (x, mut y) = (vec![1.0f32; 1 << 22], vec![0.0f32; 1 << 22]);
    let add = || {
        y.iter_mut().zip(&x).for_each(|(y, x)| *y += x);
        Ok(())
    };
    best(wall_time, add).map_or(f64::NAN, |seconds| 4.0 * x.len() as f64 / seconds)
}

/// Seconds for a short message between the first two processes, and bytes a second in either direction at a time.
fn messages(mpi: &Mpi) -> Result<(f64, f64), cnn::Error> {
    const TIMES: usize = 200;
    let ping_pong = |len: usize, times: usize| {
        let (sent, mut received) = (vec![1.0; len], vec![0.0; len]);
        best(wall_time, || {
            for _ in 0..times {
                if let other @ (0 | 1) = 1usize.wrapping_sub(mpi.rank()) {
                    mpi.exchange(Lane::Now, &[(other, &sent)], &mut [(other, &mut received)])?;
                }
            }
            Ok(())
        })
    };
    let latency = ping_pong(1, TIMES)? / TIMES as f64;
    Ok((latency, 4.0 * (1 << 20) as f64 / ping_pong(1 << 20, 1)?))
}
