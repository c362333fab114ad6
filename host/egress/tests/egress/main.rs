//! The way out, attacked: names that lie, answers that change, redirects inside, bodies without end; and the sources of
//! the server, in which nobody else opens a connection.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

mod allowing;
mod calls;
mod connections;
mod site;
mod sources;
