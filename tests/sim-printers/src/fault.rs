//! Ways in which an agent misbehaves. Each is one that real devices, broken networks or an attacker on
//! the segment produce, and each has a test in the crates that must withstand it.

use std::{net::Ipv4Addr, time::Duration};

use crate::{
    ber::{self, tag},
    message::{Operation, Request, Response},
    oid::Oid,
    value::Value,
};

/// What an agent does wrong. An address may have several: they apply in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Never answers.
    Silent,
    /// Answers with octets that are not BER: the true answer cut off in the middle.
    MalformedBer,
    /// Answers with the request id plus one.
    WrongRequestId,
    /// Sends the true answer from another address.
    OtherAddress(Ipv4Addr),
    /// Sends the true answer from another port of the right address.
    OtherPort,
    /// Keeps sending after one request, for as long as `lasting` and `gap` apart.
    Flood {
        /// What is sent over and over.
        with: FloodOf,
        /// Pause between two datagrams.
        gap: Duration,
        /// How long after the request.
        lasting: Duration,
    },
    /// Answers with one octet string that fills the largest UDP datagram (65,507 octets).
    Huge,
    /// Steps back to the first name asked for after `after` rows, so that a walk never ends.
    WalkLoop {
        /// Rows of one answer before the step back.
        after: usize,
    },
    /// Answers late.
    Slow(Duration),
    /// Does not answer each n-th request (the first, the n+1st, …).
    DropEvery(u32),
    /// Has a column of this many rows under [`many_rows_prefix`].
    ManyRows(u32),
    /// Answers tooBig to more names than this, and sends no larger message than `message` octets.
    Small {
        /// Names in one request.
        names: usize,
        /// Octets of one message.
        message: usize,
    },
    /// Does not know SNMPv2c: silent to it.
    OnlyV1,
    /// Refuses every request with this error status.
    Status(i64),
}

/// What a flood consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloodOf {
    /// The true answer, again and again.
    Duplicates,
    /// Well-formed answers with other request ids, never the right one.
    WrongIds,
    /// Octets that are no message.
    Noise,
}

/// The column that [`Fault::ManyRows`] fills: a private subtree under the example enterprise (RFC 5612).
#[must_use]
pub fn many_rows_prefix() -> Oid {
    Oid::new([1, 3, 6, 1, 4, 1, 32473, 99, 1])
}

/// A datagram as the faults left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub bytes: Vec<u8>,
    pub from: Ipv4Addr,
    pub port: SourcePort,
    pub delay: Duration,
    pub repeat: Option<Repeat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourcePort {
    Own,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeat {
    pub gap: Duration,
    pub lasting: Duration,
}

/// Changes an answer before it is encoded.
pub(crate) fn distort(faults: &[Fault], request: &Request, response: &mut Response) {
    for fault in faults {
        match fault {
            Fault::WrongRequestId | Fault::Flood { with: FloodOf::WrongIds, .. } => {
                response.id = response.id.wrapping_add(1);
            }
            Fault::Status(status) => {
                response.status = *status;
                response.index = 1;
            }
            Fault::WalkLoop { after } if request.operation != Operation::Get => {
                response.bindings.truncate(*after);
                if let (Some(first), Some(name)) = (response.bindings.first().cloned(), request.names.first()) {
                    response.bindings.push((name.clone(), first.1));
                }
            }
            Fault::ManyRows(rows) => many_rows(*rows, request, response),
            _ => {}
        }
    }
}

/// Changes the encoded answer and how it is sent.
pub(crate) fn mangle(faults: &[Fault], mut bytes: Vec<u8>, from: Ipv4Addr) -> Outgoing {
    let mut outgoing = Outgoing { bytes: Vec::new(), from, port: SourcePort::Own, delay: Duration::ZERO, repeat: None };
    for fault in faults {
        match fault {
            Fault::MalformedBer => bytes.truncate(bytes.len() / 2),
            Fault::OtherAddress(other) => outgoing.from = *other,
            Fault::OtherPort => outgoing.port = SourcePort::Other,
            Fault::Slow(delay) => outgoing.delay = *delay,
            Fault::Flood { with, gap, lasting } => {
                outgoing.repeat = Some(Repeat { gap: *gap, lasting: *lasting });
                if *with == FloodOf::Noise {
                    bytes = vec![0xff; 64];
                }
            }
            Fault::Huge => bytes = huge(bytes),
            _ => {}
        }
    }
    outgoing.bytes = bytes;
    outgoing
}

/// The largest payload of a UDP datagram over IPv4.
const LARGEST: usize = 65_507;

/// The answer with its first value blown up to fill the largest datagram.
fn huge(bytes: Vec<u8>) -> Vec<u8> {
    let Some(mut response) = Response::decode(&bytes) else { return bytes };
    let mut overhead = Vec::new();
    ber::put(&mut overhead, tag::OCTETS, &[0; 300]);
    let others = bytes.len() + overhead.len();
    if let Some(first) = response.bindings.first_mut() {
        first.1 = Value::Octets(vec![b'x'; LARGEST.saturating_sub(others)]);
    }
    response.encode()
}

fn many_rows(rows: u32, request: &Request, response: &mut Response) {
    let prefix = many_rows_prefix();
    let (Some(name), steps) = (
        request.names.first(),
        match request.operation {
            Operation::GetBulk { max_repetitions, .. } => max_repetitions.min(100),
            Operation::GetNext => 1,
            Operation::Get | Operation::Set => 0,
        },
    ) else {
        return;
    };
    if !name.starts_with(&prefix) {
        return;
    }
    let done = name.arcs().get(prefix.arcs().len()).copied().unwrap_or(0);
    let made: Vec<_> = (done..rows.min(done.saturating_add(steps)))
        .map(|row| (prefix.child(&[row + 1]), Value::Gauge32(row)))
        .collect();
    if !made.is_empty() {
        response.bindings = made;
        response.status = 0;
        response.index = 0;
    }
}
