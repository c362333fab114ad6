//! A driver as one file: a component whose only import is `log`, with its manifest inside.
//!
//! [`package`] refuses what the host would refuse, so an author learns it at build time: a manifest
//! that is not whole, a module that imports anything else, a missing export. The manifest stands in
//! a custom section, so that a host reads it before it compiles anything. The same module and
//! manifest give the same bytes.
//!
//! `xtask`, `bailiwick driver build` and the tests all come through [`build`].

mod build;
mod component;
mod error;
mod section;
mod toolchain;

pub use build::{build, module};
pub use component::package;
pub use error::PackageError;
pub use section::manifest_of;
pub use toolchain::{TARGET, Toolchain};
