//! Finds the SNMP agents among many addresses, with one socket.
//!
//! Every address is asked once for each of the given credentials; those that stay silent are asked once more, and then
//! over SNMPv1 too. Each request carries an id that follows from its address and a secret of this sweep, so a reply
//! counts only when it comes from an address that was asked *and* carries that address's own id. Who cannot see the
//! requests has one chance in 2^30 for each forged packet.
//!
//! Sending is paced: a site's network and the receive buffer set the speed, not the processor.

mod counts;
mod pacing;
mod probe;
mod receive;
mod send;

use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use bailiwick_contract::value::{Oid, SnmpValue};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{sync::mpsc, task::JoinSet};

pub use counts::Counts;
pub use pacing::Pacing;

use self::{counts::Tally, probe::Probes};
use crate::{
    credentials::{Credentials, Version},
    poll::{Limits, Session, Target},
    ranges::Ranges,
};

/// How a sweep is done.
#[derive(Debug, Clone)]
pub struct SweepConfig {
    /// UDP port of the agents.
    pub port: u16,
    /// Tried in this order; an address that answered one is not asked with the next.
    pub credentials: Vec<Credentials>,
    /// How fast requests are sent; `None` chooses by where the ranges lie ([`Pacing::for_ranges`]).
    pub pacing: Option<Pacing>,
    /// How long to wait for replies after the last request of a pass.
    pub wait: Duration,
    /// What is asked again.
    pub retry: Retry,
}

/// What happens with addresses that stay silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Nothing.
    None,
    /// They are asked a second time.
    Again,
    /// They are asked a second time, and then over SNMPv1 with the same community.
    AgainAndV1,
}

impl SweepConfig {
    /// Port 161, one retry with SNMPv1, half a second of waiting.
    #[must_use]
    pub fn new(credentials: Vec<Credentials>) -> Self {
        Self { port: 161, credentials, pacing: None, wait: Duration::from_millis(500), retry: Retry::AgainAndV1 }
    }

    /// The credentials of each pass: first all, then the retries.
    fn passes(&self) -> Vec<(usize, Credentials)> {
        let first = self.credentials.iter().cloned().enumerate();
        let mut passes: Vec<_> = first.clone().collect();
        if self.retry != Retry::None {
            passes.extend(first.clone());
        }
        if self.retry == Retry::AgainAndV1 {
            let newer = first.filter(|(_, credentials)| credentials.version() != Version::V1);
            passes.extend(newer.map(|(at, credentials)| (at, credentials.with_version(Version::V1))));
        }
        passes
    }
}

/// An agent that answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where.
    pub address: std::net::IpAddr,
    /// The version that it answered.
    pub version: Version,
    /// Which of the configuration's credentials it answered, by place.
    pub credentials: usize,
    /// sysObjectID.0 (1.3.6.1.2.1.1.2.0), where it has one.
    pub sys_object_id: Option<Oid>,
    /// sysDescr.0 (1.3.6.1.2.1.1.1.0), at most 255 octets, where it has one.
    pub sys_descr: Option<String>,
}

