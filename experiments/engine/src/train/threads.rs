//! Worker threads, and the caller's own where a target has no others.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Whether the standard library can start threads for this target.
const CAN_START: bool = !cfg!(all(target_family = "wasm", not(target_feature = "atomics")));

/// Threads that work together.
#[derive(Debug)]
pub enum Threads {
    /// Those of a pool.
    Pool(ThreadPool),
    /// The caller's thread alone.
    Own,
}

impl Threads {
    /// So many threads. One is the caller's own where none can be started.
    ///
    /// # Errors
    ///
    /// If the system refuses to start them.
    pub fn start(count: usize) -> Result<Self, ThreadPoolBuildError> {
        if count == 1 && !CAN_START {
            return Ok(Self::Own);
        }
        ThreadPoolBuilder::new().num_threads(count).build().map(Self::Pool)
    }

    /// Does `work` on one of them; what it does in parallel, the others share.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self {
            Self::Pool(pool) => pool.install(work),
            Self::Own => work(),
        }
    }

    /// Does `one` on one of them, and `other` here at the same time; without threads, one after the other.
    pub fn beside<A: Send, B>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
        let Self::Pool(pool) = self else { return (one(), other()) };
        let mut done = None;
        let other = pool.in_place_scope(|scope| {
            scope.spawn(|_| done = Some(one()));
            other()
        });
        (done.expect("the scope waits for it"), other)
    }

    /// Does `work` on each of them, with its number.
    // What is called through a pointer is compiled once, though it is called in two places: it is a whole training loop.
    pub(super) fn broadcast(&self, work: &(dyn Fn(usize) + Sync)) {
        match self {
            Self::Pool(pool) => drop(pool.broadcast(|thread| work(thread.index()))),
            Self::Own => work(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn each_thread_works_once() {
        for (threads, count) in [(Threads::start(1).unwrap(), 1), (Threads::start(3).unwrap(), 3), (Threads::Own, 1)] {
            let numbers = Mutex::new(Vec::new());
            threads.broadcast(&|number| numbers.lock().unwrap().push(number));
            let mut numbers = numbers.into_inner().unwrap();
            numbers.sort_unstable();
            assert_eq!(numbers, (0..count).collect::<Vec<_>>());
            assert_eq!(threads.install(|| 7), 7);
        }
    }
}
