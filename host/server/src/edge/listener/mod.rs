//! The listener: accepts connections, counts them, and ends those that do nothing.
//!
//! Every connection has a deadline from the moment it is accepted. It covers the TLS handshake, the HTTP/2 preface and the
//! head of the first call; afterwards it covers the time in which the server waits for the caller. How many connections
//! there may be is bounded for each source and in all, so that no caller takes the descriptors that others need. When a
//! bound is reached, the connections that wait for their caller longest make room; a connection with a call under way
//! never does.
//!
//! | module | what it does |
//! |---|---|
//! | [`door`] | bounds, who makes room, figures |
//! | [`activity`] | whose turn it is on a connection, and for how long |
//! | [`connection`] | one connection from its first byte to its last |
//! | [`socket`] | counts what is written |

mod activity;
mod connection;
mod door;
mod socket;

use std::{
    io::{Error, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use door::{Bounds, End, Figures};

use super::Source;
use connection::Connection;
use door::Door;

/// How long the accept loop rests when the system has nothing left to give, so that it does not spin.
const REST: Duration = Duration::from_millis(100);

/// How long the server waits for a caller.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// From accept to the head of the first call: handshake, preface and head together.
    pub first: Duration,
    /// Between calls, and while a caller does not take what is sent. Longer than the 60 seconds for which proxies
    /// commonly keep a connection, so that the server does not close it under their next call.
    pub idle: Duration,
    /// Between two pieces of a body.
    pub body: Duration,
    /// For a connection that was told to go.
    pub leave: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(10),
            leave: Duration::from_secs(2),
        }
    }
}

/// A socket and what is served on it.
pub struct Listener {
    socket: std::net::TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    proxies: Vec<IpNet>,
    times: Times,
    door: Arc<Door>,
}

impl Listener {
    /// Plain HTTP, with the usual times.
    #[must_use]
    pub fn new(socket: std::net::TcpListener, router: Router, bounds: Bounds, figures: Figures) -> Self {
        let door = Arc::new(Door::new(bounds, figures));
        Self { socket, router, tls: None, proxies: Vec::new(), times: Times::default(), door }
    }

    /// HTTPS.
    #[must_use]
    pub fn tls(self, config: Option<Arc<rustls::ServerConfig>>) -> Self {
        Self { tls: config.map(TlsAcceptor::from), ..self }
    }

    /// A proxy stands for many callers: its address is not one source.
    #[must_use]
    pub fn behind(self, proxies: Vec<IpNet>) -> Self {
        Self { proxies, ..self }
    }

    /// Other times.
    #[must_use]
    pub fn times(self, times: Times) -> Self {
        Self { times, ..self }
    }

    /// Serves until it is told to stop; then calls that run get `grace` to finish.
    ///
    /// # Errors
    /// When the socket cannot be used at all. What goes wrong with a connection never ends the listener.
    pub async fn serve(self, stop: CancellationToken, grace: Duration) -> std::io::Result<()> {
        self.socket.set_nonblocking(true)?;
        let socket = tokio::net::TcpListener::from_std(self.socket.try_clone()?)?;
        let (tasks, end) = (TaskTracker::new(), CancellationToken::new());
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer, &tasks, &stop, &end),
                Err(error) => self.failed(&error).await,
            }
        }
        drop(socket);
        tasks.close();
        let _ = tokio::time::timeout(grace, tasks.wait()).await;
        end.cancel();
        tasks.wait().await;
        Ok(())
    }

    fn admit(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        tasks: &TaskTracker,
        stop: &CancellationToken,
        end: &CancellationToken,
    ) {
        let ip = peer.ip().to_canonical();
        let source = (!self.proxies.iter().any(|proxies| proxies.contains(&ip))).then(|| Source(ip).network());
        let Some(place) = self.door.admit(source) else { return };
        let connection = Connection {
            peer,
            place,
            tls: self.tls.clone(),
            router: self.router.clone(),
            times: self.times,
            stop: stop.clone(),
        };
        let end = end.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = connection.serve(stream) => {}
            }
        });
    }

    async fn failed(&self, error: &Error) {
        // the caller gave up before it was accepted: the next one may be there already
        let gone = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset, ErrorKind::Interrupted];
        if gone.contains(&error.kind()) {
            return;
        }
        self.door.accept_failed(error);
        tokio::time::sleep(REST).await;
    }
}
