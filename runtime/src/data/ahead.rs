//! Things made on other threads, a few ahead, and given in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Things that may wait for whoever takes them, for each thread.
const WAITING: usize = 2;

/// The work for one thing at a time: what it is made of, and how.
pub(crate) trait Work: Send + 'static {
    /// What a thing is made of.
    type Order: Send + 'static;
    /// A thing.
    type Made: Send + 'static;

    /// What the next one is made of; none after the last. One thread at a time asks.
    fn order(&mut self) -> Option<Self::Order>;
}

/// Makes a thing; any number of threads at a time.
pub(crate) type Make<W> = dyn Fn(<W as Work>::Order) -> <W as Work>::Made + Send + Sync;

/// Things in the order in which they were ordered, whichever thread made them. No thread is more than a few
/// things ahead of whoever takes them, so that memory is bounded.
pub(crate) struct Ahead<W: Work> {
    shared: Arc<Shared<W>>,
    threads: Vec<JoinHandle<()>>,
    next: usize,
}

struct Shared<W: Work> {
    orders: Mutex<Orders<W>>,
    make: Box<Make<W>>,
    state: Mutex<State<W::Made>>,
    changed: Condvar,
    ahead: usize,
}

struct Orders<W> {
    work: W,
    taken: usize,
}

struct State<M> {
    /// Made, but not their turn.
    made: BTreeMap<usize, M>,
    /// The one that is waited for.
    wanted: usize,
    /// How many there are, once that is known.
    all: Option<usize>,
    /// The first one whose making ended in a panic.
    panicked: usize,
    stopped: bool,
}

/// The making of a thing panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

impl<W: Work> Ahead<W> {
    /// Starts that number of threads; with 0, things are made when they are asked for.
    pub(crate) fn start(
        work: W,
        threads: usize,
        make: impl Fn(W::Order) -> W::Made + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            made: BTreeMap::new(),
            wanted: 0,
            all: None,
            panicked: usize::MAX,
            stopped: false,
        };
        let shared = Arc::new(Shared {
            orders: Mutex::new(Orders { work, taken: 0 }),
            make: Box::new(make),
            state: Mutex::new(state),
            changed: Condvar::new(),
            ahead: WAITING * threads,
        });
        let start = |k: usize| {
            let shared = shared.clone();
            thread::Builder::new().name(format!("loader {k}")).spawn(move || shared.run())
        };
        // Where there are no threads to be had, those that there are do the work.
        let threads = (0..threads).filter_map(|k| start(k).ok()).collect();
        Self { shared, threads, next: 0 }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Option<Result<W::Made, Panicked>> {
        let number = self.next;
        let made = if self.threads.is_empty() {
            self.shared.order()?.map(|(_, order)| (self.shared.make)(order))
        } else {
            self.shared.wait(number)?
        };
        self.next += 1;
        Some(made)
    }
}

impl<W: Work> Shared<W> {
    fn state(&self) -> MutexGuard<'_, State<W::Made>> {
        // No code of others runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next order with its number; none after the last.
    fn order(&self) -> Option<Result<(usize, W::Order), Panicked>> {
        let Ok(mut orders) = self.orders.lock() else { return Some(Err(Panicked)) };
        let number = orders.taken;
        let order = orders.work.order();
        orders.taken += usize::from(order.is_some());
        order.map(|order| Ok((number, order)))
    }

