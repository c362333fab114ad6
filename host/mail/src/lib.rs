//! Mail: a durable outbox, letters in the platform's four languages, and SMTP through the one way out.
//!
//! A mail is a row of the [`outbox`], written in the transaction that it tells of, and a job that sends it. The row says
//! what the mail is about and to whom; the text, with the secret of its link, is written when it is sent
//! ([`Writer`]), so no secret waits in the database. What cannot be delivered now is tried again for hours, what is
//! refused for good is marked as failed, and both can be seen.
//!
//! SMTP is TLS, from the first byte (`smtps://`) or by STARTTLS, which is then required; in clear only to a network
//! that the settings name as an own one.

#![forbid(unsafe_code)]

pub mod letter;
pub mod outbox;
mod sender;
mod server;
mod stream;
mod worker;

pub use letter::{Brand, Content, Language, Letter};
pub use sender::{SendError, Sender};
pub use server::{Security, SmtpServer, SmtpServerError};
pub use worker::{MailWorker, Writer};
