//! Weights that lie in another order than PyTorch's.

use crate::describe::TensorSpec;
use crate::error::Error;
use crate::pattern;
use safetensors::tensor::TensorInfo;

/// The order of a file's tensors.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// Whether kernels are H×W×in×out and weights of dense layers in×out.
    pub(super) channels_last: bool,
    /// Patterns of dense weights that read a flattened H×W×C, and its channels, height and width.
    pub(super) flattened: Vec<(String, [usize; 3])>,
}

/// The order of one tensor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    kernel: Kernel,
    /// Channels, height and width of what is flattened row by row, channel after channel in each pixel.
    flattened: Option<[usize; 3]>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kernel {
    /// As PyTorch's.
    #[default]
    Plain,
    /// H×W×in×out, of out×in×H×W.
    Last,
    /// H×W×channels×times, of channels·times×1×H×W.
    Depthwise,
    /// in×out, of out×in.
    Turned,
}

impl Orders {
    /// Refuses patterns that no path fits, and volumes of another size than a weight reads.
    ///
    /// # Errors
    /// There is one.
    pub(super) fn check(&self, specs: &[TensorSpec]) -> Result<(), Error> {
        for (pattern, volume) in &self.flattened {
            let inputs: usize = volume.iter().fold(1, |n, &side| n.saturating_mul(side));
            let mut fitting = specs.iter().filter(|spec| {
                spec.dims.len() == 2 && pattern::captures(pattern, spec.path).is_some()
            });
            let refuse = |found: String| {
                Err(Error::Argument {
                    owner: "Pretrained",
                    argument: "flattened",
                    found,
                    expected: "the path of a dense layer's weight, and the volume that it reads",
                })
            };
            let Some(first) = fitting.next() else {
                return refuse(format!("`{pattern}`, which no weight of a dense layer fits"));
            };
            let mut all = std::iter::once(first).chain(fitting);
            if let Some(spec) = all.find(|spec| spec.dims[1] != inputs) {
                let [channels, height, width] = volume;
                return refuse(format!(
                    "{channels}x{height}x{width} for `{}`, which reads {} numbers",
                    spec.path, spec.dims[1]
                ));
            }
        }
        Ok(())
    }

    /// The order of the tensor that the file has for this one.
    pub(super) fn of(&self, spec: &TensorSpec, info: &TensorInfo) -> Order {
        let kernel = match (self.channels_last, spec.dims, &info.shape[..]) {
            (true, &[out, 1, h, w], &[rows, columns, channels, times])
                if channels > 1
                    && channels.checked_mul(times) == Some(out)
                    && [rows, columns] == [h, w] =>
            {
                Kernel::Depthwise
            }
            (true, &[_, _, _, _], _) => Kernel::Last,
            (true, &[_, _], _) => Kernel::Turned,
            _ => Kernel::Plain,
        };
        let fits = |(pattern, _): &&(String, [usize; 3])| {
            spec.dims.len() == 2 && pattern::captures(pattern, spec.path).is_some()
        };
        Order { kernel, flattened: self.flattened.iter().find(fits).map(|&(_, volume)| volume) }
    }
}

impl Order {
    /// The dimensions that the file has for these.
    pub(super) fn dims(self, dims: &[usize], found: &[usize]) -> Vec<usize> {
        match (self.kernel, dims) {
            (Kernel::Last, &[out, channels, h, w]) => vec![h, w, channels, out],
            // What they are of has been looked at.
            (Kernel::Depthwise, _) => found.to_vec(),
            (Kernel::Turned, &[out, inputs]) => vec![inputs, out],
            _ => dims.to_vec(),
        }
    }

    /// Puts the elements of a tensor of these dimensions, as they lie in the file, into PyTorch's order.
    pub(super) fn apply(self, dims: &[usize], elements: &mut [f32]) {
        let from = |elements: &[f32]| elements.to_vec();
        match (self.kernel, dims) {
            (Kernel::Last | Kernel::Depthwise, &[out, channels, h, w]) => {
                // Depthwise, a pixel has the outputs of each channel one after the other, as PyTorch counts them.
                let (before, pixel) = (from(elements), out * channels);
                for (o, filter) in elements.chunks_exact_mut(channels * h * w).enumerate() {
                    for (c, plane) in filter.chunks_exact_mut(h * w).enumerate() {
                        for (at, x) in plane.iter_mut().enumerate() {
                            *x = before[at * pixel + c * out + o];
                        }
                    }
                }
            }
            (Kernel::Turned, &[out, inputs]) => {
                let before = from(elements);
                for (o, row) in elements.chunks_exact_mut(inputs).enumerate() {
                    for (i, x) in row.iter_mut().enumerate() {
                        *x = before[i * out + o];
                    }
                }
            }
            _ => {}
        }
        if let (Some([channels, height, width]), &[_, inputs]) = (self.flattened, dims) {
            let mut before = vec![0.0; inputs];
            for row in elements.chunks_exact_mut(inputs) {
                before.copy_from_slice(row);
                for (c, plane) in row.chunks_exact_mut(height * width).enumerate() {
                    for (at, x) in plane.iter_mut().enumerate() {
                        *x = before[at * channels + c];
                    }
                }
            }
        }
    }
}
