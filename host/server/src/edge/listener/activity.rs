//! Whose turn it is on a connection.
//!
//! It is the server's turn while it answers a call or has more of an answer to make, as an event stream has. Otherwise it
//! is the caller's turn: to speak, or to take what was made for it. Only the caller's turn is timed here; the router
//! limits the server's.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::Notify;

use super::Times;

/// A caller that takes less than this of an answer in the time it has is not reading it.
const LEAST_BYTES: u64 = 16 << 10;

/// Calls that a caller may take back beyond those that it lets finish. A browser takes some back when somebody leaves a
/// page; who takes back this many makes the server begin work for nothing (HTTP/2 rapid reset, CVE-2023-44487).
const MOST_TAKEN_BACK: u32 = 100;

/// What happens on one connection.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    too_much: Notify,
}

#[derive(Debug)]
struct State {
    /// Calls in which it is the server's turn.
    ours: u32,
    /// Since when it is the caller's turn.
    since: Instant,
    /// Whether there ever was a call.
    called: bool,
    taken_back: u32,
    /// What was made of answers and is not yet written, as far as that can be told from here.
    unsent: u64,
    /// What was written since the last look.
    written: u64,
}

/// What a look at a connection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing is to be done before this moment.
    Fine(Instant),
    /// The first call did not come in time.
    Late,
    /// The caller's time is over.
    Idle,
    /// The caller took too many calls back.
    TakenBack,
}

/// How good a reason a waiting connection has to stay: one that was of use before one that was not, then the younger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Standing {
    called: bool,
    since: Instant,
}

impl Activity {
    pub(super) fn new() -> Self {
        let since = Instant::now();
        let state = State { ours: 0, since, called: false, taken_back: 0, unsent: 0, written: 0 };
        Self { state: Mutex::new(state), too_much: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // every change is whole before the lock is given back
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When a look is worth it before its time.
    pub(super) async fn too_much(&self) {
        self.too_much.notified().await;
    }

    pub(super) fn look(&self, times: &Times) -> Look {
        let (mut state, now) = (self.state(), Instant::now());
        if state.taken_back > MOST_TAKEN_BACK {
            return Look::TakenBack;
        }
        if state.ours > 0 {
            return Look::Fine(now + times.idle);
        }
        let due = state.since + if state.called { times.idle } else { times.first };
        if due > now {
            return Look::Fine(due);
        }
        if !state.called {
            return Look::Late;
        }
        if state.unsent == 0 || state.written < LEAST_BYTES {
            return Look::Idle;
        }
        // a long answer on a slow line
        (state.written, state.since) = (0, now);
        Look::Fine(now + times.idle)
    }

    /// What it stands for when others want its place; nothing while a call is under way.
    pub(super) fn standing(&self) -> Option<Standing> {
        let state = self.state();
        (state.ours == 0).then_some(Standing { called: state.called, since: state.since })
    }

    pub(super) fn wrote(&self, bytes: usize) {
        let (mut state, bytes) = (self.state(), u64::try_from(bytes).unwrap_or(u64::MAX));
        state.written = state.written.saturating_add(bytes);
        // answers to PING count against it too: who asks for nothing else does not stay
        state.unsent = state.unsent.saturating_sub(bytes);
    }

    /// A call has come.
    pub(super) fn begin(self: &Arc<Self>) -> Call {
        let mut state = self.state();
        state.called = true;
        state.ours += 1;
        Call { of: Arc::clone(self), turn: Turn::Answering }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The server's: there is no answer yet.
    Answering,
    /// The server's: the answer goes on.
    Sending,
    /// The caller's: it has not taken what was made.
    Taking,
}

/// One call, from its head to the end of its answer.
#[derive(Debug)]
pub(super) struct Call {
    of: Arc<Activity>,
    turn: Turn,
}

impl Call {
    /// The head of the answer is made, or the caller asks for more of it.
    pub(super) fn sending(&mut self) {
        let mut state = self.of.state();
        match self.turn {
            Turn::Answering => state.taken_back = state.taken_back.saturating_sub(1),
            Turn::Sending => {}
            Turn::Taking => state.ours += 1,
        }
        self.turn = Turn::Sending;
    }

    /// So many bytes of the answer are made.
    pub(super) fn made(&mut self, bytes: usize) {
        let mut state = self.of.state();
        state.unsent = state.unsent.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.turn != Turn::Taking {
            state.waits();
            self.turn = Turn::Taking;
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.of.state();
        if self.turn == Turn::Answering {
            state.taken_back = state.taken_back.saturating_add(1);
            if state.taken_back > MOST_TAKEN_BACK {
                self.of.too_much.notify_one();
            }
        }
        if self.turn != Turn::Taking {
            state.waits();
        }
    }
}

impl State {
    /// One call less in which it is the server's turn.
    fn waits(&mut self) {
        self.ours = self.ours.saturating_sub(1);
        if self.ours == 0 {
            (self.since, self.written) = (Instant::now(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NONE: Times =
        Times { first: Duration::ZERO, idle: Duration::ZERO, body: Duration::ZERO, leave: Duration::ZERO };

    fn fine(look: Look) -> bool {
        matches!(look, Look::Fine(_))
    }

    #[test]
    fn only_the_caller_s_turn_is_timed() {
        let activity = Arc::new(Activity::new());
        assert!(fine(activity.look(&Times::default())));
        assert_eq!(activity.look(&NONE), Look::Late);
        let mut call = activity.begin();
        assert!(fine(activity.look(&NONE)) && activity.standing().is_none(), "it is answered");
        call.sending();
        assert!(fine(activity.look(&NONE)), "the answer goes on");
        call.made(1);
        assert_eq!(activity.look(&NONE), Look::Idle, "it is not taken");
        call.sending();
        assert!(fine(activity.look(&NONE)), "it is taken");
        drop(call);
        assert_eq!(activity.look(&NONE), Look::Idle);
        assert!(activity.standing() > Some(Standing { called: false, since: Instant::now() }), "it was of use");
    }

    #[test]
    fn a_slow_line_is_no_idle_caller() {
        let activity = Arc::new(Activity::new());
        let piece = usize::try_from(LEAST_BYTES).expect("small");
        let mut call = activity.begin();
        call.made(3 * piece);
        drop(call);
        activity.wrote(piece);
        assert!(fine(activity.look(&NONE)));
        activity.wrote(1);
        assert_eq!(activity.look(&NONE), Look::Idle, "a byte now and then does not keep it");
        activity.wrote(2 * piece);
        assert_eq!(activity.look(&NONE), Look::Idle, "nor does what is no part of an answer");
    }

    #[test]
    fn calls_that_finish_make_up_for_those_taken_back() {
        let activity = Arc::new(Activity::new());
        for _ in 0..MOST_TAKEN_BACK {
            drop(activity.begin());
        }
        activity.begin().sending();
        drop(activity.begin());
        assert!(fine(activity.look(&Times::default())));
        drop(activity.begin());
        assert_eq!(activity.look(&Times::default()), Look::TakenBack);
    }
}
