//! A session allocates nothing once it is made.

mod common;

use cnn_runtime::{Network, Session};
use common::{Tiny, images};
use ndarray::s;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all calls are passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(mut work: impl FnMut()) -> usize {
    work();
    let mut once = || {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        (0..70).for_each(|_| work());
        ALLOCATIONS.load(Ordering::Relaxed) - before
    };
    // The fewest of some tries: the harness's own threads may allocate now and then.
    (0..3).map(|_| once()).min().unwrap_or(usize::MAX)
}

// One test, so that no other thread of the harness allocates at the same time.
#[test]
fn run_allocates_nothing() {
    let net: Tiny = Network::new(1);
    let x = images(64);
    let strided = x.slice(s![..;-1, .., ..;-1, ..]);
    let run = |session: &mut Session<Tiny>| {
        for x in [x.view(), strided, x.slice(s![..5, .., .., ..])] {
            session.run(x).expect("a batch");
        }
    };
    for batch in [64, 100] {
        let mut session = Network::session(&net, batch);
        assert_eq!(allocations(|| run(&mut session)), 0, "on the calling thread");
        let mut session = Network::session(&net, batch).threads(1).expect("one thread");
        assert_eq!(allocations(|| run(&mut session)), 0, "on one thread");
    }

    // Several tiles on several threads, called inside their pool.
    let x = images(100_000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("three threads");
    let count = pool.install(|| {
        let mut session = Network::session(&net, 100_000);
        allocations(|| {
            session.run(x.view()).expect("a batch");
        })
    });
    assert_eq!(count, 0, "on three threads");
}