    /// Makes things until none is left or nobody wants more.
    fn run(&self) {
        loop {
            let mut guard = Guard { shared: self, number: None };
            let order = self.order();
            let (number, order) = match order {
                Some(Ok(order)) => order,
                Some(Err(Panicked)) => return guard.number = Some(usize::MAX),
                None => return guard.ended(),
            };
            guard.number = Some(number);
            let mut state = self.state();
            while number >= state.wanted + self.ahead && !state.stopped {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.stopped {
                return;
            }
            drop(state);
            let made = (self.make)(order);
            self.state().made.insert(number, made);
            self.changed.notify_all();
        }
    }

    /// Waits for that one; none if there are not so many.
    fn wait(&self, number: usize) -> Option<Result<W::Made, Panicked>> {
        let mut state = self.state();
        loop {
            if let Some(made) = state.made.remove(&number) {
                state.wanted = number + 1;
                self.changed.notify_all();
                return Some(Ok(made));
            }
            if state.all == Some(number) {
                return None;
            }
            if state.panicked <= number {
                return Some(Err(Panicked));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Says what became of a thread that ends.
struct Guard<'a, W: Work> {
    shared: &'a Shared<W>,
    /// The thing that is being made; none while its order is asked for.
    number: Option<usize>,
}

impl<W: Work> Guard<'_, W> {
    fn ended(mut self) {
        self.number = Some(usize::MAX);
        let taken = self.shared.orders.lock().map(|orders| orders.taken);
        if let Ok(taken) = taken {
            self.shared.state().all = Some(taken);
        }
        self.shared.changed.notify_all();
    }
}

impl<W: Work> Drop for Guard<'_, W> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        let taken = || self.shared.orders.lock().unwrap_or_else(PoisonError::into_inner).taken;
        let number = self.number.unwrap_or_else(taken);
        let mut state = self.shared.state();
        state.panicked = state.panicked.min(number);
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl<W: Work> Drop for Ahead<W> {
    fn drop(&mut self) {
        self.shared.state().stopped = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A panic was reported as a missing thing.
            let _ = thread.join();
        }
    }
}

impl<W: Work> fmt::Debug for Ahead<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threads, next, .. } = self;
        f.debug_struct("Ahead")
            .field("threads", &threads.len())
            .field("next", next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    struct Count(usize, usize);

    impl Work for Count {
        type Order = usize;
        type Made = usize;

        fn order(&mut self) -> Option<usize> {
            assert!(self.0 != 1000, "an order that panics");
            (self.0 < self.1).then(|| {
                self.0 += 1;
                self.0 - 1
            })
        }
    }

    fn all(ahead: &mut Ahead<Count>) -> Vec<Option<usize>> {
        std::iter::from_fn(|| ahead.next()).take(2000).map(Result::ok).collect()
    }

    #[test]
    fn things_come_in_order_from_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let slow = |n: usize| {
                std::thread::sleep(Duration::from_micros((n * 7 % 5) as u64 * 100));
                n * n
            };
            let mut ahead = Ahead::start(Count(0, 50), threads, slow);
            let squares: Vec<Option<usize>> = (0..50).map(|n| Some(n * n)).collect();
            assert_eq!(all(&mut ahead), squares, "{threads} threads");
            assert!(ahead.next().is_none());
        }
    }

    #[test]
    fn no_thread_runs_ahead_of_a_slow_one() {
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let mut ahead = Ahead::start(Count(0, 500), 3, move |n| {
            if n == 0 {
                std::thread::sleep(Duration::from_millis(100));
            }
            counted.fetch_add(1, Ordering::SeqCst);
            n
        });
        assert!(matches!(ahead.next(), Some(Ok(0))));
        assert!(made.load(Ordering::SeqCst) <= 2 * WAITING * 3 + 1);
        assert_eq!(all(&mut ahead).len(), 499);
    }

    #[test]
    fn a_panic_is_told_in_its_place_and_dropping_early_ends_all() {
        for threads in [1, 3] {
            let mut ahead = Ahead::start(Count(0, 50), threads, |n| {
                assert!(n != 20, "a thing that panics");
                n
            });
            for n in 0..20 {
                assert!(matches!(ahead.next(), Some(Ok(found)) if found == n));
            }
            assert!(matches!(ahead.next(), Some(Err(Panicked))));
            let mut ahead = Ahead::start(Count(990, 2000), threads, |n| n);
            for n in 990..1000 {
                assert!(matches!(ahead.next(), Some(Ok(found)) if found == n));
            }
            assert!(matches!(ahead.next(), Some(Err(Panicked))));
            drop(Ahead::start(Count(0, usize::MAX), threads, |n| n));
        }
    }
}
