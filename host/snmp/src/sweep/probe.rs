//! The requests of a sweep, encoded once for each pass, and the ids that tie a reply to its address.

use std::{
    hash::{BuildHasher, RandomState},
    net::{Ipv4Addr, SocketAddrV4},
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use bailiwick_contract::value::{Oid, SnmpValue};

use super::{Found, SweepConfig, described};
use crate::{
    credentials::{Credentials, Version},
    ranges::Ranges,
    reply::{Envelope, Ignored},
    request::{Operation, Request, RequestId},
};

/// One pass over the silent addresses.
pub(super) struct Pass {
    pub(super) request: Request,
    credentials: Credentials,
    place: usize,
}

/// What sender and receiver share.
pub(super) struct Probes {
    pub(super) ranges: Ranges,
    pub(super) passes: Vec<Pass>,
    port: u16,
    /// Hashes with keys from the system's randomness and, besides, `secret`.
    hasher: RandomState,
    secret: u64,
    /// A bit for each address that has answered.
    answered: Vec<AtomicU64>,
    started: AtomicUsize,
    finished: AtomicBool,
}

/// Tells the receiver that no more requests are sent, even after a panic.
pub(super) struct FinishOnDrop<'a>(pub(super) &'a Probes);

impl Drop for FinishOnDrop<'_> {
    fn drop(&mut self) {
        self.0.finished.store(true, Ordering::Release);
    }
}

/// What a datagram turned out to be.
pub(super) enum Judged {
    Found(Found),
    Repeated,
    Ignored(Ignored),
}

impl Probes {
    pub(super) fn new(ranges: Ranges, config: &SweepConfig) -> Result<Self, getrandom::Error> {
        let names = names();
        let blank = RequestId::from_bits(0);
        let passes = config.passes().into_iter().map(|(place, credentials)| Pass {
            request: Request::new(&credentials, Operation::Get, blank, &names),
            credentials,
            place,
        });
        let words = ranges.v4_len().div_ceil(64);
        Ok(Self {
            passes: passes.collect(),
            port: config.port,
            hasher: RandomState::new(),
            secret: getrandom::u64()?,
            answered: (0..words).map(|_| AtomicU64::new(0)).collect(),
            started: AtomicUsize::new(0),
            finished: AtomicBool::new(false),
            ranges,
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// From now on replies to this pass count.
    pub(super) fn begin(&self, pass: usize) {
        self.started.fetch_max(pass + 1, Ordering::AcqRel);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    /// The id of the request to this address in this pass.
    pub(super) fn id(&self, pass: usize, address: Ipv4Addr) -> RequestId {
        let [_, _, _, _, a, b, c, d] = self.hasher.hash_one((self.secret, pass, address)).to_be_bytes();
        RequestId::from_bits(u32::from_be_bytes([a, b, c, d]))
    }

    pub(super) fn is_silent(&self, place: usize) -> bool {
        let word = self.answered.get(place / 64).map_or(0, |word| word.load(Ordering::Relaxed));
        word >> (place % 64) & 1 == 0
    }

    /// Remembers that an address answered; false when it had before.
    fn note_answer(&self, place: usize) -> bool {
        let bit = 1 << (place % 64);
        self.answered.get(place / 64).is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    /// Decides what a datagram is. Cheap checks come first.
    pub(super) fn judge(&self, octets: &[u8], from: SocketAddrV4) -> Judged {
        let address = *from.ip();
        let Some(place) = self.ranges.place_of(address).filter(|_| from.port() == self.port) else {
            return Judged::Ignored(Ignored::UnknownSource);
        };
        let started = self.started.load(Ordering::Acquire);
        let mut why = Ignored::Malformed;
        for (number, pass) in self.passes.iter().enumerate().take(started) {
            let envelope = match Envelope::open(octets, &pass.credentials) {
                Ok(envelope) => envelope,
                Err(reason) => {
                    // A wrong id in one version says more than that it is not the other version.
                    if why != Ignored::WrongId {
                        why = reason;
                    }
                    continue;
                }
            };
            if envelope.request_id() != i64::from(self.id(number, address).number()) {
                why = Ignored::WrongId;
                continue;
            }
            let bindings = match envelope.reply() {
                Ok(reply) => reply.bindings,
                Err(reason) => return Judged::Ignored(reason),
            };
            if !self.note_answer(place) {
                return Judged::Repeated;
            }
            let version = pass.credentials.version();
            let mut found = Found {
                address: address.into(),
                version,
                credentials: pass.place,
                sys_object_id: None,
                sys_descr: None,
            };
            for binding in bindings {
                if NAMES.iter().any(|name| binding.oid.arcs() == name) {
                    note(&mut found, binding.value);
                }
            }
            return Judged::Found(found);
        }
        Judged::Ignored(why)
    }

    pub(super) fn version(&self, pass: usize) -> Option<Version> {
        self.passes.get(pass).map(|pass| pass.credentials.version())
    }
}

/// sysObjectID.0 and sysDescr.0 (SNMPv2-MIB, RFC 3418).
const NAMES: [[u32; 9]; 2] = [[1, 3, 6, 1, 2, 1, 1, 2, 0], [1, 3, 6, 1, 2, 1, 1, 1, 0]];

/// What is asked.
pub(super) fn names() -> Vec<Oid> {
    NAMES.into_iter().filter_map(|arcs| Oid::new(arcs).ok()).collect()
}

/// Keeps a value of the probe; the two have different types.
pub(super) fn note(found: &mut Found, value: SnmpValue) {
    match value {
        SnmpValue::Oid(oid) => found.sys_object_id = Some(oid),
        other => found.sys_descr = described(other).or(found.sys_descr.take()),
    }
}
