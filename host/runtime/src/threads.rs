//! The threads that guests run on.
//!
//! Two lanes: exchanges that start wait in a bounded one, and are refused as busy when it is full;
//! steps of exchanges that are under way go before them in a lane of their own, which is bounded by
//! the number of instances. So load refuses new work and never breaks off what has begun.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use prometheus::IntGauge;
use tokio::sync::oneshot;

use crate::RuntimeError;

/// Room for the guest's 512 KiB, for lifting what it returns and for our own frames.
const THREAD_STACK: usize = 4 << 20;

type Job = Box<dyn FnOnce() + Send>;

pub(crate) struct Threads {
    lanes: Arc<Lanes>,
}

struct Lanes {
    state: Mutex<State>,
    ready: Condvar,
    queue: usize,
    /// Exchanges that wait for a thread.
    waiting: IntGauge,
}

#[derive(Default)]
struct State {
    /// Threads that wait for a job. A busy one looks for the next by itself, so that waking it would
    /// only cost a system call.
    idle: usize,
    starting: VecDeque<Job>,
    under_way: VecDeque<Job>,
    stop: bool,
}

impl Lanes {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next exchange to begin.
    fn begun(&self, state: &mut State) -> Option<Job> {
        state.starting.pop_front().inspect(|_| self.waiting.dec())
    }

    /// Lets a thread that waits take what was queued.
    fn wake(&self, state: MutexGuard<'_, State>) {
        let idle = state.idle > 0;
        drop(state);
        if idle {
            self.ready.notify_one();
        }
    }
}

/// The lane of starts is full.
pub(crate) struct Full;

impl Threads {
    /// `waiting` shows how many exchanges wait for a thread.
    pub(crate) fn start(threads: usize, queue: usize, waiting: IntGauge) -> Result<Self, RuntimeError> {
        let lanes = Arc::new(Lanes { state: Mutex::default(), ready: Condvar::new(), queue: queue.max(1), waiting });
        let this = Self { lanes };
        for i in 0..threads.max(1) {
            let lanes = Arc::clone(&this.lanes);
            std::thread::Builder::new()
                .name(format!("driver-{i}"))
                .stack_size(THREAD_STACK)
                .spawn(move || work(&lanes))
                .map_err(RuntimeError::Thread)?;
        }
        Ok(this)
    }

    /// Queues the first step of an exchange. What the job leaves beside its result is dropped on its
    /// thread, after the result is handed over: giving memory back takes a while.
    pub(crate) fn begin<T: Send + 'static, Rest>(
        &self,
        job: impl FnOnce() -> (T, Rest) + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, Full> {
        let (job, result) = packed(job);
        let mut state = self.lanes.lock();
        if state.starting.len() >= self.lanes.queue {
            return Err(Full);
        }
        state.starting.push_back(job);
        self.lanes.waiting.inc();
        self.lanes.wake(state);
        Ok(result)
    }

    /// Queues a further step of an exchange that is under way.
    pub(crate) fn proceed<T: Send + 'static, Rest>(
        &self,
        job: impl FnOnce() -> (T, Rest) + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (job, result) = packed(job);
        let mut state = self.lanes.lock();
        state.under_way.push_back(job);
        self.lanes.wake(state);
        result
    }
}

/// A job whose result goes to the receiver; it does not run if nobody waits for it any more.
fn packed<T: Send + 'static, Rest>(job: impl FnOnce() -> (T, Rest) + Send + 'static) -> (Job, oneshot::Receiver<T>) {
    let (give, take) = oneshot::channel();
    let job = Box::new(move || {
        if !give.is_closed() {
            let (result, rest) = job();
            // Who asked may have gone while it ran; what it made is then dropped here.
            let _ = give.send(result);
            drop(rest);
        }
    });
    (job, take)
}

fn work(lanes: &Lanes) {
    let mut state = lanes.lock();
    loop {
        if let Some(job) = state.under_way.pop_front().or_else(|| lanes.begun(&mut state)) {
            drop(state);
            // A bug of ours in one exchange must not take the thread from all others; its own caller
            // sees its channel closed.
            let _ = catch_unwind(AssertUnwindSafe(job));
            state = lanes.lock();
        } else if state.stop {
            return;
        } else {
            state.idle = state.idle.saturating_add(1);
            state = lanes.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle = state.idle.saturating_sub(1);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let mut state = self.lanes.lock();
        state.stop = true;
        // Whoever waits for these sees the channel closed, and so that the runtime stopped.
        let dropped = (std::mem::take(&mut state.starting), std::mem::take(&mut state.under_way));
        drop(state);
        drop(dropped);
        self.lanes.ready.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn gauge() -> IntGauge {
        IntGauge::new("waiting", "waiting").unwrap()
    }

    #[tokio::test]
    async fn a_full_queue_refuses_starts_and_still_takes_further_steps() {
        let threads = Threads::start(1, 1, gauge()).unwrap_or_else(|_| panic!("no thread"));
        let (release, blocked) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let first = threads.begin(move || {
            begun.send(()).unwrap();
            blocked.recv().unwrap();
            (1, ())
        });
        has_begun.recv().unwrap();
        let (told, order) = mpsc::channel();
        let tell = told.clone();
        let second = threads.begin(move || (tell.send("start").unwrap(), ()));
        assert!(threads.begin(|| ((), ())).is_err(), "one waits already");
        let step = threads.proceed(move || (told.send("step").unwrap(), ()));
        release.send(()).unwrap();
        assert_eq!(first.unwrap_or_else(|_| panic!("was refused")).await, Ok(1));
        step.await.unwrap();
        second.unwrap_or_else(|_| panic!("was refused")).await.unwrap();
        assert_eq!(order.iter().take(2).collect::<Vec<_>>(), ["step", "start"], "steps go before starts");
    }

    #[tokio::test]
    async fn a_panic_costs_only_its_own_job() {
        let threads = Threads::start(1, 4, gauge()).unwrap_or_else(|_| panic!("no thread"));
        assert!(threads.proceed(|| -> ((), ()) { panic!("ours") }).await.is_err());
        assert_eq!(threads.proceed(|| (7, ())).await, Ok(7));
    }
}
