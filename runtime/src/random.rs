//! Seeded, portable, counter-style random streams: the same numbers on every platform.
//!
//! A stream is ChaCha8 under a key made of a purpose, the user's seed and two counters; nothing
//! is ever drawn from a shared generator, so the numbers depend on no order of execution.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _, TryRng};
use std::convert::Infallible;

/// The key of one pass; a layer's stream also depends on (sample, layer).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// The user's seed.
    pub seed: u64,
    /// Which training step this is.
    pub step: u64,
}

impl Streams {
    /// The stream of sample number `sample` of the batch in layer number `layer`.
    pub fn sample(&self, sample: usize, layer: u64) -> Stream {
        Stream::new(Purpose::Layer, self.seed, self.step, layer, sample as u64)
    }
}

/// What a stream is for: streams of different purposes never coincide.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// A layer of a training pass (dropout).
    Layer = 1,
    /// The initial value of a tensor.
    Initialize = 2,
    /// The order of an epoch, or a split of a data set.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    Shuffle = 3,
    /// The change of an image before it is trained on.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    Augment = 4,
    /// What is mixed in a batch.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    Mix = 5,
    /// Noise that a network is looked at with.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    Explain = 6,
}

/// One stream of random numbers.
#[derive(Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream under the key (`purpose`, `seed`, `a`, `b`), number `stream`.
    pub(crate) fn new(purpose: Purpose, seed: u64, a: u64, b: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([purpose as u64, seed, a, b]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `[0, 1)`: 24 random bits, so that every value is exact in `f32`.
    pub fn uniform(&mut self) -> f32 {
        const SCALE: f32 = 1.0 / (1 << 24) as f32;
        (self.0.next_u32() >> 8) as f32 * SCALE
    }

    /// A number in (0, 1): 52 random bits, in the middle between two multiples of 2⁻⁵².
    pub fn probability(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.0.next_u64() >> 12) as f64 + 0.5) * SCALE
    }

    /// An integer in `0..n`, by a widening product (the bias is below n/2⁶⁴).
    ///
    /// # Panics
    /// If `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "no number is below zero");
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// Puts the items into a random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_in_every_part_of_their_key() {
        let draw =
            |seed, step, sample, layer| Streams { seed, step }.sample(sample, layer).next_u32();
        let all = [
            draw(0, 0, 0, 0),
            draw(1, 0, 0, 0),
            draw(0, 1, 0, 0),
            draw(0, 0, 1, 0),
            draw(0, 0, 0, 1),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a != b), "{all:?}");
        }
    }

    #[test]
    fn the_numbers_are_the_same_everywhere() {
        let mut s = Streams { seed: 1, step: 2 }.sample(3, 4);
        let first: Vec<u32> = (0..4).map(|_| s.next_u32()).collect();
        assert_eq!(first, NUMBERS);
    }

    const NUMBERS: [u32; 4] = [2074887716, 1785148640, 701914981, 2243830370];

    #[test]
    fn uniform_numbers_fill_the_unit_interval() {
        let mut s = Stream::new(Purpose::Initialize, 7, 0, 0, 0);
        let x: Vec<f32> = (0..10_000).map(|_| s.uniform()).collect();
        assert!(x.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = x.iter().sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }

    #[test]
    fn shuffling_permutes_and_repeats_itself() {
        let shuffled = |seed| {
            let mut items: Vec<usize> = (0..100).collect();
            Stream::new(Purpose::Shuffle, seed, 0, 0, 0).shuffle(&mut items);
            items
        };
        let mut a = shuffled(1);
        assert_eq!(a, shuffled(1));
        assert_ne!(a, shuffled(2));
        a.sort_unstable();
        assert!(a.into_iter().eq(0..100));
    }
}
