//! One arena: every buffer gets an offset that it shares only with buffers of other times, and with
//! its parts.

use crate::effort;
use crate::plan::{Action, Bands, Buffer, BufferId, Layout, Plan, Step};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The most buffers that are compared with one another.
const MOST_COMPARED: usize = 3000;

/// Works out lifetimes and offsets.
///
/// Time 0 is the filling of the inputs, then come the forward steps, the reading of the outputs
/// (in training also the filling of their gradients), the backward steps, and the reading of the
/// input gradients.
pub(super) fn place(mut plan: Plan) -> Plan {
    let mut buffers = std::mem::take(&mut plan.buffers);
    touch(&mut buffers, &plan.inputs, 0);
    let mut time = 1;
    time = walk(&mut buffers, &plan.forward, time);
    touch(&mut buffers, &plan.outputs, time);
    touch(&mut buffers, &plan.d_outputs, time);
    time = walk(&mut buffers, &plan.backward, time + 1);
    touch(&mut buffers, &plan.d_inputs, time);
    // Sixteen interleaved images keep every slot on a cache line by themselves.
    let align = if plan.layout == Layout::Interleaved { 1 } else { 16 };
    plan.arena = assign(&mut buffers, align);
    let ends = ends(&buffers, time);
    for (i, step) in plan.forward.iter_mut().enumerate() {
        step.end = ends[1 + i].next_multiple_of(align);
    }
    let backward = plan.forward.len() + 2;
    for (i, step) in plan.backward.iter_mut().enumerate() {
        step.end = ends[backward + i].next_multiple_of(align);
    }
    plan.buffers = buffers;
    plan
}

fn walk(buffers: &mut [Buffer], steps: &[Step], mut time: usize) -> usize {
    for step in steps {
        touch(buffers, &step.action.buffers(), time);
        time += 1;
    }
    time
}

fn touch(buffers: &mut [Buffer], ids: &[BufferId], time: usize) {
    for &id in ids {
        let id = buffers[id].within.map_or(id, |w| w.whole);
        buffers[id].first = buffers[id].first.min(time);
        buffers[id].last = buffers[id].last.max(time);
    }
}

/// For each time up to the last, the end of the last buffer that lives.
fn ends(buffers: &[Buffer], last: usize) -> Vec<usize> {
    let mut by_start: Vec<&Buffer> = buffers.iter().collect();
    by_start.sort_by_key(|b| b.first);
    let (mut to_come, mut living) = (by_start.into_iter().peekable(), BinaryHeap::new());
    let end = |time: usize| {
        while let Some(b) = to_come.next_if(|b| b.first <= time) {
            living.push((b.offset + b.len, b.last));
        }
        while living.peek().is_some_and(|&(_, last)| last < time) {
            living.pop();
        }
        living.peek().map_or(0, |&(end, _)| end)
    };
    (0..=last).map(end).collect()
}

/// Gives every buffer an offset; the floats of the arena.
///
/// Largest first, each at the lowest offset where it meets no buffer of its time (Pisarchyk and Lee,
/// "Efficient memory management for deep neural net inference", 2020, "greedy by size"). While that
/// needs more than what lives at the same time, the buffer that sticks out goes first and all are
/// placed again. Where that leads nowhere, the same starts from those that live longest, and from those
/// that live first.
fn assign(buffers: &mut [Buffer], align: usize) -> usize {
    type Key = fn(&Buffer) -> (usize, usize);
    let by_size: Key = |b: &Buffer| (usize::MAX - b.len, b.first);
    let by_life: Key = |b: &Buffer| (usize::MAX - (b.last - b.first), usize::MAX - b.len);
    let by_start: Key = |b: &Buffer| (b.first, usize::MAX - b.len);
    let least = largest_live_set(buffers, align);
    let live: Vec<BufferId> =
        (0..buffers.len()).filter(|&b| buffers[b].first != usize::MAX).collect();
    if live.len() > MOST_COMPARED {
        return assign_in_time(buffers, live, align);
    }
    let mut best = (usize::MAX, Vec::new());
    for key in [by_size, by_life, by_start] {
        if best.0 > least {
            let mut order = live.clone();
            order.sort_by_key(|&b| key(&buffers[b]));
            search(buffers, order, align, least, &mut best);
        }
    }
    for (buffer, offset) in buffers.iter_mut().zip(best.1) {
        buffer.offset = offset;
    }
    best.0
}

