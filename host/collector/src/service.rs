//! The `run` command: check-in, polls and delivery side by side until a signal ends it.
//!
//! The last assignment is kept on disk, so a collector that starts while the server is away polls
//! and spools all the same.

use std::{collections::BTreeMap, fmt::Write as _, net::IpAddr, sync::Arc, time::Duration};

use bailiwick_contract::report::{Assignment, Report, Status};
use bailiwick_runtime::{AccountTag, Runtime, RuntimeConfig, RuntimeError};
use bailiwick_snmp::Ranges;
use futures::StreamExt as _;
use secrecy::SecretString;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
    time::{Instant, sleep},
};

use crate::{
    client::{ClientError, CollectorClient, ServerClient},
    delivery::{Backoff, Delivery, DeliveryError, blocking, chance},
    drivers::Drivers,
    fleet::{Fleet, PollError, Polled, SnmpSettings, Target, allowed_ranges, reach},
    spool::{Opened, Spool, SpoolError},
    state::{DataDir, SiteConfig, StateError},
    status::{CollectorStatus, RefusedRange, RunningDriver, StatusBoard, now},
};

/// Between two looks at the assignment, which are also how the server knows that we live.
const CHECK_IN: Duration = Duration::from_secs(15);
/// Devices polled at once.
const POLLS_AT_ONCE: usize = 16;
/// A device that failed so often in a row is polled again when a sweep finds it.
const FAILURES: u32 = 5;
/// Reports that are written to disk together.
const WRITE_TOGETHER: usize = 32;

/// Why the collector does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The server's address or its authorities.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The sandbox.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// Signals cannot be heard.
    #[error("signals cannot be heard")]
    Signal(#[source] std::io::Error),
    /// A task ended that must not.
    #[error("the collector is stopping")]
    Stopping,
}

impl From<DeliveryError> for ServiceError {
    fn from(_: DeliveryError) -> Self {
        Self::Stopping
    }
}

/// Runs the collector of this folder until SIGTERM or SIGINT.
///
/// # Errors
/// [`ServiceError`] when it cannot start; later trouble shows in its status instead.
pub async fn run(folder: DataDir) -> Result<(), ServiceError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServiceError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServiceError::Signal)?;
    let enrollment = folder.enrollment()?;
    let _lock = folder.lock()?;
    let client = ServerClient::new(&enrollment.server, enrollment.ca.as_deref())?.authenticated(&folder.key()?)?;
    let site = folder.site_config()?;
    // a folder that is enrolled anew never hands one account's reports in for another
    let path = folder.path(&format!("spool-{}.redb", enrollment.collector_id.simple()));
    let (spool, opened) = blocking(move || Spool::open(&path, Spool::CAP)).await??;
    let runtime = Runtime::new(RuntimeConfig { cache_dir: Some(folder.path("compiled")), ..RuntimeConfig::default() })?;
    let board = StatusBoard::new(CollectorStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        server: enrollment.server.clone(),
        collector_id: enrollment.collector_id,
        started_at: now(),
        ..CollectorStatus::default()
    });
    if let Opened::SetAside(path) = opened {
        tracing::error!(path = %path.display(), "the spool was damaged and is set aside; a new one is begun");
    }

    let kept: Option<Assignment> = folder.read_json("assignment.json")?;
    let (assign, assigned) = watch::channel(kept);
    let (limit, max_batch_bytes) = watch::channel(1 << 20);
    let spooled = Arc::new(Notify::new());
    let spool = Arc::new(spool);
    let delivery = Delivery {
        client: client.clone(),
        spool: Arc::clone(&spool),
        spooled: Arc::clone(&spooled),
        board: board.clone(),
        max_batch_bytes,
    };
    let check_in = CheckIn { client: client.clone(), folder: folder.clone(), board: board.clone(), assign, limit };
    let polls = Polls {
        drivers: Drivers::new(runtime, folder.clone()),
        client: client.clone(),
        account: AccountTag(enrollment.account_id),
        site,
        assigned,
        spool: Arc::clone(&spool),
        spooled,
        board: board.clone(),
    };
    let reporting = report_status(client, spool, board.clone(), folder.clone());

    tracing::info!(collector = %enrollment.collector_id, "collector runs");
    tokio::select! {
        () = check_in.run() => {}
        () = polls.run() => {}
        () = delivery.run() => {}
        () = reporting => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    board.write(&folder)?;
    tracing::info!("collector stops");
    Ok(())
}

