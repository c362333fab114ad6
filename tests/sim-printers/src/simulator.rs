//! A running simulator: build it, start it, ask it what it shows; dropping the handle ends it.

use std::{
    collections::BinaryHeap,
    io,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::{
    fault::{Fault, Outgoing, SourcePort},
    fleet::{Every, Fleet, Model},
    socket,
    tree::Tree,
    world::World,
};

/// Puts a simulator together.
#[derive(Debug)]
pub struct Builder {
    world: World,
    community: Vec<u8>,
    printers: Vec<(Ipv4Addr, Model)>,
    faults: Vec<(Ipv4Addr, Fault)>,
    every: Option<Every>,
    threads: usize,
}

/// The entry: [`Simulator::builder`].
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// A world in real time, community `public`, no printers.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            world: World::real(1.0),
            community: b"public".to_vec(),
            printers: Vec::new(),
            faults: Vec::new(),
            every: None,
            threads: 1,
        }
    }
}

impl Builder {
    /// The clock that living printers follow.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// The community that is answered; to others the printers are silent.
    #[must_use]
    pub fn community(mut self, community: impl Into<Vec<u8>>) -> Self {
        self.community = community.into();
        self
    }

    /// A printer at an address of 127.0.0.0/8 (or another of this machine).
    #[must_use]
    pub fn printer(mut self, address: Ipv4Addr, model: Model) -> Self {
        self.printers.push((address, model));
        self
    }

    /// What the printer at this address does wrong; several add up.
    #[must_use]
    pub fn fault(mut self, address: Ipv4Addr, fault: Fault) -> Self {
        self.faults.push((address, fault));
        self
    }

    /// Besides the printers, one address in `n` answers from `tree`: those whose number leaves `n / 2` when
    /// divided by `n`. Needs `n` of at least 2.
    #[must_use]
    pub fn respond_every(mut self, n: u32, tree: Arc<Tree>) -> Self {
        self.every = Some(Every { n: n.max(2), tree });
        self
    }

    /// How many threads answer; one is enough for tens of thousands of requests a second.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Binds the port (0 for a free one) and answers until the handle is dropped.
    ///
    /// # Errors
    /// When the socket cannot be bound or a thread cannot be started.
    pub fn start(self, port: u16) -> io::Result<SimulatorHandle> {
        let socket = socket::bind(port)?;
        let port = socket.local_addr()?.port();
        let fleet = Arc::new(Fleet::new(self.world, self.community, self.every));
        for (address, model) in self.printers {
            let faults = self.faults.iter().filter(|(at, _)| *at == address).map(|(_, fault)| fault.clone()).collect();
            fleet.place(address, model, faults);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (later, due) = mpsc::channel();
        let out = Exits { own: Arc::new(socket), other: Arc::new(socket::bind(0)?) };
        let mut threads = Vec::new();
        for _ in 0..self.threads {
            let (fleet, stop, out, later) = (fleet.clone(), stop.clone(), out.clone(), later.clone());
            let work = move || answer_until(&stop, &fleet, &out, &later);
            threads.push(std::thread::Builder::new().name("sim-printers".into()).spawn(work)?);
        }
        let (fleet_later, stop_later) = (fleet.clone(), stop.clone());
        let work = move || send_later(&stop_later, &fleet_later, &out, &due);
        threads.push(std::thread::Builder::new().name("sim-printers-later".into()).spawn(work)?);
        Ok(SimulatorHandle { port, fleet, stop, threads })
    }
}

/// A running simulator. Dropping it stops its threads.
pub struct SimulatorHandle {
    port: u16,
    fleet: Arc<Fleet>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl SimulatorHandle {
    /// The UDP port, the same for all addresses.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The world's clock.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.fleet.world
    }

    /// Addresses that have a printer, sorted (without those of `respond_every`).
    #[must_use]
    pub fn addresses(&self) -> Vec<Ipv4Addr> {
        self.fleet.addresses()
    }

    /// What the printer at this address shows now.
    #[must_use]
    pub fn tree(&self, address: Ipv4Addr) -> Option<Arc<Tree>> {
        self.fleet.tree(address)
    }

