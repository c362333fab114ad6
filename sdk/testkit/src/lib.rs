//! Tests of drivers: exchanges recorded and replayed, natively and in the sandbox.
//!
//! A driver is pure: the same context, input and answers give the same outcome. So a whole exchange
//! is data ([`Transcript`], JSON), and a test kit can promise much of a driver by running it again:
//!
//! - [`native::record`] runs it without a sandbox, under the same checks of asks and effects;
//! - [`Sandbox`] runs the real component, in fresh and in warm instances;
//! - [`agree`] holds them against each other, twice: native equals fresh equals warm;
//! - [`twins`] lists the exchange's *denied twins*: each kind of ask and each category of the
//!   manifest taken away once; [`Sandbox::survives_denial`] runs all of them;
//! - [`replay`] steps a driver through a recording and says where it strays;
//! - [`SnmprecTarget`] answers SNMP asks from a recorded walk.
//!
//! ```no_run
//! # use bailiwick_sdk::{Driver, Host, Outcome, Refusal, Target};
//! # struct Ups;
//! # impl Driver for Ups {}
//! # async fn test() -> Result<(), bailiwick_testkit::KitError> {
//! use bailiwick_testkit::{Sandbox, SnmprecTarget, agree, poll};
//!
//! let walk = SnmprecTarget::parse(include_str!("lib.rs"))?; // a walk of yours
//! let sandbox = Sandbox::build("plugins/ups".as_ref(), "target".as_ref()).await?;
//! let (context, input) = poll("192.0.2.7", &walk);
//! let transcript = agree::<Ups>(&sandbox, &context, &input, &walk).await?;
//! sandbox.survives_denial(&context, &input, &walk).await?;
//! println!("{}", bailiwick_testkit::to_json(&transcript)?);
//! # Ok(())
//! # }
//! ```

mod denial;
mod error;
pub mod native;
mod replay;
mod sandbox;
mod snmprec;
mod wire;

pub use bailiwick_contract::exchange::Transcript;
pub use denial::{Twin, twins};
pub use error::KitError;
pub use replay::replay;
pub use sandbox::{Sandbox, agree};
pub use snmprec::SnmprecTarget;

use bailiwick_contract::exchange::{Context, Input, Target};

/// A context and input for polling a recorded target: a fixed time and seed, so that a transcript
/// can be kept as a fixture.
#[must_use]
pub fn poll(address: &str, walk: &SnmprecTarget) -> (Context, Input) {
    let context = Context { now: 1_750_000_000_000, seed: (0..32).collect(), ..Context::default() };
    let input = Input::Poll(Target {
        address: address.into(),
        sys_object_id: walk.sys_object_id(),
        sys_descr: walk.sys_descr(),
    });
    (context, input)
}

/// A transcript as JSON, the recording format.
///
/// # Errors
/// [`KitError::Json`].
pub fn to_json(transcript: &Transcript) -> Result<String, KitError> {
    Ok(serde_json::to_string_pretty(transcript)?)
}

/// A transcript from JSON.
///
/// # Errors
/// [`KitError::Json`].
pub fn from_json(text: &str) -> Result<Transcript, KitError> {
    Ok(serde_json::from_str(text)?)
}
