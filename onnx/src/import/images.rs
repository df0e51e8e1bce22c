//! Values as layers want them: images, vectors. What moved pixels or channels in between becomes the layers that do so.

use super::build::{Builder, Kind, text};
use super::view::{Axis, Factor, Num, View, length};
use crate::recipe::Step;
use cnn_ir::{Deconvolution, Op, Shape, Source, Window};

impl Builder<'_> {
    /// A layer of one value, made once.
    fn once(&mut self, what: &'static str, op: Op<'static>, view: &View, output: Shape) -> Source {
        if let Some(&made) = self.made.get(&(view.value, what)) {
            return made;
        }
        let made = self.push_between(op, view.value, output);
        self.made.insert((view.value, what), made);
        made
    }

    /// A value whose numbers lie in order, as another volume.
    pub(crate) fn reshape(&mut self, view: &View, shape: Shape) -> View {
        View::plain(self.push_between(Op::Reshape { shape }, view.value, shape), shape)
    }

    /// The value as images × channels × height × width.
    pub(crate) fn image(&mut self, view: &View) -> Result<View, String> {
        if view.is_plain() && view.shape.is_volume() {
            return Ok(view.clone());
        }
        let sizes: Vec<usize> = view
            .dims
            .iter()
            .skip(1)
            .map(|dim| match length(dim) {
                Num::Int(n) => n as usize,
                Num::Batch => 0,
            })
            .collect();
        let (&[channels, height, width], Some([Factor { axis: Axis::Batch, .. }])) =
            (sizes.as_slice(), view.dims.first().map(Vec::as_slice))
        else {
            return Err(format!(
                "it works on images × channels × height × width, but gets {}",
                text(view)
            ));
        };
        let shape = Shape::volume(channels, height, width);
        if view.in_order() {
            if shape == view.shape {
                return Ok(View::plain(view.value, shape));
            }
            return Ok(self.reshape(view, shape));
        }
        self.rearranged(view, shape).ok_or_else(|| {
            format!(
                "the axes of its input are in another order than channels, height, width: {}",
                text(view)
            )
        })
    }

    /// Channels of some groups in turn; images whose pixels became channels, or the other way round.
    fn rearranged(&mut self, view: &View, shape: Shape) -> Option<View> {
        let parts = |axis: usize| -> Vec<(Axis, usize, usize)> {
            view.dims[axis].iter().map(|f| (f.axis, f.size, f.inner)).collect()
        };
        let (channels, rows, columns) = (parts(1), parts(2), parts(3));
        let plain = View::plain(view.value, view.shape);
        match (channels.as_slice(), rows.as_slice(), columns.as_slice()) {
            (&[(Axis::Channels, _, 1), (Axis::Channels, groups, _)], _, _)
                if view.dims[2..] == plain.dims[2..] =>
            {
                let op = Op::Shuffle { groups };
                let value = self.push(Kind::Op(op), vec![view.value], shape);
                Some(View::plain(value, shape))
            }
            _ => pixels(self, view, &[channels, rows, columns], shape),
        }
    }

    /// The value as images × elements, and, where these lie in another order than channels, rows, columns, the parts of
    /// the order.
    pub(crate) fn vector(&mut self, view: &View) -> Result<(Source, Option<Vec<Factor>>), String> {
        if view.dims.len() != 2 || view.dims[0] != View::plain(view.value, view.shape).dims[0] {
            return Err(format!("it works on images × elements, but gets {}", text(view)));
        }
        let order = (!view.in_order()).then(|| view.order());
        let output = Shape::Vector(view.shape.len());
        let source = match view.shape {
            Shape::Vector(_) => view.value,
            Shape::Volume { .. } => self.once("flatten", Op::Flatten, view, output),
        };
        Ok((source, order))
    }

    /// The view under the same axes, its value a volume.
    pub(crate) fn volume(&mut self, view: &View) -> View {
        let Shape::Vector(n) = view.shape else { return view.clone() };
        let shape = Shape::volume(n, 1, 1);
        let value = self.once("volume", Op::Reshape { shape }, view, shape);
        View { value, shape, dims: view.dims.clone() }
    }
}

/// Channels of so many groups in turn.
pub(super) fn in_turn(b: &mut Builder<'_>, value: Source, shape: Shape, groups: usize) -> Source {
    if groups == 1 || groups == shape.channels() {
        return value;
    }
    b.push(Kind::Op(Op::Shuffle { groups }), vec![value], shape)
}

