//! Transposed convolutions, in training and packed for inference.

use super::grouped::Fused;
use super::{Run, TOLERANCE, Threads, frame};
use crate::harness::NoRoom;
use crate::harness::{Case, Random};
use crate::kernels::Sizes;
use crate::sizes::{Deconvolution, deconvolutions};
use cnn_oracle as oracle;
use cnn_runtime::blocked::{
    Deconv, DeconvTiles, GroupedDeconv, PackedDeconv, PackedDeconvTiles, PackedGroupedDeconv,
};
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;
use cnn_runtime::kernel::backward::Train;
use cnn_runtime::layout::{Blocked, Frame};

const EPS: f32 = 1e-3;

/// Channels, filters and groups: whole blocks and not, one group and many.
const CHANNELS: [[usize; 3]; 5] = [[3, 5, 1], [32, 16, 1], [17, 33, 1], [32, 64, 2], [12, 24, 3]];

pub(crate) fn compare(
    kernel: &impl Train<Blocked>,
    rooms: [Room; 2],
    frame: Frame,
    case: &Case,
    tolerance: f64,
) {
    let [_, c, h, w] = case.output().dims;
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        Run { kernel, rooms, frame, case, output: [c, h, w], block: 16, exec, tolerance }.compare();
    }
}

/// Calls `f` with layers of different sizes and four halos.
fn for_deconvolutions(channels: &[[usize; 3]], mut f: impl FnMut(Deconvolution, [usize; 4])) {
    for (i, (sizes, extra)) in deconvolutions().into_iter().enumerate() {
        for (j, &[channels, filters, groups]) in channels.iter().enumerate() {
            let (images, bias) = ([1, 2, 17, 3][(i + j) % 4], (i + j) % 3 > 0);
            let [height, width] = [[4, 6], [1, 1], [5, 13], [2, 2]][(i + 2 * j) % 4];
            let input = [channels, height, width];
            let halos = [[4, 0, 0, 6], [5, 1, 2, 7]][(i + j) % 2];
            f(Deconvolution { images, input, filters, groups, bias, sizes, extra }, halos);
        }
    }
}

/// Checks a packed kernel, given by whether it has a bias and the norm's ε, with and without a norm
/// and a sum.
pub(crate) fn check_packed<K: PackParams<Blocked>>(
    d: Deconvolution,
    [input, output]: [usize; 2],
    tolerance: f64,
    kernel: impl Fn(Option<f32>, Frame) -> (K, [usize; 2], Room),
) {
    for (norm, second) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut case = d.case();
        let mut random = Random::new(5);
        let dims = case.output().dims;
        let mut halos = vec![input];
        if second {
            halos.push(if norm { output } else { 1 });
            case.inputs.push(random.tensor(dims));
        }
        let mut tensors = case.params.clone();
        let mut layer = Fused { layer: d.oracle(), norm: None };
        if norm {
            case.params.extend([random.vec(dims[1]), random.vec(dims[1])]);
            let running = [
                random.vec(dims[1]),
                random.vec(dims[1]).iter().map(|x| x + 1.5).collect::<Vec<f32>>(),
            ];
            tensors = case.params.iter().chain(&running).cloned().collect();
            let wide = running.map(|all| all.iter().map(|&x| f64::from(x)).collect());
            layer.norm = Some(oracle::BatchNorm { eps: EPS.into(), running: Some(wide) });
        }
        let frame = frame(&halos, output, &[], 0);
        let (kernel, [weights, bias], room) = kernel(norm.then_some(EPS), frame);
        let mut packed = vec![f32::NAN; weights + bias];
        kernel.pack(&tensors.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut packed);
        let (w, b) = packed.split_at(weights);
        case = Case {
            name: format!("packed, norm: {norm}, sum: {second}, {}", case.name),
            oracle: Box::new(layer),
            packed: Some(vec![w.to_vec(), b.to_vec()]),
            ..case
        };
        let ([_, c, h, w], rooms, case) = (case.output().dims, [room, Room::NONE], &case);
        for exec in [&Serial as &dyn Exec, &Threads(3)] {
            let (kernel, output) = (&kernel, [c, h, w]);
            Run { kernel, rooms, frame, case, output, block: 16, exec, tolerance }
                .compare_inference();
        }
    }
}

#[test]
fn transposed_convolutions() {
    for_deconvolutions(&CHANNELS, |d, [input, output, d_input, d_output]| {
        let frame = frame(&[input], output, &[d_input], d_output);
        let kernel = Deconv::new(d.geometry(), frame);
        let rooms = [kernel.room(), kernel.room_backward()];
        compare(&kernel, rooms, frame, &d.case(), TOLERANCE);
        check_packed(d, [input, output], TOLERANCE, |norm, frame| {
            let kernel = PackedDeconv::new(d.geometry(), d.bias, norm, frame);
            (kernel, kernel.packed(), kernel.room())
        });
    });
}

#[test]
fn transposed_convolutions_of_small_groups() {
    let channels = [[17, 17, 17], [6, 6, 3], [36, 36, 9], [24, 24, 3]];
    for_deconvolutions(&channels, |d, [input, output, d_input, d_output]| {
        let frame = frame(&[input], output, &[d_input], d_output);
        let kernel = GroupedDeconv::new(d.geometry(), frame);
        let rooms = [kernel.room(), kernel.room_backward()];
        compare(&kernel, rooms, frame, &d.case(), TOLERANCE);
        check_packed(d, [input, output], TOLERANCE, |norm, frame| {
            let kernel = PackedGroupedDeconv::new(d.geometry(), d.bias, norm, frame);
            (kernel, kernel.packed(), kernel.room())
        });
    });
}

#[test]
fn transposed_convolutions_by_winograd() {
    for (i, pad) in [0, 1, 2].into_iter().enumerate() {
        let sizes = Sizes { pad: [pad; 4], ..Sizes::plain([3, 3], [1, 1]) };
        for (j, (images, input, filters)) in
            [(1, [16, 9, 11], 32), (3, [33, 5, 17], 17), (17, [32, 4, 4], 16)]
                .into_iter()
                .enumerate()
        {
            let (bias, extra) = ((i + j) % 2 == 0, [0, 0]);
            let d = Deconvolution { images, input, filters, groups: 1, bias, sizes, extra };
            let frame = frame(&[2 - pad], 1, &[0], pad);
            let kernel = DeconvTiles::new(d.geometry(), frame);
            let rooms = [kernel.room(), kernel.room_backward()];
            compare(&kernel, rooms, frame, &d.case(), TOLERANCE);
            check_packed(d, [2 - pad, 1], TOLERANCE, |norm, frame| {
                let kernel = PackedDeconvTiles::new(d.geometry(), d.bias, norm, frame);
                (kernel, kernel.packed(), kernel.room())
            });
        }
    }
}
