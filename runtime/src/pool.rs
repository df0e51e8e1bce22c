//! Who works: the calling thread, the surrounding pool, or a pool of one's own.

use crate::error::Error;
use crate::exec::{Exec, Serial};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;

/// Two branches at a time on the threads of the rayon pool that the caller runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pool;

impl Exec for Pool {
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
        let inside = |work: &mut dyn FnMut(&dyn Exec, usize)| match rayon::current_num_threads() {
            1 => work(&Serial, 1),
            n => work(&Pool, n),
        };
        let mut work = Some(work);
        let mut result = None;
        let mut once = |exec: &dyn Exec, n: usize| result = work.take().map(|work| work(exec, n));
        match self {
            Self::Caller => once(&Serial, 1),
            Self::Own(pool) => pool.install(|| inside(&mut once)),
            Self::Surrounding if rayon::current_thread_index().is_none() => once(&Serial, 1),
            Self::Surrounding => inside(&mut once),
            // A join from outside moves the whole work into the pool once.
            Self::Global => {
                rayon::join(|| inside(&mut once), || ());
            }
        }
        match result {
            Some(result) => result,
            None => unreachable!("every arm runs the work once"),
        }
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
        for exec in [&Serial as &dyn Exec, &Pool] {
            let (mut a, mut b) = (0, 0);
            exec.join(&mut || a += 1, &mut || b += 1);
            assert_eq!((a, b), (1, 1));
        }
    }
}
