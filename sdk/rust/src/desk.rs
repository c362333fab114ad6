//! How an `async` function becomes a state machine that the host steps.
//!
//! Futures put what they ask on the desk and wait; when none of them can go on, everything on the
//! desk is one round of asks. The next step lays the answers down and polls again. There is no
//! waker, no timer and no thread: progress comes from answers only, so the same answers always give
//! the same outcome. An answer stays until its future takes it, whatever is polled in between.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context as Task, Poll, Waker},
};

use crate::{Answer, Ask, Context, Failure, Outcome, Refusal, Step};

/// What the futures of one exchange share.
#[derive(Default)]
pub(crate) struct Desk {
    /// Number of the first ask of the round that is being collected.
    first: u64,
    asks: Vec<Ask>,
    answers: BTreeMap<u64, Answer>,
    /// Events, where there is no host to take them.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) log: Vec<(u32, Vec<i64>)>,
}

impl Desk {
    fn put(&mut self, ask: Ask) -> u64 {
        self.asks.push(ask);
        self.first + self.asks.len() as u64 - 1
    }

    /// Closes the round: its asks, in the order in which they were put.
    fn round(&mut self) -> Vec<Ask> {
        let asks = std::mem::take(&mut self.asks);
        self.first += asks.len() as u64;
        asks
    }
}

/// An exchange's desk and context, shared by all clones of its `Host`.
pub(crate) struct Shared {
    pub(crate) context: Context,
    pub(crate) desk: RefCell<Desk>,
}

/// The future of one ask.
pub(crate) struct Asked {
    shared: Rc<Shared>,
    state: State,
}

enum State {
    Unasked(Option<Ask>),
    Waiting(u64),
    Taken,
}

impl Asked {
    pub(crate) fn new(shared: Rc<Shared>, ask: Ask) -> Self {
        Self { shared, state: State::Unasked(Some(ask)) }
    }
}

impl Future for Asked {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<Answer> {
        let shared = Rc::clone(&self.shared);
        let mut desk = shared.desk.borrow_mut();
        match &mut self.state {
            State::Unasked(ask) => {
                if let Some(ask) = ask.take() {
                    self.state = State::Waiting(desk.put(ask));
                }
                Poll::Pending
            }
            State::Waiting(number) => match desk.answers.remove(number) {
                Some(answer) => {
                    self.state = State::Taken;
                    Poll::Ready(answer)
                }
                None => Poll::Pending,
            },
            State::Taken => Poll::Ready(Answer::Failed(Failure::Unavailable)),
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let State::Waiting(number) = self.state {
            self.shared.desk.borrow_mut().answers.remove(&number);
        }
    }
}

/// A driver's work on one input.
pub(crate) type Work = Pin<Box<dyn Future<Output = Result<Outcome, Refusal>>>>;

/// One exchange: the work, and the desk between it and the host.
pub(crate) struct Machine {
    shared: Rc<Shared>,
    work: Option<Work>,
    /// Numbers of the asks that the next step answers.
    open: std::ops::Range<u64>,
}

impl Machine {
    pub(crate) fn new(shared: Rc<Shared>, work: Work) -> Self {
        Self { shared, work: Some(work), open: 0..0 }
    }

    /// Hands in one answer for each ask of the last step and goes on as far as possible.
    pub(crate) fn step(&mut self, answers: Vec<Answer>) -> Step {
        let Some(work) = &mut self.work else { return Step::Refused(Refusal::new("already_ended")) };
        if answers.len() as u64 != self.open.end - self.open.start {
            self.work = None;
            return Step::Refused(Refusal::new("wrong_answers"));
        }
        self.shared.desk.borrow_mut().answers.extend(self.open.clone().zip(answers));
        match work.as_mut().poll(&mut Task::from_waker(Waker::noop())) {
            Poll::Ready(end) => {
                self.work = None;
                end.map_or_else(Step::Refused, Step::Done)
            }
            Poll::Pending => {
                let mut desk = self.shared.desk.borrow_mut();
                let first = desk.first;
                let asks = desk.round();
                self.open = first..desk.first;
                drop(desk);
                if asks.is_empty() {
                    self.work = None;
                    return Step::Refused(Refusal::new("waits_for_nothing"));
                }
                Step::Asks(asks)
            }
        }
    }
}
