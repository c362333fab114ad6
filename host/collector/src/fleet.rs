//! The devices of a site: found by a sweep, read by a driver in the sandbox.
//!
//! Where a sweep goes is decided on this machine: [`Ranges`] holds unicast addresses only, and beyond
//! private, link-local, loopback and on-link networks only what the site's own file allows.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant as Clock},
};

use bailiwick_contract::{
    exchange::{Context, Input, Outcome, Refusal, Subject, Target as PolledTarget},
    report::{Rejected, Report, SweepFigures, check_report, tells_its_device},
    value::{Instant, Oid},
};
use bailiwick_runtime::{AccountTag, ExchangeError};
use bailiwick_snmp::{
    Allowance, Community, Credentials, Limits, OnLink, Pacing, RangeError, Ranges, Reach, Session, Sweep, SweepConfig,
    SweepError, Target as Agent, Version,
};
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{drivers::ReadyDriver, snmp_answers::SnmpTarget, status::now};

/// How agents are spoken to.
#[derive(Debug, Clone)]
pub struct SnmpSettings {
    /// UDP port.
    pub port: u16,
    /// Waiting for one answer.
    pub timeout: Duration,
    /// Tried in order.
    pub communities: Vec<SecretString>,
    /// Most packets a second of a sweep; chosen by where the ranges lie if absent.
    pub packets_per_second: Option<u32>,
}

/// A device that answered a sweep.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where.
    pub address: IpAddr,
    credentials: Credentials,
    sys_object_id: Option<Oid>,
    sys_descr: Option<String>,
}

/// A device that a driver has read.
#[derive(Debug, Clone)]
pub struct Polled {
    /// Where.
    pub address: IpAddr,
    /// The driver's name.
    pub driver: String,
    /// Its component's digest.
    pub digest: String,
    /// When the poll ended.
    pub observed_at: Instant,
    /// Checked, and narrowed to what is permitted.
    pub outcome: Outcome,
}

impl Polled {
    /// As a report to a server. The spool gives it its sequence.
    #[must_use]
    pub fn report(&self, clock_offset_ms: Option<i64>) -> Report {
        Report {
            sequence: 0,
            driver: self.driver.clone(),
            digest: self.digest.clone(),
            address: self.address,
            observed_at: self.observed_at,
            clock_offset_ms,
            effects: self.outcome.effects.clone(),
        }
    }
}

/// Why no driver has read a device.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// Every driver said that it is not its device; the last one's word.
    #[error("no driver knows this device ({})", .0.code)]
    NotOurs(Refusal),
    /// There is no driver.
    #[error("no driver is assigned")]
    NoDriver,
    /// No driver's matchers fit the device.
    #[error("no driver is for devices like this one")]
    NoMatch,
    /// The exchange failed.
    #[error(transparent)]
    Exchange(ExchangeError),
    /// A server would set its report aside.
    #[error("a server refuses it ({}): {}", .0.code, .0.detail)]
    Rejected(Rejected),
    /// There is no way to the device.
    #[error(transparent)]
    Snmp(#[from] bailiwick_snmp::PollError),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness(#[source] getrandom::Error),
}

impl PollError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotOurs(refusal) => &refusal.code,
            Self::NoDriver => "no_driver",
            Self::NoMatch => "no_driver_matches",
            Self::Exchange(ExchangeError::Refused(refusal)) => &refusal.code,
            Self::Exchange(error) => error.code(),
            Self::Rejected(rejected) => &rejected.code,
            Self::Snmp(error) => error.code(),
            Self::Randomness(_) => "no_randomness",
        }
    }
}

/// Why there was no sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailed {
    /// A community is empty or too long.
    #[error("a community has 1 to {} octets", Community::MAX)]
    Community,
    /// The sweep broke off.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// What may be reached from this machine.
///
/// # Errors
/// When the system does not tell its interfaces.
pub fn reach(allow: &[IpNet]) -> std::io::Result<Reach> {
    Ok(Reach { on_link: OnLink::of_this_machine()?, allowance: Allowance::new(allow) })
}

/// Ranges that may be scanned, and those that may not with their reason.
#[must_use]
pub fn allowed_ranges(texts: &[String], reach: &Reach) -> (Ranges, Vec<(String, RangeError)>) {
    let (mut allowed, mut refused) = (Vec::new(), Vec::new());
    for text in texts {
        match Ranges::parse([text], reach) {
            Ok(_) => allowed.push(text.as_str()),
            Err(why) => refused.push((text.clone(), why)),
        }
    }
    match Ranges::parse(&allowed, reach) {
        Ok(ranges) => (ranges, refused),
        Err(RangeError::Empty) => (Ranges::default(), refused),
        // each is allowed, all together are too many
        Err(why) => (Ranges::default(), vec![(allowed.join(", "), why)]),
    }
}

/// Drivers and the devices that they read.
pub struct Fleet {
    drivers: Vec<ReadyDriver>,
    account: AccountTag,
    settings: SnmpSettings,
}

impl Fleet {
    /// A fleet of one account.
    #[must_use]
    pub fn new(drivers: Vec<ReadyDriver>, account: AccountTag, settings: SnmpSettings) -> Self {
        Self { drivers, account, settings }
    }

    /// Whether anything could be read.
    #[must_use]
    pub fn has_drivers(&self) -> bool {
        !self.drivers.is_empty()
    }

