//! Reads one agent. Whatever it sends, a call ends: in time, with a bounded number of rows and octets, and with an
//! error that says what was wrong.
//!
//! The socket is connected, so the kernel drops what comes from another address or port. What remains is an answer only
//! with the id of a request of this very call; anything else is counted and waited past, because a stray packet must
//! neither fail a poll nor make it ask again.

mod exchange;
mod get;
mod walk;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::net::UdpSocket;

use crate::{credentials::Credentials, reply::Ignored};

/// Where an agent is and how to speak to it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Address and UDP port.
    pub address: SocketAddr,
    /// Version and community.
    pub credentials: Credentials,
}

/// What a call may take. All are per call of [`Session::get`] or [`Session::walk`], or per request in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long one request waits for its answer.
    pub attempt: Duration,
    /// How often a request is repeated.
    pub retries: u32,
    /// How long a call may take in all.
    pub total: Duration,
    /// Rows of a walk.
    pub rows: usize,
    /// Octets of all answers of a walk.
    pub octets: usize,
    /// Octets of one answer; longer ones are ignored.
    pub answer: usize,
    /// Names in one request.
    pub names: usize,
    /// Rows asked for in one request of a walk.
    pub repetitions: u16,
    /// Datagrams that are ignored in one request before the agent counts as flooding.
    pub ignored: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(2),
            retries: 2,
            total: Duration::from_secs(60),
            rows: 4096,
            octets: 1 << 20,
            answer: 16 << 10,
            names: 24,
            repetitions: 20,
            ignored: 4096,
        }
    }
}

/// Why a poll has no result.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// No answer in time.
    #[error("the agent does not answer")]
    Timeout,
    /// The only answers in time were not BER or not what was asked.
    #[error("the agent's answer does not parse")]
    Malformed,
    /// The only answers in time were longer than [`Limits::answer`].
    #[error("the agent's answer is too long")]
    Oversized,
    /// More than [`Limits::ignored`] datagrams that are no answer.
    #[error("the agent does not stop sending")]
    Flood,
    /// A walk came back to a name that it had passed.
    #[error("the agent's walk returns to rows that it gave before")]
    Loop,
    /// A walk has more rows than [`Limits::rows`] or octets than [`Limits::octets`].
    #[error("the agent has more rows than are read")]
    TooMany,
    /// The agent does not let this community read (noAccess, authorizationError).
    #[error("the agent refuses to answer (error status {status})")]
    Refused {
        /// RFC 3416's error-status.
        status: i64,
    },
    /// The agent reports another error.
    #[error("the agent reports error status {status}")]
    Agent {
        /// RFC 3416's error-status.
        status: i64,
    },
    /// Nothing listens there, or there is no way to it.
    #[error("the agent cannot be reached")]
    Unreachable(#[source] io::Error),
    /// The socket failed for a reason of this machine.
    #[error("the socket failed")]
    Socket(#[source] io::Error),
    /// The system gave no randomness for a request id.
    #[error("the system gives no randomness")]
    Randomness(#[source] getrandom::Error),
}

impl PollError {
    /// A stable name for scripts and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "snmp_timeout",
            Self::Malformed => "snmp_malformed",
            Self::Oversized => "snmp_oversized",
            Self::Flood => "snmp_flood",
            Self::Loop => "snmp_loop",
            Self::TooMany => "snmp_too_many",
            Self::Refused { .. } => "snmp_refused",
            Self::Agent { .. } => "snmp_agent",
            Self::Unreachable(_) => "snmp_unreachable",
            Self::Socket(_) => "snmp_socket",
            Self::Randomness(_) => "snmp_randomness",
        }
    }
}

impl From<&PollError> for bailiwick_contract::exchange::Failure {
    fn from(error: &PollError) -> Self {
        match error {
            PollError::Timeout => Self::Timeout,
            PollError::Malformed | PollError::Loop | PollError::Agent { .. } => Self::Malformed,
            PollError::Oversized | PollError::TooMany => Self::TooLarge,
            PollError::Refused { .. } | PollError::Unreachable(_) => Self::Unreachable,
            PollError::Flood | PollError::Socket(_) | PollError::Randomness(_) => Self::Unavailable,
        }
    }
}

/// Datagrams and requests of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests sent, repeats included.
    pub sent: u64,
    /// Answers taken.
    pub answers: u64,
    /// Ignored: not the id of a request that waits (late, doubled or forged).
    pub wrong_id: u64,
    /// Ignored: another community or version.
    pub wrong_community: u64,
    /// Ignored: not BER, or not what was asked.
    pub malformed: u64,
    /// Ignored: too long.
    pub oversized: u64,
}

impl Traffic {
    fn ignore(&mut self, why: Ignored) {
        *match why {
            Ignored::UnknownSource | Ignored::WrongId => &mut self.wrong_id,
            Ignored::WrongCommunity => &mut self.wrong_community,
            Ignored::Malformed => &mut self.malformed,
            Ignored::Oversized => &mut self.oversized,
        } += 1;
    }
}

/// A conversation with one agent.
#[derive(Debug)]
pub struct Session {
    socket: UdpSocket,
    credentials: Credentials,
    limits: Limits,
    room: Vec<u8>,
    traffic: Traffic,
}

impl Session {
    /// Opens a socket towards the target. Nothing is sent yet.
    ///
    /// # Errors
    /// [`PollError::Unreachable`] without a route, [`PollError::Socket`] otherwise.
    pub async fn connect(target: Target, limits: Limits) -> Result<Self, PollError> {
        let any: IpAddr = match target.address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await.map_err(PollError::Socket)?;
        socket.connect(target.address).await.map_err(PollError::Unreachable)?;
        let room = vec![0; limits.answer.clamp(484, 65_535) + 1];
        Ok(Self { socket, credentials: target.credentials, limits, room, traffic: Traffic::default() })
    }

    /// What has gone back and forth.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }
}
