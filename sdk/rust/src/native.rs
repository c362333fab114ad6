//! The same driver without a sandbox: for tests, debuggers and profilers.
//!
//! Stepping is the code that runs in the sandbox, so what a driver asks and does here it asks and
//! does there. What a sandbox adds (memory cap, deadline, checks of effects) is not here.

use std::rc::Rc;

use crate::{
    Answer, Context, Driver, Input, Step,
    desk::{Machine, Shared},
    dispatch,
};

/// One exchange of a driver, stepped natively.
pub struct Exchange {
    shared: Rc<Shared>,
    machine: Machine,
}

impl Exchange {
    /// Opens an exchange; nothing runs before the first step.
    #[must_use]
    pub fn new<D: Driver>(context: Context, input: Input) -> Self {
        let (host, machine) = dispatch::<D>(context, input);
        Self { shared: host.shared, machine }
    }

    /// Hands in one answer for each ask of the last step (none at first).
    pub fn step(&mut self, answers: Vec<Answer>) -> Step {
        self.machine.step(answers)
    }

    /// What the driver logged so far, and forgets it.
    #[must_use]
    pub fn take_log(&mut self) -> Vec<(u32, Vec<i64>)> {
        std::mem::take(&mut self.shared.desk.borrow_mut().log)
    }
}