    /// Asks every address; gives those that answered.
    ///
    /// # Errors
    /// [`SweepFailed`].
    pub async fn sweep(&self, ranges: &Ranges) -> Result<(Vec<Target>, SweepFigures), SweepFailed> {
        let communities = self.settings.communities.iter().map(|c| Community::new(c.expose_secret()));
        let communities = communities.collect::<Result<Vec<_>, _>>().map_err(|_| SweepFailed::Community)?;
        let credentials: Vec<Credentials> = communities.into_iter().map(Credentials::V2c).collect();
        let started = Clock::now();
        let mut figures = SweepFigures { addresses: ranges.len() as u64, ..SweepFigures::default() };
        let mut targets = Vec::new();
        if !ranges.is_empty() {
            let mut config = SweepConfig::new(credentials.clone());
            config.port = self.settings.port;
            config.wait = self.settings.timeout.min(Duration::from_secs(5));
            config.pacing = self.settings.packets_per_second.map(|pps| Pacing::new(pps, 16));
            let mut sweep = Sweep::start(ranges.clone(), config)?;
            while let Some(found) = sweep.next().await {
                let Some(known) = credentials.get(found.credentials) else { continue };
                targets.push(Target {
                    address: found.address,
                    credentials: known.with_version(found.version),
                    sys_object_id: found.sys_object_id,
                    sys_descr: found.sys_descr,
                });
            }
            sweep.finish().await?;
        }
        figures.ended_at = now();
        figures.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        figures.answered = targets.len() as u64;
        Ok((targets, figures))
    }

    /// Lets the drivers read a device whose manifests' matchers fit it, in the order of their claims. Whatever goes wrong
    /// with one, the next is asked: none hides a device from the others.
    ///
    /// # Errors
    /// [`PollError`]: where one of them knew the device and failed, the first failure.
    pub async fn poll(&self, target: &Target) -> Result<Polled, PollError> {
        let (mut refused, mut failed) = (None, None);
        for ready in self.claims(target) {
            match self.exchange(ready, target).await {
                Ok(outcome) => {
                    return Ok(Polled {
                        address: target.address,
                        driver: ready.driver.manifest().driver.name.clone(),
                        digest: ready.driver.digest().to_owned(),
                        observed_at: now(),
                        outcome,
                    });
                }
                Err(PollError::Exchange(ExchangeError::Refused(refusal)))
                    if ready.driver.manifest().not_mine.contains(&refusal.code) =>
                {
                    refused = Some(refusal);
                }
                Err(error) => {
                    let driver = ready.driver.manifest().driver.name.as_str();
                    tracing::debug!(driver, code = error.code(), "a driver failed; the next is asked");
                    failed.get_or_insert(error);
                }
            }
        }
        let nobody = if self.has_drivers() { PollError::NoMatch } else { PollError::NoDriver };
        Err(failed.or(refused.map(PollError::NotOurs)).unwrap_or(nobody))
    }

    /// The drivers that want to read a device, best claim first, by name where claims are equal.
    fn claims(&self, target: &Target) -> Vec<&ReadyDriver> {
        let known = target.as_polled();
        let claim = |ready: &'_ ReadyDriver| ready.driver.manifest().claim(&known);
        let mut claims: Vec<_> = self.drivers.iter().filter_map(|ready| Some((claim(ready)?, ready))).collect();
        let name = |ready: &ReadyDriver| ready.driver.manifest().driver.name.clone();
        claims.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| name(one).cmp(&name(other))));
        claims.into_iter().map(|(_, ready)| ready).collect()
    }

    /// What the server would say to a report of this: the poll itself, or its refusal.
    ///
    /// # Errors
    /// [`PollError::Rejected`].
    pub fn as_the_server(&self, polled: Polled) -> Result<Polled, PollError> {
        let Some(ready) = self.drivers.iter().find(|ready| ready.driver.digest() == polled.digest) else {
            return Err(PollError::NoDriver);
        };
        let report = polled.report(None);
        let manifest = ready.driver.manifest();
        let checked = check_report(manifest, &ready.permitted, &report).map_err(PollError::Rejected)?;
        if tells_its_device(manifest, &checked) {
            return Ok(polled);
        }
        let detail = "it says nothing that tells the device from others: send `identify`".to_owned();
        Err(PollError::Rejected(Rejected { sequence: 0, code: "identity_missing".to_owned(), detail }))
    }

    async fn exchange(&self, ready: &ReadyDriver, target: &Target) -> Result<Outcome, PollError> {
        let limits = ready.driver.manifest().limits;
        let session = Session::connect(
            Agent {
                address: SocketAddr::new(target.address, self.settings.port),
                credentials: target.credentials.clone(),
            },
            Limits {
                attempt: self.settings.timeout,
                total: Duration::from_millis(u64::from(limits.wait_ms)),
                rows: usize::try_from(limits.walk_rows).unwrap_or(usize::MAX),
                octets: usize::try_from(limits.answer_bytes).unwrap_or(usize::MAX),
                ..Limits::default()
            },
        )
        .await?;
        let mut seed = vec![0; 32];
        getrandom::fill(&mut seed).map_err(PollError::Randomness)?;
        let context = Context { now: now(), seed, subject: Subject::default(), ..Context::default() };
        let input = Input::Poll(target.as_polled());
        let answers = SnmpTarget::new(session);
        let done = ready.driver.exchange(self.account, &ready.permitted, context, input, &answers).await;
        Ok(done.map_err(PollError::Exchange)?.outcome)
    }
}

/// The version that a target answered, for tests and tools.
impl Target {
    fn as_polled(&self) -> PolledTarget {
        PolledTarget {
            address: self.address.to_string(),
            sys_object_id: self.sys_object_id.clone(),
            sys_descr: self.sys_descr.clone(),
        }
    }

    /// The SNMP version that it answered.
    #[must_use]
    pub fn version(&self) -> Version {
        self.credentials.version()
    }
}
