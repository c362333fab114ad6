//! The sandbox's side: one [`Exchange`] resource a driver, and a panic hook that leaves a trace.

use std::{cell::RefCell, marker::PhantomData, sync::Once};

use crate::{
    Answer, Context, Driver, Input, Step, desk::Machine, dispatch,
    wit::exports::bailiwick::driver::driver::GuestExchange,
};

/// The resource that the host steps.
pub struct Exchange<D> {
    machine: RefCell<Machine>,
    driver: PhantomData<D>,
}

impl<D: Driver> GuestExchange for Exchange<D> {
    fn new(context: Context, input: Input) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| std::panic::set_hook(Box::new(report)));
        let (_, machine) = dispatch::<D>(context, input);
        Self { machine: RefCell::new(machine), driver: PhantomData }
    }

    fn step(&self, answers: Vec<Answer>) -> Step {
        self.machine.borrow_mut().step(answers)
    }
}

/// Logs where a panic happened. Its text could hold what a device sent, so it is not logged; the
/// file is named by a hash ([`crate::file_code`]), which the host finds among the file names in the component.
fn report(panic: &std::panic::PanicHookInfo<'_>) {
    #[cfg(target_arch = "wasm32")]
    if let Some(place) = panic.location() {
        let [high, low] = crate::file_code(place.file());
        let numbers = [i64::from(place.line()), i64::from(place.column()), high, low];
        crate::wit::bailiwick::driver::log::event(crate::PANIC, &numbers);
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = panic;
}