/// Fetches the assignment again and again.
struct CheckIn {
    client: CollectorClient,
    folder: DataDir,
    board: StatusBoard,
    assign: watch::Sender<Option<Assignment>>,
    limit: watch::Sender<u32>,
}

impl CheckIn {
    async fn run(self) {
        let (mut tag, mut backoff) = (None, Backoff::default());
        loop {
            let pause = match self.client.assignment(tag.as_deref()).await {
                Ok(changed) => {
                    self.board.well("assignment");
                    backoff.reset();
                    self.board.contact(changed.as_ref().map(|(assignment, _)| assignment.now));
                    if let Some((assignment, new_tag)) = changed {
                        tag = new_tag;
                        self.take(assignment);
                    }
                    CHECK_IN.mul_f64(0.9 + 0.2 * chance())
                }
                Err(error) => {
                    self.board.trouble("assignment", &error);
                    let asked = match &error {
                        ClientError::Later { after, .. } => *after,
                        _ => None,
                    };
                    backoff.next(asked)
                }
            };
            sleep(pause).await;
        }
    }

    fn take(&self, assignment: Assignment) {
        if let Err(error) = self.folder.write_json("assignment.json", &assignment) {
            self.board.trouble("assignment", &error);
        }
        self.limit.send_replace(assignment.max_batch_bytes.clamp(4 << 10, 16 << 20));
        self.assign.send_if_modified(|current| {
            let differs = current.as_ref().is_none_or(|known| !same_work(known, &assignment));
            *current = Some(assignment);
            differs
        });
    }
}

/// Whether two assignments ask for the same; the server's clock differs in each.
fn same_work(a: &Assignment, b: &Assignment) -> bool {
    let without_clock = |x: &Assignment| Assignment { now: 0, ..x.clone() };
    without_clock(a) == without_clock(b)
}

/// Sweeps and polls on the assignment's schedule.
struct Polls {
    drivers: Drivers,
    client: CollectorClient,
    account: AccountTag,
    site: SiteConfig,
    assigned: watch::Receiver<Option<Assignment>>,
    spool: Arc<Spool>,
    spooled: Arc<Notify>,
    board: StatusBoard,
}

