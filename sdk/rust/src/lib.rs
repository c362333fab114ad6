#![doc = include_str!("../README.md")]

pub mod build;
mod desk;
pub mod guest;
#[cfg(target_arch = "wasm32")]
mod heap;
mod host;
mod join;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
mod rng;
mod text;
#[expect(missing_docs, reason = "generated; its documentation is that of sdk/wit")]
pub mod wit;

pub use build::Facts;
pub use host::{Asking, Deferred, Host};
pub use join::{Join, join, join_all};
pub use rng::{Rng, SeededState};
pub use text::readable;
pub use wit::bailiwick::driver::{
    asks::{Answer, Ask, Binding, Failure, HttpRequest, HttpResponse, Person, SnmpValue, StateEntry},
    effects::{CommandOutcome, Effect, Finish, Membership, Outcome, Post, Reply, StatePut, Timer, Upload},
    inputs::{Command, Input, Offer, PageRequest, Request, Target},
    types::{
        Cell, Condition, Context, Fact, Identity, Instant, Object, Oid, Ownership, Point, Row, Scalar, Subject, Table,
    },
};
pub use wit::exports::bailiwick::driver::driver::{Refusal, Step};

/// The log code of a panic; its numbers are line, column and the two of [`file_code`].
pub const PANIC: u32 = 0xffff_0000;

/// A file's name as two numbers for the log: 40 bits of FNV-1a of the path that the compiler was given, twenty a number.
/// The host finds the name again among the file names in the component.
#[must_use]
pub fn file_code(path: &str) -> [i64; 2] {
    const TWENTY_BITS: u64 = 0xf_ffff;
    let hash = path
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    [(hash >> 20) & TWENTY_BITS, hash & TWENTY_BITS].map(u64::cast_signed)
}

/// What an author writes: one function for each kind of input that the driver handles.
///
/// A function that is not written refuses with `not_supported`. Nothing is kept between exchanges:
/// what must last goes out as an effect and comes back in the [`Context`] or by an ask.
#[expect(async_fn_in_trait, reason = "a driver has one thread; its futures need not be Send")]
pub trait Driver: 'static {
    /// Read this target.
    async fn poll(host: Host, target: Target) -> Result<Outcome, Refusal> {
        let _ = (host, target);
        Err(Refusal::not_supported())
    }

    /// Answer an authenticated device's HTTP call.
    async fn request(host: Host, request: Request) -> Result<Outcome, Refusal> {
        let _ = (host, request);
        Err(Refusal::not_supported())
    }

    /// Take an application message of a live socket.
    async fn frame(host: Host, frame: Vec<u8>) -> Result<Outcome, Refusal> {
        let _ = (host, frame);
        Err(Refusal::not_supported())
    }

    /// A timer that this driver set came due.
    async fn timer(host: Host, key: String) -> Result<Outcome, Refusal> {
        let _ = (host, key);
        Err(Refusal::not_supported())
    }

    /// May this command be queued? The reply's body is its wire form.
    async fn admit(host: Host, command: Command) -> Result<Outcome, Refusal> {
        let _ = (host, command);
        Err(Refusal::not_supported())
    }

    /// Make the enrollment document; the host signs it.
    async fn offer(host: Host, offer: Offer) -> Result<Outcome, Refusal> {
        let _ = (host, offer);
        Err(Refusal::not_supported())
    }

    /// Render a page of platform widgets.
    async fn page(host: Host, page: PageRequest) -> Result<Outcome, Refusal> {
        let _ = (host, page);
        Err(Refusal::not_supported())
    }
}

/// The work on an input, ready to be stepped.
fn dispatch<D: Driver>(context: Context, input: Input) -> (Host, desk::Machine) {
    let host = Host::new(context);
    let ours = host.clone();
    let work: desk::Work = match input {
        Input::Poll(target) => Box::pin(D::poll(ours, target)),
        Input::Request(request) => Box::pin(D::request(ours, request)),
        Input::Frame(frame) => Box::pin(D::frame(ours, frame)),
        Input::Timer(key) => Box::pin(D::timer(ours, key)),
        Input::Admit(command) => Box::pin(D::admit(ours, command)),
        Input::Offer(offer) => Box::pin(D::offer(ours, offer)),
        Input::Page(page) => Box::pin(D::page(ours, page)),
    };
    let machine = desk::Machine::new(std::rc::Rc::clone(&host.shared), work);
    (host, machine)
}

/// Makes a [`Driver`] the one of this component. Once a crate; does nothing but on wasm32.
#[macro_export]
macro_rules! export {
    ($driver:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exports;
            impl $crate::wit::exports::bailiwick::driver::driver::Guest for Exports {
                type Exchange = $crate::guest::Exchange<$driver>;
            }
    $crate::wit::export_bindings!(Exports with_types_in $crate::wit);
        };
    };
}
