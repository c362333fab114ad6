//! The runtime against a driver that attacks it (`tests/hostile`), built and packaged like any other.

mod account;
mod attack;
mod code;
mod loading;
mod support;