    /// Puts a printer there, in the place of the one before it: a replaced device.
    pub fn place(&self, address: Ipv4Addr, model: Model) {
        self.fleet.place(address, model, Vec::new());
    }

    /// Takes the printer off the network.
    pub fn remove(&self, address: Ipv4Addr) {
        self.fleet.remove(address);
    }

    /// Sets all faults of the printer at this address; none makes it sound again.
    pub fn set_faults(&self, address: Ipv4Addr, faults: Vec<Fault>) {
        self.fleet.set_faults(address, faults);
    }

    /// Turns a living printer off and on: up time starts again, counters stay.
    pub fn reboot(&self, address: Ipv4Addr) {
        self.fleet.reboot(address);
    }

    /// Datagrams received and sent since the start.
    #[must_use]
    pub fn traffic(&self) -> (u64, u64) {
        let counters = &self.fleet.counters;
        (counters.received.load(Ordering::Relaxed), counters.sent.load(Ordering::Relaxed))
    }
}

impl std::fmt::Debug for SimulatorHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimulatorHandle").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for SimulatorHandle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a simulator thread ended by a panic");
            }
        }
    }
}

/// The sockets that answers leave by.
#[derive(Clone)]
struct Exits {
    own: Arc<UdpSocket>,
    other: Arc<UdpSocket>,
}

impl Exits {
    fn send(&self, fleet: &Fleet, outgoing: &Outgoing, to: SocketAddrV4) {
        let socket = match outgoing.port {
            SourcePort::Own => &self.own,
            SourcePort::Other => &self.other,
        };
        match socket::send(socket, &outgoing.bytes, outgoing.from, to) {
            Ok(()) => {
                fleet.counters.sent.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => tracing::debug!(%error, "an answer was not sent"),
        }
    }
}

struct Later {
    due: Instant,
    until: Instant,
    outgoing: Outgoing,
    to: SocketAddrV4,
}

fn answer_until(stop: &AtomicBool, fleet: &Fleet, out: &Exits, later: &Sender<Later>) {
    while !stop.load(Ordering::Acquire) {
        let received = socket::receive(&out.own, |bytes, asked, to| {
            fleet.counters.received.fetch_add(1, Ordering::Relaxed);
            let Some(outgoing) = fleet.respond(bytes, asked) else { return };
            if outgoing.delay.is_zero() && outgoing.repeat.is_none() {
                out.send(fleet, &outgoing, to);
                return;
            }
            let due = Instant::now() + outgoing.delay;
            let until = due + outgoing.repeat.map_or(Duration::ZERO, |repeat| repeat.lasting);
            if later.send(Later { due, until, outgoing, to }).is_err() {
                tracing::debug!("the thread for late answers has ended");
            }
        });
        if let Err(error) = received {
            tracing::error!(%error, "the simulator cannot receive");
            return;
        }
    }
}

/// Sends what is due, in the order of time, and repeats what repeats.
fn send_later(stop: &AtomicBool, fleet: &Fleet, out: &Exits, due: &Receiver<Later>) {
    let mut waiting = BinaryHeap::new();
    while !stop.load(Ordering::Acquire) {
        let now = Instant::now();
        let pause = waiting
            .peek()
            .map_or(Duration::from_millis(50), |next: &Later| next.due.saturating_duration_since(now))
            .min(Duration::from_millis(50));
        match due.recv_timeout(pause) {
            Ok(later) => waiting.push(later),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(pause),
        }
        while waiting.peek().is_some_and(|next| next.due <= Instant::now()) {
            let Some(mut next) = waiting.pop() else { break };
            out.send(fleet, &next.outgoing, next.to);
            if let Some(repeat) = next.outgoing.repeat
                && next.due + repeat.gap <= next.until
                && !stop.load(Ordering::Acquire)
            {
                next.due += repeat.gap.max(Duration::from_micros(1));
                waiting.push(next);
            }
        }
    }
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl Eq for Later {}

impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Later {
    /// The nearest is the greatest, as a heap gives it out first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.due.cmp(&self.due)
    }
}