impl Polls {
    async fn run(mut self) {
        let mut targets: BTreeMap<IpAddr, Known> = BTreeMap::new();
        let mut swept: Option<Instant> = None;
        let mut work: Option<(Vec<String>, u64)> = None;
        loop {
            let Some(assignment) = self.assigned.borrow_and_update().clone() else {
                if self.assigned.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let fleet = self.fleet(&assignment).await;
            let ranges = match self.ranges(&assignment) {
                Ok(ranges) => ranges,
                Err(error) => {
                    self.board.trouble("sweep", &error);
                    sleep(Duration::from_secs(30)).await;
                    continue;
                }
            };
            let wanted = (assignment.ranges.clone(), assignment.scan_requested);
            let sweep_every = Duration::from_secs(u64::from(assignment.sweep_seconds.max(10)));
            let due = swept.is_none_or(|at| at.elapsed() >= sweep_every) || work.as_ref() != Some(&wanted);
            targets.retain(|address, _| ranges.contains(*address));
            if due && fleet.has_drivers() {
                self.sweep(&fleet, &ranges, &mut targets).await;
                (swept, work) = (Some(Instant::now()), Some(wanted));
            }
            self.poll(&fleet, &mut targets).await;
            let pause = Duration::from_secs(u64::from(assignment.poll_seconds.max(5))).mul_f64(0.9 + 0.2 * chance());
            tokio::select! {
                () = sleep(pause) => {}
                changed = self.assigned.changed() => if changed.is_err() { return },
            }
        }
    }

    /// The assigned drivers, made ready; one that cannot be is in trouble, the others run.
    async fn fleet(&mut self, assignment: &Assignment) -> Fleet {
        let (mut ready, mut running, mut well) = (Vec::new(), Vec::new(), true);
        for assigned in &assignment.drivers {
            match self.drivers.ready(&self.client, assigned).await {
                Ok(driver) => {
                    running.push(RunningDriver {
                        name: assigned.name.clone(),
                        version: assigned.version.clone(),
                        digest: assigned.digest.clone(),
                    });
                    ready.push(driver);
                }
                Err(error) => {
                    well = false;
                    self.board.trouble("driver", &error);
                }
            }
        }
        if let Err(error) = self.drivers.keep_only(&assignment.drivers) {
            well = false;
            self.board.trouble("driver", &error);
        }
        if well {
            self.board.well("driver");
        }
        self.board.update(|status| status.drivers = running);
        let settings = SnmpSettings {
            port: self.site.snmp_port.unwrap_or(161),
            timeout: Duration::from_secs(2),
            communities: assignment.communities.iter().cloned().map(SecretString::from).collect(),
            packets_per_second: self.site.packets_per_second,
        };
        Fleet::new(ready, self.account, settings)
    }

    /// The assigned ranges that this machine may ask; the others show in the status.
    fn ranges(&self, assignment: &Assignment) -> std::io::Result<Ranges> {
        let reach = reach(&self.site.allow_ranges)?;
        let (allowed, refused) = allowed_ranges(&assignment.ranges, &reach);
        let refused = refused.into_iter().map(|(range, why)| RefusedRange { range, why: why.to_string() }).collect();
        self.board.update(|status| status.refused_ranges = refused);
        Ok(allowed.without(&self.site.exclude))
    }

    async fn sweep(&self, fleet: &Fleet, ranges: &Ranges, targets: &mut BTreeMap<IpAddr, Known>) {
        match fleet.sweep(ranges).await {
            Ok((found, figures)) => {
                self.board.well("sweep");
                for target in found {
                    targets.insert(target.address, Known { target, failures: 0 });
                }
                self.board.update(|status| status.last_sweep = Some(figures));
            }
            Err(error) => self.board.trouble("sweep", &error),
        }
    }

    async fn poll(&self, fleet: &Fleet, targets: &mut BTreeMap<IpAddr, Known>) {
        let (mut polled, mut failed) = (0u64, 0u64);
        let round: Vec<Target> = targets.values().map(|known| known.target.clone()).collect();
        let mut answers = futures::stream::iter(round)
            .map(|target| async move { (target.address, fleet.poll(&target).await) })
            .buffer_unordered(POLLS_AT_ONCE)
            .ready_chunks(WRITE_TOGETHER);
        while let Some(chunk) = answers.next().await {
            let mut reports = Vec::new();
            for (address, answer) in chunk {
                match answer {
                    Ok(done) => {
                        polled += 1;
                        reports.push(self.report(&done));
                        if let Some(known) = targets.get_mut(&address) {
                            known.failures = 0;
                        }
                    }
                    // nothing here is a driver's: found again by the next sweep
                    Err(PollError::NotOurs(_) | PollError::NoMatch) => drop(targets.remove(&address)),
                    Err(error) => {
                        failed += 1;
                        tracing::debug!(code = error.code(), "poll failed");
                        if targets.get_mut(&address).is_some_and(Known::failed_for_good) {
                            targets.remove(&address);
                        }
                    }
                }
            }
            self.spool(reports).await;
        }
        self.board.update(|status| {
            status.targets = targets.len() as u64;
            if let Some(sweep) = status.last_sweep.as_mut() {
                (sweep.polled, sweep.failed) = (polled, failed);
            }
        });
    }

    fn report(&self, polled: &Polled) -> Report {
        polled.report(self.board.update(|status| status.clock_offset_ms))
    }

    /// Writes reports to disk; while the spool is full it waits, and so does the next poll.
    async fn spool(&self, reports: Vec<Report>) {
        if reports.is_empty() {
            return;
        }
        loop {
            let (spool, batch) = (Arc::clone(&self.spool), reports.clone());
            match blocking(move || spool.append(batch)).await {
                Ok(Ok(_)) => {
                    self.board.well("spool");
                    self.spooled.notify_one();
                    return;
                }
                Ok(Err(error)) => self.board.trouble("spool", &error),
                Err(_) => return,
            }
            sleep(Duration::from_secs(10)).await;
        }
    }
}

/// A device that answered, and how often it has not since.
struct Known {
    target: Target,
    failures: u32,
}

impl Known {
    fn failed_for_good(&mut self) -> bool {
        self.failures += 1;
        self.failures >= FAILURES
    }
}

/// Writes the status for the `status` command and tells the server.
async fn report_status(client: CollectorClient, spool: Arc<Spool>, board: StatusBoard, folder: DataDir) {
    let mut told: Option<Instant> = None;
    loop {
        let spool = Arc::clone(&spool);
        if let Ok(Ok(figures)) = blocking(move || spool.figures()).await {
            board.update(|status| status.spool = figures);
        }
        if let Err(error) = board.write(&folder) {
            tracing::warn!(%error, "the status cannot be written");
        }
        if told.is_none_or(|at| at.elapsed() >= CHECK_IN) {
            let current = board.read();
            let status = Status {
                version: current.version,
                clock: now(),
                pending: current.spool.pending,
                dead_letters: current.spool.dead_letters,
                last_sweep: current.last_sweep,
            };
            // trouble shows at the assignment, which is asked as often
            if let Err(error) = client.status(&status).await {
                tracing::debug!(%error, "the status was not taken");
            }
            told = Some(Instant::now());
        }
        sleep(Duration::from_secs(5)).await;
    }
}

/// The status as text for a terminal.
#[must_use]
pub fn describe(status: &CollectorStatus, running: bool) -> String {
    let mut text = String::new();
    let age =
        |at: Option<u64>| at.map_or("never".to_owned(), |at| format!("{} s ago", now().saturating_sub(at) / 1_000));
    let _ = writeln!(text, "collector   {} {}", status.collector_id, if running { "runs" } else { "does not run" });
    let _ = writeln!(text, "server      {} (last answer {})", status.server, age(status.last_contact));
    let _ = writeln!(
        text,
        "spool       {} reports wait ({} bytes), {} set aside by the server",
        status.spool.pending, status.spool.bytes, status.spool.dead_letters
    );
    match &status.last_sweep {
        Some(sweep) => {
            let _ = writeln!(
                text,
                "last sweep  {}: {} of {} addresses answered in {} ms; {} devices polled, {} failed",
                age(Some(sweep.ended_at)),
                sweep.answered,
                sweep.addresses,
                sweep.took_ms,
                sweep.polled,
                sweep.failed
            );
        }
        None => text.push_str("last sweep  none yet\n"),
    }
    for driver in &status.drivers {
        let digest = driver.digest.get(..12).unwrap_or(&driver.digest);
        let _ = writeln!(text, "driver      {} {} ({digest}…)", driver.name, driver.version);
    }
    for refused in &status.refused_ranges {
        let _ = writeln!(text, "not scanned {}: {}", refused.range, refused.why);
    }
    for trouble in &status.troubles {
        let _ = writeln!(
            text,
            "trouble     {} for {} s: {}",
            trouble.doing,
            now().saturating_sub(trouble.since) / 1_000,
            trouble.why
        );
    }
    text
}
