//! Why there is no component, said so that an author knows what to do next.

use std::{io, path::PathBuf, process::ExitStatus};

use bailiwick_contract::manifest::ManifestError;

/// Why a driver could not be built, packaged or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The manifest is not whole.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The bytes are not WebAssembly.
    #[error("this is no WebAssembly file")]
    Wasm(#[source] wasmparser::BinaryReaderError),
    /// A component was given where a core module is expected.
    #[error("this is a component already; package the core module that the compiler made (crate type cdylib)")]
    AlreadyComponent,
    /// A core module was given where a component is expected.
    #[error("this is a core module, not a driver's component; `bailiwick driver build` makes one")]
    NotComponent,
    /// The module imports what a driver may not have.
    #[error(
        "the module imports `{module}` `{name}`, and a driver may import nothing but `log`. A crate in it reaches for \
         the system (a clock, randomness, files, WASI): build for wasm32-unknown-unknown, and take time and randomness \
         from the exchange's context (`Host::context`, `Host::rng`)"
    )]
    ForeignImport {
        /// Where from.
        module: String,
        /// What.
        name: String,
    },
    /// The driver's export is missing.
    #[error(
        "the module does not export the driver's interface: call `bailiwick_sdk::export!(YourDriver)` once in lib.rs"
    )]
    NoExport,
    /// The module does not fit the contract.
    #[error("the module does not make a component of contract 0.1.0: {0:#}")]
    Component(String),
    /// There is no manifest in the component.
    #[error("the component has no section `bailiwick:manifest`; it was not made by `bailiwick driver build`")]
    NoManifest,
    /// There is more than one manifest in the component.
    #[error("the component has more than one section `bailiwick:manifest`; build it anew")]
    TwoManifests,
    /// The manifest in the component is not UTF-8.
    #[error("the component's manifest is not UTF-8; build it anew")]
    ManifestEncoding,
    /// A file could not be read.
    #[error("could not read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `Cargo.toml` has no package name.
    #[error("{path} has no [package] name")]
    NoName {
        /// Which.
        path: PathBuf,
    },
    /// No compiler for WebAssembly was found.
    #[error(
        "there is no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, or on Debian \
         `apt-get install rustc-web rust-web-src lld-22`"
    )]
    NoTarget,
    /// Cargo could not be started.
    #[error("cargo could not be started")]
    Cargo(#[source] io::Error),
    /// The compiler refused the driver; it said why itself.
    #[error("the driver does not compile (cargo: {0})")]
    Compile(ExitStatus),
}
