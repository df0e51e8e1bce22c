//! The halos that the kernels around a value ask for.

/// Halos that must be at least so wide, and values that must have the same.
#[derive(Debug, Default)]
pub(super) struct Halos {
    parent: Vec<usize>,
    /// How many values have the same halos as each of those that stand for others.
    count: Vec<usize>,
    halo: Vec<usize>,
    d_halo: Vec<usize>,
}

impl Halos {
    pub(super) fn push(&mut self) {
        self.parent.push(self.parent.len());
        self.count.push(1);
        self.halo.push(0);
        self.d_halo.push(0);
    }

    fn root(&self, mut v: usize) -> usize {
        while self.parent[v] != v {
            v = self.parent[v];
        }
        v
    }

    pub(super) fn want(&mut self, v: usize, halo: usize, d_halo: usize) {
        let v = self.root(v);
        self.halo[v] = self.halo[v].max(halo);
        self.d_halo[v] = self.d_halo[v].max(d_halo);
    }

    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (mut a, mut b) = (self.root(a), self.root(b));
        if a != b {
            if self.count[a] < self.count[b] {
                (a, b) = (b, a);
            }
            self.parent[b] = a;
            self.count[a] += self.count[b];
            let (halo, d_halo) = (self.halo[b], self.d_halo[b]);
            self.want(a, halo, d_halo);
        }
    }

    pub(super) fn of(&self, v: usize) -> [usize; 2] {
        let v = self.root(v);
        [self.halo[v], self.d_halo[v]]
    }
}
