//! Who works: the calling thread, the surrounding pool, or a pool of one's own.

use crate::error::Error;
use crate::exec::{Exec, Serial};
use crate::notice;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Two branches at a time on the threads of the rayon pool that the caller runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct CurrentPool;

impl Exec for CurrentPool {
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
        rayon::join(a, b);
    }

    fn threads(&self) -> usize {
        rayon::current_num_threads()
    }
}

/// The threads that a session or a trainer works on.
#[derive(Clone, Debug)]
pub(crate) enum Workers {
    /// The calling thread alone.
    Caller,
    /// The rayon pool that the caller runs in, or else the calling thread alone.
    Surrounding,
    /// The rayon pool that the caller runs in, or else rayon's global one.
    Global,
    /// A pool of their own.
    Own(Arc<ThreadPool>),
}

impl Workers {
    /// `n` threads; 0 means as many as the machine has.
    pub(crate) fn new(n: usize) -> Result<Self, Error> {
        let n = if n == 0 { available() } else { n };
        if n == 1 {
            return Ok(Self::Caller);
        }
        if n > MOST_THREADS {
            let message = format!("at most {MOST_THREADS}");
            return Err(Error::Threads { threads: n, message });
        }
        let pool = ThreadPoolBuilder::new().num_threads(n).build();
        let failed =
            |e: rayon::ThreadPoolBuildError| Error::Threads { threads: n, message: e.to_string() };
        pool.map(|pool| Self::Own(Arc::new(pool))).map_err(failed)
    }

    /// Whether they are the same threads whoever calls.
    pub(crate) fn are_own(&self) -> bool {
        matches!(self, Self::Caller | Self::Own(_))
    }

    /// The most threads that can work at a time, as far as is known before they do.
    pub(crate) fn most(&self) -> usize {
        match self {
            Self::Caller => 1,
            Self::Own(pool) => pool.current_num_threads(),
            Self::Surrounding | Self::Global => match rayon::current_thread_index() {
                Some(_) => rayon::current_num_threads(),
                None => available(),
            },
        }
    }

    /// Runs `work` on these threads and tells it who runs its branches and how many they are.
    pub(crate) fn run<R: Send>(&self, work: impl FnOnce(&dyn Exec, usize) -> R + Send) -> R {
        let (mut work, mut result) = (Some(work), None);
        self.enter(&mut |exec, n| result = work.take().map(|work| work(exec, n)));
        match result {
            Some(result) => result,
            None => unreachable!("every way in runs the work once"),
        }
    }

    /// Runs `work` once. Not generic, so that entering a pool is compiled once, not for every network.
    fn enter(&self, work: &mut (dyn FnMut(&dyn Exec, usize) + Send)) {
        // All work comes this way, that of sessions and that of training.
        notice::unoptimized();
        let mut inside = || match rayon::current_num_threads() {
            1 => work(&Serial, 1),
            n => work(&CurrentPool, n),
        };
        match self {
            // Nobody else gives these threads work.
            Self::Own(pool) => pool.install(|| awake(&mut inside)),
            Self::Surrounding if rayon::current_thread_index().is_some() => inside(),
            // A join from outside moves the whole work into the pool once.
            Self::Global => {
                rayon::join(inside, || ());
            }
            Self::Caller | Self::Surrounding => work(&Serial, 1),
        }
    }
}

/// Does `work`, and keeps the other threads of the pool awake meanwhile: a thread that has nothing to
/// do between two steps falls asleep within microseconds, and takes longer than many a step to wake.
fn awake(work: &mut (dyn FnMut() + Send)) {
    fn with(others: usize, done: &AtomicBool, work: &mut (dyn FnMut() + Send)) {
        if others == 0 {
            // Also if the work panics.
            let _done = Done(done);
            return work();
        }
        rayon::join(|| with(others - 1, done, work), || help(done));
    }
    with(rayon::current_num_threads() - 1, &AtomicBool::new(false), work);
}

/// Takes on work until all is done.
fn help(done: &AtomicBool) {
    let mut idle = 0;
    while !done.load(Ordering::Acquire) {
        match rayon::yield_now() {
            Some(rayon::Yield::Executed) => idle = 0,
            _ if idle < PATIENCE => {
                idle += 1;
                core::hint::spin_loop();
            }
            // Where there are more threads than processors, another one can go on.
            _ => std::thread::yield_now(),
        }
    }
}

/// Looks for work before others are let through.
const PATIENCE: u32 = 100;

/// Says so when it is dropped.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Threads of a pool; more are a mistake, and starting them would bring the machine down.
const MOST_THREADS: usize = 1024;

/// Threads that the machine runs at a time.
fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_worker_runs_its_work() {
        let own = Workers::new(3).expect("three threads");
        assert_eq!(own.most(), 3);
        assert!(Workers::new(MOST_THREADS + 1).is_err());
        assert_eq!(own.run(|_, n| n), 3);
        assert_eq!(Workers::Caller.run(|_, n| n), 1);
        assert_eq!(Workers::Surrounding.run(|_, n| n), 1);
        assert!(Workers::Global.run(|_, n| n) >= 1);
        let Workers::Own(pool) = &own else { panic!("a pool of its own") };
        assert_eq!(pool.install(|| Workers::Surrounding.run(|_, n| n)), 3);
    }

    #[test]
    fn both_branches_run() {
        for exec in [&Serial as &dyn Exec, &CurrentPool] {
            let (mut a, mut b) = (0, 0);
            exec.join(&mut || a += 1, &mut || b += 1);
            assert_eq!((a, b), (1, 1));
        }
    }
}
