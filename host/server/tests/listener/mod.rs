//! The listener under attack, over real sockets: callers that hold connections, take more than their share, or flood.

mod bounds;
mod floods;
mod silence;
mod wire;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    routing::{get, post},
};
use bailiwick::edge::{
    Metrics,
    listener::{Bounds, Figures, Listener, Times},
    tls::{self, Certificate},
};
use futures::stream;
use prometheus::Registry;
use tokio_util::sync::CancellationToken;

/// Far longer than any deadline of these tests: what has not ended then does not end.
const LONG: Duration = Duration::from_secs(20);

/// The usual times, made shorter.
const TIMES: Times = Times {
    first: Duration::from_millis(600),
    idle: Duration::from_millis(900),
    body: Duration::from_millis(400),
    leave: Duration::from_millis(200),
};

/// A listener with a few routes behind it.
struct Target {
    address: SocketAddr,
    registry: Registry,
    /// Calls of `/never` that began.
    begun: Arc<AtomicUsize>,
    stop: CancellationToken,
    _folder: Option<tempfile::TempDir>,
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn router(begun: Arc<AtomicUsize>) -> Router {
    let pieces = || stream::repeat_with(|| Ok::<_, std::convert::Infallible>(Bytes::from(vec![b'x'; 64 << 10])));
    let slowly = || {
        stream::unfold(0, |n| async move {
            tokio::time::sleep(TIMES.idle / 3).await;
            (n < 9).then(|| (Ok::<_, std::convert::Infallible>(Bytes::from_static(b"piece")), n + 1))
        })
    };
    let never = |State(begun): State<Arc<AtomicUsize>>| async move {
        begun.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/body", post(|body: Result<Bytes, _>| async move { if body.is_ok() { "read" } else { "not read" } }))
        .route("/endless", get(move || async move { Body::from_stream(pieces()) }))
        .route("/slowly", get(move || async move { Body::from_stream(slowly()) }))
        .route("/never", get(never))
        .with_state(begun)
}

impl Target {
    fn plain(bounds: Bounds) -> Self {
        Self::start(bounds, |listener| listener, None)
    }

    fn tls() -> Self {
        crate::support::provider();
        let folder = tempfile::tempdir().expect("a folder");
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let file = |name: &str, text: String| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("writes");
            path
        };
        let (chain, key) = (file("tls.pem", pair.cert.pem()), file("tls.key", pair.signing_key.serialize_pem()));
        let config = tls::server_config(Certificate::read(&chain, &key).expect("reads")).expect("sets up");
        Self::start(crate::support::BOUNDS, |listener| listener.tls(Some(Arc::new(config))), Some(folder))
    }

    fn start(bounds: Bounds, change: impl FnOnce(Listener) -> Listener, folder: Option<tempfile::TempDir>) -> Self {
        let metrics = Metrics::new().expect("the figures register");
        let (stop, begun) = (CancellationToken::new(), Arc::<AtomicUsize>::default());
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        let address = socket.local_addr().expect("an address");
        let figures: Figures = metrics.connections.clone();
        let listener = change(Listener::new(socket, router(Arc::clone(&begun)), bounds, figures).times(TIMES));
        tokio::spawn(listener.serve(stop.clone(), Duration::ZERO));
        Self { address, registry: metrics.registry, begun, stop, _folder: folder }
    }

    /// How many connections the server ended for this reason.
    fn ended(&self, reason: &str) -> u64 {
        let families = self.registry.gather();
        let family = families.iter().find(|f| f.name() == "bailiwick_connections_ended_total").expect("the figure");
        let of = family.get_metric().iter().find(|m| m.get_label().iter().any(|l| l.value() == reason));
        of.expect("the reason").get_counter().get_value() as u64
    }

    /// How many are open.
    fn open(&self) -> i64 {
        let families = self.registry.gather();
        let family = families.iter().find(|f| f.name() == "bailiwick_connections").expect("the figure");
        family.get_metric()[0].get_gauge().get_value() as i64
    }
}