/// Why a sweep cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// No credentials were given.
    #[error("a sweep needs at least one community")]
    NoCredentials,
    /// The socket could not be made.
    #[error("the socket for the sweep cannot be opened")]
    Socket(#[source] io::Error),
    /// The socket broke.
    #[error("the sweep's socket failed")]
    Io(#[source] io::Error),
    /// The system gave no randomness for the request ids.
    #[error("the system gives no randomness")]
    Randomness(#[source] getrandom::Error),
    /// A worker of the sweep ended by a panic.
    #[error("a worker of the sweep ended unexpectedly")]
    Worker,
}

/// A sweep that runs. Dropping it ends it.
#[derive(Debug)]
pub struct Sweep {
    found: mpsc::Receiver<Found>,
    tally: Arc<Tally>,
    workers: JoinSet<Result<(), SweepError>>,
}

/// Room for agents that the caller has not taken yet; when it is full, replies wait in the socket.
const FOUND_ROOM: usize = 1024;

impl Sweep {
    /// Starts a sweep on the current tokio runtime. Sending and receiving have threads of their own.
    ///
    /// # Errors
    /// [`SweepError`] when it cannot start.
    pub fn start(ranges: Ranges, config: SweepConfig) -> Result<Self, SweepError> {
        if config.credentials.is_empty() {
            return Err(SweepError::NoCredentials);
        }
        let pacing = config.pacing.unwrap_or_else(|| Pacing::for_ranges(&ranges));
        let tally = Arc::new(Tally::default());
        let (to_caller, found) = mpsc::channel(FOUND_ROOM);
        let mut workers = JoinSet::new();
        for address in ranges.v6() {
            workers.spawn(ask_v6((*address).into(), config.clone(), to_caller.clone(), tally.clone()));
        }
        let socket = Arc::new(socket().map_err(SweepError::Socket)?);
        let probes = Arc::new(Probes::new(ranges, &config).map_err(SweepError::Randomness)?);
        {
            let (socket, probes, tally, caller) = (socket.clone(), probes.clone(), tally.clone(), to_caller.clone());
            workers.spawn_blocking(move || {
                // However the sender ends, the receiver must not wait for it forever.
                let _finished = probe::FinishOnDrop(&probes);
                send::all_passes(&socket, &probes, pacing, config.wait, &tally, &caller)
            });
        }
        {
            let tally = tally.clone();
            workers.spawn_blocking(move || receive::until_finished(&socket, &probes, &tally, &to_caller));
        }
        Ok(Self { found, tally, workers })
    }

    /// The next agent that answered; `None` when the sweep is over.
    pub async fn next(&mut self) -> Option<Found> {
        self.found.recv().await
    }

    /// What has been counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Waits for the end; agents that were not taken are dropped.
    ///
    /// # Errors
    /// [`SweepError`] when the sweep broke off, so that what was found may not be all.
    pub async fn finish(mut self) -> Result<Counts, SweepError> {
        while self.found.recv().await.is_some() {}
        while let Some(ended) = self.workers.join_next().await {
            ended.map_err(|_| SweepError::Worker)??;
        }
        Ok(self.tally.counts())
    }
}

/// What is asked of the kernel for replies that wait; it gives what it allows.
const RECEIVE_BUFFER: usize = 4 << 20;

fn socket() -> io::Result<UdpSocket> {
    // Broadcast stays off, so that the kernel refuses what the ranges' checks could have missed.
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0).into())?;
    Ok(socket.into())
}

/// IPv6 addresses are few and given one by one: each is asked over a connection of its own.
async fn ask_v6(
    address: std::net::IpAddr,
    config: SweepConfig,
    to_caller: mpsc::Sender<Found>,
    tally: Arc<Tally>,
) -> Result<(), SweepError> {
    let limits = Limits { attempt: config.wait, retries: 0, ..Limits::default() };
    for (at, credentials) in config.passes() {
        let version = credentials.version();
        let target = Target { address: (address, config.port).into(), credentials };
        tally.sent();
        let Ok(mut session) = Session::connect(target, limits.clone()).await else { continue };
        let Ok(bindings) = session.get(&probe::names()).await else { continue };
        tally.reply();
        let mut found = Found { address, version, credentials: at, sys_object_id: None, sys_descr: None };
        for binding in bindings {
            probe::note(&mut found, binding.value);
        }
        if to_caller.send(found).await.is_err() {
            tracing::debug!("the sweep's caller has gone");
        }
        return Ok(());
    }
    Ok(())
}

/// Reads a positive number of packets; zero counts as one.
fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// A text of at most 255 octets as DisplayString has, with what is not UTF-8 replaced.
fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.get(..255).unwrap_or(octets)).into_owned()
}

fn described(value: SnmpValue) -> Option<String> {
    match value {
        SnmpValue::Octets(octets) => Some(text(&octets)),
        _ => None,
    }
}
