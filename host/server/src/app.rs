//! What every handler can reach: the store, installed drivers, limits, figures, events.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bailiwick_access::Access;
use bailiwick_devices::{drivers::Catalogue, seal::SealingKey};
use bailiwick_egress::Egress;
use bailiwick_oidc::Providers;
use bailiwick_runtime::Runtime;
use bailiwick_shares::Shares;
use bailiwick_store::{AccountId, CollectorId, Store, seal::Print};
use uuid::Uuid;

use crate::{
    config::Config,
    drivers::Uploads,
    edge::{Metrics, body::Budget, rate::Limit},
    events::{Bus, Ears},
    shared::{Quota, Shared},
};

/// The server's parts; a cheap clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    limits: Limits,
    shares: Shares,
    bus: Bus,
    shared: Shared,
    providers: Providers,
    bodies: Budget,
    uploads: Uploads,
    stopping: AtomicBool,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Sign-in, grants and tokens.
    pub access: Access,
    /// The way out.
    pub egress: Egress,
    /// Installed drivers' manifests.
    pub drivers: Catalogue,
    /// Seals credentials of sites and second factors.
    pub sealing_key: SealingKey,
    /// The sandbox.
    pub runtime: Runtime,
    /// Figures.
    pub metrics: Metrics,
}

/// Failed sign-ins at one address: ten at once, then one a minute. It never blocks: whoever waits as told is heard.
const GUESSES: Quota = Quota::new("address", 10, 600);

/// Who may call how often.
pub struct Limits {
    /// Failed sign-ins and other guesses at what proves somebody, by the source's network: an office behind one address
    /// signs in as it likes.
    pub sign_in: Limit<IpAddr>,
    /// Failed sign-ins, by the address typed, wherever they come from.
    pub addresses: Limit<Print>,
    /// Calls, by the id of the session or token.
    pub calls: Limit<Uuid>,
    /// Calls with any token of an account together, by the account.
    pub accounts: Limit<AccountId>,
    /// Calls of the REST interface, by the source's network.
    pub sources: Limit<IpAddr>,
    /// Calls at the collectors' door, by the source's network: apart from those of the REST interface, so that who knocks
    /// at the one does not close the other to a site.
    pub door: Limit<IpAddr>,
    /// Calls of collectors.
    pub collectors: Limit<CollectorId>,
    /// Collector enrollments and bad credentials, by the source's network: guessing is slow.
    pub guesses: Limit<IpAddr>,
    /// Mails that strangers and operators ask for, by the address that they go to.
    pub mailed: Limit<Print>,
}

impl App {
    /// Puts the parts together. To be called within a tokio runtime.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let rates = parts.config.rates;
        let ears = Ears::new(parts.metrics.events_lost.clone());
        let troubles = parts.metrics.shared_troubles.clone();
        let shared = Shared::open(parts.config.redis.as_ref(), troubles, ears.clone());
        let limits = Limits {
            sign_in: Limit::new(shared.clone(), "sign-in", rates.sign_in),
            calls: Limit::new(shared.clone(), "calls", rates.calls),
            accounts: Limit::new(shared.clone(), "account", rates.account),
            sources: Limit::new(shared.clone(), "source", rates.source),
            door: Limit::new(shared.clone(), "door", rates.source),
            collectors: Limit::new(shared.clone(), "collector", rates.collector),
            guesses: Limit::new(shared.clone(), "guesses", 60),
            mailed: Limit::new(shared.clone(), "mailed", 5),
            addresses: Limit::within(shared.clone(), GUESSES),
        };
        let shares = Shares::new(parts.config.work, parts.metrics.shares.clone());
        let bus = Bus::new(shared.clone(), ears);
        let providers = Providers::new(parts.egress.clone());
        let bodies = Budget::new(
            parts.config.body_memory,
            parts.metrics.body_bytes.clone(),
            parts.metrics.bodies_refused.clone(),
        );
        let uploads = Uploads::new(&parts.config.data_dir);
        let stopping = AtomicBool::new(false);
        Self(Arc::new(Inner { parts, limits, shares, bus, shared, providers, bodies, uploads, stopping }))
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.parts.config
    }

    /// What calls at an e-mail address are counted by, known or not and however it is written.
    #[must_use]
    pub fn print_of_address(&self, address: &str) -> Print {
        self.sealing_key().print(&address.trim().to_lowercase())
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// Sign-in, grants and tokens.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.0.parts.access
    }

    /// The way out.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.0.parts.egress
    }

    /// Sign-in providers of accounts.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.0.providers
    }

    /// The memory that bodies share.
    #[must_use]
    pub fn bodies(&self) -> &Budget {
        &self.0.bodies
    }

    /// Components on their way in.
    #[must_use]
    pub fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// Installed drivers' manifests.
    #[must_use]
    pub fn drivers(&self) -> &Catalogue {
        &self.0.parts.drivers
    }

    /// Seals credentials of sites and second factors.
    #[must_use]
    pub fn sealing_key(&self) -> &SealingKey {
        &self.0.parts.sealing_key
    }

    /// The sandbox.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.0.parts.runtime
    }

    /// Figures.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.parts.metrics
    }

    /// Rate limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Fair shares of the server's work.
    #[must_use]
    pub fn shares(&self) -> &Shares {
        &self.0.shares
    }

    /// Pokes to open portals.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// What server processes share.
    #[must_use]
    pub fn shared(&self) -> &Shared {
        &self.0.shared
    }

    /// From now on `/readyz` says no, so that a load balancer sends nothing more, and event streams end.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is shutting down.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn database_answers(&self) -> bool {
        self.store().ping().await.is_ok()
    }

    /// Lets go of callers that are fresh again and of proofs that are over.
    pub fn forget_idle(&self) {
        self.shared().forget_idle();
    }
}
