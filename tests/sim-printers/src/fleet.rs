//! Which address answers with what: the printers of a world, their faults, and the answer to a datagram.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use crate::{
    agent::{self, Limits},
    fault::{self, Fault, Outgoing},
    identity::Identity,
    kind::Kind,
    life::Life,
    message::{Request, Version},
    mib,
    tree::Tree,
    world::World,
};

/// What a printer is made from.
#[derive(Debug, Clone)]
pub enum Model {
    /// A recorded walk: always the same values.
    Recorded(Arc<Tree>),
    /// A printer that lives in the world, from its kind and seed.
    Living {
        /// What kind of printer.
        kind: Arc<Kind>,
        /// Its stream of chance.
        seed: u64,
    },
}

/// Answers for one address in `n`, all from one tree: what a sweep is measured against.
#[derive(Debug, Clone)]
pub(crate) struct Every {
    pub n: u32,
    pub tree: Arc<Tree>,
}

impl Every {
    fn answers(&self, address: Ipv4Addr) -> bool {
        // The middle of each run of n, so that neither network nor broadcast address is among them.
        u32::from(address) % self.n == self.n / 2
    }
}

struct Host {
    source: Mutex<Source>,
    faults: RwLock<Vec<Fault>>,
    requests: AtomicU32,
}

enum Source {
    Recorded(Arc<Tree>),
    Living(Box<Living>),
}

struct Living {
    life: Life,
    identity: Identity,
    shown: Option<(u32, Arc<Tree>)>,
}

/// Counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub received: AtomicU64,
    pub sent: AtomicU64,
}

/// All printers of a simulator.
pub(crate) struct Fleet {
    pub(crate) world: World,
    pub(crate) counters: Counters,
    community: Vec<u8>,
    every: Option<Every>,
    hosts: RwLock<HashMap<Ipv4Addr, Arc<Host>>>,
}

impl Fleet {
    pub(crate) fn new(world: World, community: Vec<u8>, every: Option<Every>) -> Self {
        Self { world, counters: Counters::default(), community, every, hosts: RwLock::default() }
    }

    /// Puts a printer at an address, in the place of what was there.
    pub(crate) fn place(&self, address: Ipv4Addr, model: Model, faults: Vec<Fault>) {
        let source = match model {
            Model::Recorded(tree) => Source::Recorded(tree),
            Model::Living { kind, seed } => {
                let identity = Identity::of(&kind, address, seed);
                let life = Life::new(kind, seed ^ u64::from(u32::from(address)));
                Source::Living(Box::new(Living { life, identity, shown: None }))
            }
        };
        let host = Host { source: Mutex::new(source), faults: RwLock::new(faults), requests: AtomicU32::new(0) };
        self.hosts.write().unwrap_or_else(PoisonError::into_inner).insert(address, Arc::new(host));
    }

    pub(crate) fn remove(&self, address: Ipv4Addr) {
        self.hosts.write().unwrap_or_else(PoisonError::into_inner).remove(&address);
    }

    pub(crate) fn addresses(&self) -> Vec<Ipv4Addr> {
        let mut all: Vec<_> = self.hosts.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        all.sort_unstable();
        all
    }

    pub(crate) fn set_faults(&self, address: Ipv4Addr, faults: Vec<Fault>) {
        if let Some(host) = self.host(address) {
            *host.faults.write().unwrap_or_else(PoisonError::into_inner) = faults;
        }
    }

    pub(crate) fn reboot(&self, address: Ipv4Addr) {
        let Some(host) = self.host(address) else { return };
        if let Source::Living(living) = &mut *lock(&host.source) {
            living.life.advance(self.world.now());
            living.life.reboot();
            living.shown = None;
        }
    }

    pub(crate) fn tree(&self, address: Ipv4Addr) -> Option<Arc<Tree>> {
        Some(self.shown(&*self.host(address)?))
    }

    fn host(&self, address: Ipv4Addr) -> Option<Arc<Host>> {
        self.hosts.read().unwrap_or_else(PoisonError::into_inner).get(&address).cloned()
    }

    fn shown(&self, host: &Host) -> Arc<Tree> {
        match &mut *lock(&host.source) {
            Source::Recorded(tree) => tree.clone(),
            Source::Living(living) => {
                living.life.advance(self.world.now());
                let uptime = living.life.uptime();
                match &living.shown {
                    Some((at, tree)) if *at == uptime => tree.clone(),
                    _ => {
                        let tree = Arc::new(mib::tree(&living.life, &living.identity));
                        living.shown = Some((uptime, tree.clone()));
                        tree
                    }
                }
            }
        }
    }

    /// The answer to a datagram that came for `asked`, or nothing.
    pub(crate) fn respond(&self, datagram: &[u8], asked: Ipv4Addr) -> Option<Outgoing> {
        let Some(host) = self.host(asked) else {
            let every = self.every.as_ref().filter(|every| every.answers(asked))?;
            let request = self.admitted(datagram)?;
            let response = agent::answer(&every.tree, Limits::default(), &request);
            return Some(fault::mangle(&[], response.encode(), asked));
        };
        let request = self.admitted(datagram)?;
        let faults = host.faults.read().unwrap_or_else(PoisonError::into_inner).clone();
        let count = host.requests.fetch_add(1, Ordering::Relaxed);
        let mut limits = Limits::default();
        for fault in &faults {
            match fault {
                Fault::Silent => return None,
                Fault::OnlyV1 if request.version != Version::V1 => return None,
                Fault::DropEvery(n) if count.is_multiple_of((*n).max(1)) => return None,
                Fault::Small { names, message } => limits = Limits { names: *names, message: *message },
                _ => {}
            }
        }
        let tree = self.shown(&host);
        let mut response = agent::answer(&tree, limits, &request);
        fault::distort(&faults, &request, &mut response);
        Some(fault::mangle(&faults, response.encode(), asked))
    }

    /// A request with the right community; agents are silent to any other.
    fn admitted(&self, datagram: &[u8]) -> Option<Request> {
        Request::decode(datagram).filter(|request| request.community == self.community)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