/// Each buffer, as its life begins, in the smallest gap between those that live then: hardly more memory
/// than the search needs, in the time that it takes to sort them.
fn assign_in_time(buffers: &mut [Buffer], mut order: Vec<BufferId>, align: usize) -> usize {
    order.sort_by_key(|&b| (buffers[b].first, usize::MAX - buffers[b].len));
    // The gaps below the end, by length, and by either end.
    let mut gaps = BTreeSet::<(usize, usize)>::new();
    let (mut starts, mut ends) = (BTreeMap::<usize, usize>::new(), BTreeMap::<usize, usize>::new());
    let mut living = BinaryHeap::new();
    let (mut end, mut total) = (0, 0);
    for b in order {
        effort::spend(1);
        let (first, last) = (buffers[b].first, buffers[b].last);
        while let Some(&Reverse((death, mut offset, mut len))) = living.peek() {
            if death >= first {
                break;
            }
            living.pop();
            if let Some(before) = ends.remove(&offset) {
                starts.remove(&before);
                gaps.remove(&(offset - before, before));
                (offset, len) = (before, len + offset - before);
            }
            if let Some(after) = starts.remove(&(offset + len)) {
                ends.remove(&after);
                gaps.remove(&(after - offset - len, offset + len));
                len = after - offset;
            }
            if offset + len == end {
                end = offset;
            } else {
                gaps.insert((len, offset));
                starts.insert(offset, offset + len);
                ends.insert(offset + len, offset);
            }
        }
        let len = buffers[b].len.next_multiple_of(align);
        let gap = gaps.range((len, 0)..).next().copied();
        let offset = match gap {
            Some((room, offset)) => {
                gaps.remove(&(room, offset));
                starts.remove(&offset);
                ends.remove(&(offset + room));
                if room > len {
                    gaps.insert((room - len, offset + len));
                    starts.insert(offset + len, offset + room);
                    ends.insert(offset + room, offset + len);
                }
                offset
            }
            None => {
                end += len;
                end - len
            }
        };
        buffers[b].offset = offset;
        total = total.max(offset + len);
        living.push(Reverse((last, offset, len)));
    }
    total
}

/// Places all buffers again and again, from this order on, and keeps the smallest arena with its offsets.
fn search(
    buffers: &mut [Buffer],
    mut order: Vec<BufferId>,
    align: usize,
    least: usize,
    best: &mut (usize, Vec<usize>),
) {
    /// Comparisons of buffers that the search may take.
    const PATIENCE: usize = 2_000_000;
    for _ in 0..1 + PATIENCE / (order.len() * order.len()).max(1) {
        let total = assign_in_order(buffers, &order, align);
        if total < best.0 {
            *best = (total, buffers.iter().map(|b| b.offset).collect());
        }
        let top = order.iter().position(|&b| buffers[b].offset + buffers[b].len + align > total);
        match top {
            Some(top) if best.0 > least && top > 0 => order[..=top].rotate_right(1),
            _ => break,
        }
    }
}

/// Floats that live at the same time, at most.
fn largest_live_set(buffers: &[Buffer], align: usize) -> usize {
    let mut changes = BTreeMap::<usize, (usize, usize)>::new();
    for b in buffers.iter().filter(|b| b.first != usize::MAX) {
        let len = b.len.next_multiple_of(align);
        changes.entry(b.first).or_default().0 += len;
        changes.entry(b.last + 1).or_default().1 += len;
    }
    let living = changes.values().scan(0, |living, (born, dead)| {
        *living = *living + born - dead;
        Some(*living)
    });
    living.max().unwrap_or(0)
}

/// Each buffer in turn at the lowest offset where it meets no buffer of its time.
fn assign_in_order(buffers: &mut [Buffer], order: &[BufferId], align: usize) -> usize {
    // Placed buffers, sorted by offset.
    let mut placed: Vec<BufferId> = Vec::new();
    let mut total = 0;
    for &b in order {
        let mut offset = 0;
        effort::spend(placed.len());
        for &other in &placed {
            let o = &buffers[other];
            let together = o.first <= buffers[b].last && buffers[b].first <= o.last;
            if !together {
                continue;
            }
            if o.offset >= offset + buffers[b].len {
                break;
            }
            offset = offset.max((o.offset + o.len).next_multiple_of(align));
        }
        buffers[b].offset = offset;
        total = total.max((offset + buffers[b].len).next_multiple_of(align));
        let at = placed.partition_point(|&p| buffers[p].offset <= offset);
        placed.insert(at, b);
    }
    total
}

impl Action {
    /// Every buffer that the step touches.
    pub(super) fn buffers(&self) -> Vec<BufferId> {
        match self {
            Self::Forward(f) => f.inputs.iter().copied().chain([f.output]).chain(f.saved).collect(),
            // What lies between them has no buffer.
            Self::Bands(Bands { chain, .. }) => {
                let inputs = chain[0].inputs.first().into_iter();
                let addends = chain.iter().flat_map(|f| f.inputs.iter().skip(1));
                let output = chain.last().map(|f| f.output);
                inputs.chain(addends).copied().chain(output).collect()
            }
            Self::Backward(b) => {
                let d_inputs = b.d_inputs.iter().map(|(d, _)| *d);
                let read = b.inputs.iter().copied().chain(b.output).chain(b.saved);
                read.chain([b.d_output]).chain(d_inputs).collect()
            }
            Self::Derivative { kept, d, .. } => vec![*kept, *d],
            Self::Copy { from, to } | Self::Accumulate { from, to } => vec![*from, *to],
            Self::Tap { buffer, .. } => vec![*buffer],
        }
    }
}