/// Each `size·size` neighboring channels as the pixels of one, by a transposed convolution that only moves numbers.
pub(super) fn larger(
    b: &mut Builder<'_>,
    value: Source,
    shape: Shape,
    size: usize,
) -> (Source, Shape) {
    if size == 1 {
        return (value, shape);
    }
    let channels = shape.channels() / (size * size);
    let output = Shape::volume(channels, shape.height() * size, shape.width() * size);
    let op = Op::Deconv(Deconvolution {
        filters: channels,
        window: Window { kernel: [size; 2], stride: [size; 2], ..Window::POINT },
        output_pad: [0; 2],
        groups: channels,
        bias: false,
        accurate: false,
    });
    let steps = vec![Step::Identities { size: size * size, times: channels }];
    (b.push_with(op, value, output, vec![("weight", steps)], Vec::new()), output)
}

/// The most pixels along an axis that become channels: each is a layer.
pub(super) const MOST_BLOCK: usize = 16;

/// The pixels of each `size × size` as channels, the pixels' positions first: `(row·size + column)·C + channel`.
pub(super) fn smaller(
    b: &mut Builder<'_>,
    value: Source,
    shape: Shape,
    size: usize,
) -> Option<(Source, Shape)> {
    if size == 1 {
        return Some((value, shape));
    }
    let [height, width] = shape.size();
    if size > MOST_BLOCK || !height.is_multiple_of(size) || !width.is_multiple_of(size) {
        return None;
    }
    let each = Shape::volume(shape.channels(), height / size, width / size);
    let mut parts = Vec::new();
    for row in 0..size {
        for column in 0..size {
            // Rows and columns fewer than the step are left over: the windows are as many.
            let crop = [row, 0, column, 0];
            let mut part = value;
            if crop != [0; 4] {
                let cut = Shape::volume(shape.channels(), height - row, width - column);
                part = b.push(Kind::Op(Op::Crop { crop }), vec![part], cut);
            }
            let op = Op::MaxPool(Window { stride: [size; 2], ..Window::POINT });
            parts.push(b.push(Kind::Op(op), vec![part], each));
        }
    }
    let output = each.with_channels(shape.channels() * size * size);
    Some((b.push(Kind::Op(Op::Concat), parts, output), output))
}

/// The parts of an axis of the file: axis of the language, length, step.
type Parts = Vec<(Axis, usize, usize)>;

/// Pixels that became channels, or channels that became pixels, by reshapes and a transposition.
fn pixels(b: &mut Builder<'_>, view: &View, parts: &[Parts; 3], shape: Shape) -> Option<View> {
    use Axis::{Channels, Columns, Rows};
    let from = view.shape;
    let (value, made) = match [parts[0].as_slice(), parts[1].as_slice(), parts[2].as_slice()] {
        // C, r, r | H/r | W/r: the channel first, as PyTorch's `pixel_unshuffle`.
        [
            &[(Channels, c, 1), (Rows, r, 1), (Columns, s, 1)],
            &[(Rows, _, ri)],
            &[(Columns, _, ci)],
        ] if r == s && ri == r && ci == s && c == from.channels() => {
            let (value, made) = smaller(b, view.value, from, r)?;
            (in_turn(b, value, made, r * r), made)
        }
        // r, r, C: the pixel's position first, as TensorFlow's and the focus of detectors.
        [
            &[(Rows, r, 1), (Columns, s, 1), (Channels, c, 1)],
            &[(Rows, _, ri)],
            &[(Columns, _, ci)],
        ] if r == s && ri == r && ci == s && c == from.channels() => {
            smaller(b, view.value, from, r)?
        }
        // C/r² | H, r | W, r: the channel first, as PyTorch's `pixel_shuffle`.
        [
            &[(Channels, _, ci)],
            &[(Rows, h, 1), (Channels, r, ri)],
            &[(Columns, w, 1), (Channels, s, 1)],
        ] if r == s && ri == s && ci == r * s && [h, w] == from.size() => {
            larger(b, view.value, from, r)
        }
        // The pixel's position first.
        [
            &[(Channels, c, 1)],
            &[(Rows, h, 1), (Channels, r, ri)],
            &[(Columns, w, 1), (Channels, s, ci)],
        ] if r == s && ci == c && ri == c * s && [h, w] == from.size() => {
            let turned = in_turn(b, view.value, from, r * s);
            larger(b, turned, from, r)
        }
        _ => return None,
    };
    (made == shape).then(|| View::plain(value, made))
}
