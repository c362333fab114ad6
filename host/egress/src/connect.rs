//! Connections: permitted, resolved once, judged, and made to the address that was judged.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bailiwick_store::Store;
use prometheus::Registry;
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::address::PrivateNetworks;
use crate::allowed::{Behalf, Destination, Purpose};
use crate::error::EgressError;
use crate::figures::Figures;
use crate::hosts;
use crate::resolver::{Resolver, SystemResolver};
use crate::trust::{self, TrustError};

/// Addresses of one name that are tried.
const MOST_TRIED: usize = 4;

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until a connection stands, resolving included.
    pub connect: Duration,
    /// A whole call, its answer included.
    pub call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), call: Duration::from_secs(30) }
    }
}

/// What the settings say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What may be reached for the platform.
    pub platform: Vec<Destination>,
    /// Networks beside the public ones.
    pub private_networks: PrivateNetworks,
    /// Authorities that TLS believes beside the machine's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Limits.
    pub limits: Limits,
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Egress(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    store: Store,
    resolver: Arc<dyn Resolver>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) figures: Figures,
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Egress").field(&self.0.settings).finish()
    }
}

/// Why the way out cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// TLS.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A figure's name is taken.
    #[error(transparent)]
    Figures(#[from] prometheus::Error),
}

impl Egress {
    /// By the machine's resolver.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(settings: Settings, store: Store, registry: &Registry) -> Result<Self, SetupError> {
        Self::with_resolver(settings, store, registry, Arc::new(SystemResolver))
    }

    /// By a resolver of the caller's.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn with_resolver(
        settings: Settings,
        store: Store,
        registry: &Registry,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, SetupError> {
        let tls = trust::client(&settings.authorities)?;
        let figures = Figures::new(registry)?;
        Ok(Self(Arc::new(Inner { settings, store, resolver, tls, figures })))
    }

    /// What may be reached for the platform.
    #[must_use]
    pub fn platform(&self) -> &[Destination] {
        &self.0.settings.platform
    }

    /// Whether an address lies in a network that the settings name as an own one.
    #[must_use]
    pub fn is_own(&self, address: IpAddr) -> bool {
        self.0.settings.private_networks.contain(address)
    }

    /// Whether a destination stands on the allow-list, whatever address it stands for.
    ///
    /// # Errors
    /// [`EgressError::Store`] where the list cannot be read.
    pub async fn allows(&self, behalf: Behalf, wanted: &Destination) -> Result<bool, EgressError> {
        match self.permit(behalf, wanted).await {
            Ok(()) => Ok(true),
            Err(EgressError::NotAllowed(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A TCP connection to a host that may be reached for this.
    ///
    /// # Errors
    /// [`EgressError`]; nothing is sent where it is not allowed.
    pub async fn connect(
        &self,
        behalf: Behalf,
        purpose: Purpose,
        host: &str,
        port: u16,
    ) -> Result<TcpStream, EgressError> {
        let outcome = self.open(behalf, purpose, host, port).await;
        self.0.figures.count(purpose, &outcome);
        outcome
    }

    /// TLS over a connection that was made here, with the certificate verified for `host`.
    ///
    /// # Errors
    /// [`EgressError::Failed`], [`EgressError::TimedOut`].
    pub async fn secure(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, EgressError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| EgressError::Failed(error.into()))?;
        let connecting = TlsConnector::from(Arc::clone(&self.0.tls)).connect(name, stream);
        let connected = timeout(self.0.settings.limits.connect, connecting).await;
        connected.map_err(|_| EgressError::TimedOut)?.map_err(|error| EgressError::Failed(error.into()))
    }

    async fn open(&self, behalf: Behalf, purpose: Purpose, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let wanted =
            Destination::new(purpose, host, port).map_err(|_| EgressError::NotAllowed(format!("{host}:{port}")))?;
        self.permit(behalf, &wanted).await?;
        let connecting = async {
            let mut last = None;
            for address in self.judged(&wanted).await?.into_iter().take(MOST_TRIED) {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = Some(error),
                }
            }
            let error = last.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into());
            Err(EgressError::Failed(error.into()))
        };
        timeout(self.0.settings.limits.connect, connecting).await.map_err(|_| EgressError::TimedOut)?
    }

    /// Whether it stands on the allow-list.
    pub(crate) async fn permit(&self, behalf: Behalf, wanted: &Destination) -> Result<(), EgressError> {
        let allowed = match behalf {
            Behalf::Platform => self.0.settings.platform.contains(wanted),
            Behalf::Account(account) => hosts::allowed(&self.0.store, account, wanted).await?,
        };
        if allowed { Ok(()) } else { Err(EgressError::NotAllowed(wanted.to_string())) }
    }

    /// The addresses that the destination stands for now, every one of them permitted. A name of which one address
    /// points inside is refused as a whole: it is an attack or a mistake.
    pub(crate) async fn judged(&self, wanted: &Destination) -> Result<Vec<SocketAddr>, EgressError> {
        let addresses = match wanted.address() {
            Some(address) => vec![address],
            None => {
                let found = self.0.resolver.resolve(wanted.host()).await;
                found.map_err(|_| EgressError::Unresolved(wanted.to_string()))?
            }
        };
        if addresses.is_empty() {
            return Err(EgressError::Unresolved(wanted.to_string()));
        }
        if !addresses.iter().all(|address| self.0.settings.private_networks.permit(*address)) {
            return Err(EgressError::Forbidden(wanted.to_string()));
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, wanted.port())).collect())
    }
}
