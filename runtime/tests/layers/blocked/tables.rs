//! Convolutions by connection tables: in planes, interleaved and in blocks, in training and packed.

use super::{check, check_inference, frame};
use crate::harness::{self, Case, Random, Run, check_forward};
use crate::kernels::Sizes;
use cnn_oracle as oracle;
use cnn_runtime::blocked;
use cnn_runtime::conv::{Connected, Direct, Gemm, Geometry, PackedTable, Table};
use cnn_runtime::exec::Serial;
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;
use cnn_runtime::layout::{Blocked, Frame, Interleaved, Nchw};

/// Tables of random connections: channels, filters, and how many of ten are there.
const TABLES: [[usize; 3]; 4] = [[6, 16, 6], [3, 5, 3], [20, 33, 5], [1, 4, 9]];

fn table([channels, filters, tenths]: [usize; 3]) -> Table {
    let mut random = Random::new(9);
    let mut row = |f: usize| {
        let mut kept =
            |c: &usize| *c == f % channels || random.uniform() < tenths as f32 / 5.0 - 1.0;
        let row: Vec<usize> = (0..channels).filter(&mut kept).collect();
        &*Box::leak(row.into_boxed_slice())
    };
    let rows: Vec<&'static [usize]> = (0..filters).map(&mut row).collect();
    Box::leak(rows.into_boxed_slice())
}

/// Calls `f` with convolutions of different sizes.
fn for_tables(mut f: impl FnMut(Geometry, Table, Case)) {
    for (i, numbers @ [channels, filters, _]) in TABLES.into_iter().enumerate() {
        for (j, sizes) in [
            Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) },
            Sizes::plain([5, 5], [1, 1]),
            Sizes { pad: [1, 0, 2, 1], ..Sizes::plain([2, 3], [2, 1]) },
        ]
        .into_iter()
        .enumerate()
        {
            let (table, images) = (table(numbers), [1, 3, 16][(i + j) % 3]);
            let input @ [_, height, width] = [channels, 7, 9];
            let mut random = Random::new(1);
            let connections: usize = table.iter().map(|row| row.len()).sum();
            let mut params = vec![random.vec(connections * sizes.kernel[0] * sizes.kernel[1])];
            params.extend(((i + j) % 3 > 0).then(|| random.vec(filters)));
            let rows = table.iter().map(|row| row.to_vec()).collect();
            let layer = oracle::ConvTable { window: sizes.window(), table: rows };
            let x = random.tensor([images, channels, height, width]);
            let name = format!("table {numbers:?} of {images} images, {sizes:?}");
            let Sizes { kernel, stride, pad, dilation, .. } = sizes;
            let output = sizes.output(input);
            let g = Geometry::new(input, filters, kernel, stride, pad, dilation, 1, output);
            let case = || Case::new(name.clone(), layer.clone(), params.clone(), vec![x.clone()]);
            f(g, table, case());
            // What is not finite meets no padding: a product with that would be NaN.
            f(g, table, case().unbounded(pad == [0; 4]));
        }
    }
}

#[test]
fn convolutions_by_tables() {
    for_tables(|g, table, case| {
        harness::check!(Nchw, Connected::<Gemm>::new(g, table), &case);
        harness::check!(Interleaved, Connected::<Direct>::new(g, table), &case);
        let frame = frame(&[2], 1, &[1], 4);
        let kernel = blocked::Connected::new(g, table, frame);
        check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    });
}

#[test]
fn packed_convolutions_by_tables() {
    for_tables(|g, table, mut case| {
        let params: Vec<&[f32]> = case.params.iter().map(Vec::as_slice).collect();
        let [_, channels, ..] = case.inputs[0].dims;
        let (filters, taps) =
            (table.len(), case.params[0].len() / table.iter().map(|r| r.len()).sum::<usize>());
        let bias = case.params.get(1).map_or(0, Vec::len);

        let kernel = PackedTable::<Gemm>::new(g, table);
        let mut packed = vec![f32::NAN; filters * channels * taps + bias];
        PackParams::<Nchw>::pack(&kernel, &params, &mut packed);
        let (w, b) = packed.split_at(filters * channels * taps);
        let mut plain = vec![w.to_vec()];
        plain.extend((bias > 0).then(|| b.to_vec()));

        let rows = filters.div_ceil(16);
        let lanes = channels.min(16);
        let weights = rows * channels.div_ceil(lanes) * taps * lanes * 16;
        let in_blocks = frame(&[2], 1, &[], 0);
        let inner = blocked::PackedTable::new(g, table, bias > 0, None, in_blocks);
        let mut packed = vec![f32::NAN; weights + rows * 16];
        PackParams::<Blocked>::pack(&inner, &params, &mut packed);
        let (w, b) = packed.split_at(weights);

        case.packed = Some(plain);
        let run =
            Run { kernel: &kernel, rooms: [kernel.room(), Room::NONE], case: &case, exec: &Serial };
        check_forward::<Nchw, _>(&run);
        let kernel = PackedTable::<Direct>::new(g, table);
        let run =
            Run { kernel: &kernel, rooms: [kernel.room(), Room::NONE], case: &case, exec: &Serial };
        check_forward::<Interleaved, _>(&run);
        case.packed = Some(vec![w.to_vec(), b.to_vec()]);
        let frame: Frame = in_blocks;
        check_inference(&inner, Room::NONE, frame, &case);
    });
}
