//! A server that speaks the collector's protocol over real TLS, well or badly as a test wants.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
    serve::Listener,
};
use bailiwick_contract::report::{
    Acknowledgement, Assignment, Batch, EnrollReply, EnrollRequest, Rejected, Report, Status,
};
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use uuid::Uuid;

/// The one-time token that the server takes.
pub const TOKEN: &str = "bwe_once";
/// The key that it gives for it.
pub const KEY: &str = "bwc_secret";

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Nothing.
    #[default]
    Well,
    /// Answers 503 to everything.
    Down,
    /// Refuses the key.
    Revoked,
    /// Says that the account is suspended.
    Suspended,
    /// Takes reports, but the answer is lost.
    AnswerLost,
    /// Acknowledges more than it was sent.
    AcknowledgesTooMuch,
    /// Sends other bytes than those assigned.
    OtherComponent,
    /// Sends the collector elsewhere.
    Redirects,
    /// Answers with a body without end.
    Endless,
    /// Sets every report aside.
    RejectsAll,
}

/// What the server has seen and what it hands out.
#[derive(Default)]
pub struct Seen {
    pub behaviour: Behaviour,
    pub assignment: Option<Assignment>,
    pub component: Vec<u8>,
    pub component_fetches: u32,
    /// Spool → sequence → report; a second copy of a sequence must be the same.
    pub reports: BTreeMap<Uuid, BTreeMap<u64, Report>>,
    /// Sequences that came again after they were acknowledged.
    pub repeated_after_acknowledgement: u64,
    pub acknowledged: BTreeMap<Uuid, u64>,
    pub statuses: Vec<Status>,
    pub redirected: u32,
}

/// TLS around a socket.
struct Tls {
    socket: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let (stream, peer) = self.socket.accept().await.unwrap();
            // a collector that does not trust the certificate hangs up
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

#[derive(Clone)]
pub struct FakeServer {
    pub seen: Arc<Mutex<Seen>>,
    pub url: String,
    pub ca: PathBuf,
    _folder: Arc<TempDir>,
    serving: AbortHandle,
}

impl FakeServer {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, certificate.pem()).unwrap();
        let (chain, key) = (vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap());
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

        let seen = Arc::new(Mutex::new(Seen::default()));
        let app = Router::new()
            .route("/collector/v1/enroll", post(enroll))
            .route("/collector/v1/assignment", get(assignment))
            .route("/collector/v1/drivers/{digest}", get(component))
            .route("/collector/v1/reports", post(reports))
            .route("/collector/v1/status", post(status))
            .route("/elsewhere", get(elsewhere).post(elsewhere))
            .with_state(Arc::clone(&seen));
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let tls = Tls { socket, acceptor: Arc::new(tls).into() };
        let serving = tokio::spawn(async move { axum::serve(tls, app).await }).abort_handle();
        Self { seen, url: format!("https://{address}"), ca, _folder: Arc::new(folder), serving }
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap())
    }

    /// Waits until `ready` gives something.
    pub async fn until<T>(&self, what: &str, mut ready: impl FnMut(&mut Seen) -> Option<T>) -> T {
        for _ in 0..600 {
            if let Some(found) = self.with(&mut ready) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("waited a minute for {what}");
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if Arc::strong_count(&self._folder) == 1 {
            self.serving.abort();
        }
    }
}

type Shared = State<Arc<Mutex<Seen>>>;

fn problem(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "code": code, "detail": code, "status": status.as_u16() }))).into_response()
}

/// What every call meets first.
fn gate(seen: &mut Seen, headers: &HeaderMap) -> Option<Response> {
    match seen.behaviour {
        Behaviour::Down => return Some(problem(StatusCode::SERVICE_UNAVAILABLE, "down")),
        Behaviour::Redirects => {
            return Some(Redirect::temporary("/elsewhere").into_response());
        }
        Behaviour::Endless => {
            let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'['; 65_536])));
            return Some(axum::body::Body::from_stream(chunks).into_response());
        }
        _ => {}
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    if seen.behaviour == Behaviour::Suspended {
        return Some(problem(StatusCode::FORBIDDEN, "suspended"));
    }
    if seen.behaviour == Behaviour::Revoked || bearer != Some(&format!("Bearer {KEY}")) {
        return Some(problem(StatusCode::UNAUTHORIZED, "collector_revoked"));
    }
    None
}

async fn enroll(State(seen): Shared, Json(request): Json<EnrollRequest>) -> Response {
    if seen.lock().unwrap().behaviour == Behaviour::Redirects {
        return Redirect::temporary("/elsewhere").into_response();
    }
    if request.token != TOKEN {
        return problem(StatusCode::UNAUTHORIZED, "invalid_enrollment_token");
    }
    Json(EnrollReply {
        collector_id: Uuid::from_u128(1),
        key: KEY.into(),
        account_id: Uuid::from_u128(2),
        site_id: Uuid::from_u128(3),
    })
    .into_response()
}

async fn elsewhere(State(seen): Shared) -> Response {
    seen.lock().unwrap().redirected += 1;
    problem(StatusCode::IM_A_TEAPOT, "elsewhere")
}

async fn assignment(State(seen): Shared, headers: HeaderMap) -> Response {
    let mut seen = seen.lock().unwrap();
    if let Some(refused) = gate(&mut seen, &headers) {
        return refused;
    }
    match &seen.assignment {
        Some(assignment) => Json(assignment).into_response(),
        None => problem(StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
    }
}

async fn component(State(seen): Shared, Path(_): Path<String>, headers: HeaderMap) -> Response {
    let mut seen = seen.lock().unwrap();
    if let Some(refused) = gate(&mut seen, &headers) {
        return refused;
    }
    seen.component_fetches += 1;
    let mut bytes = seen.component.clone();
    if seen.behaviour == Behaviour::OtherComponent {
        bytes.push(0);
    }
    bytes.into_response()
}

async fn reports(State(seen): Shared, headers: HeaderMap, Json(batch): Json<Batch>) -> Response {
    let mut seen = seen.lock().unwrap();
    if let Some(refused) = gate(&mut seen, &headers) {
        return refused;
    }
    let known = seen.acknowledged.get(&batch.spool).copied().unwrap_or_default();
    let mut last = known;
    let mut rejected = Vec::new();
    for report in batch.reports {
        last = last.max(report.sequence);
        if report.sequence <= known {
            seen.repeated_after_acknowledgement += 1;
        }
        if seen.behaviour == Behaviour::RejectsAll {
            rejected.push(Rejected {
                sequence: report.sequence,
                code: "undeclared_attribute".into(),
                detail: "facts[0]".into(),
            });
        }
        let spool = seen.reports.entry(batch.spool).or_default();
        match spool.get(&report.sequence) {
            Some(before) => assert_eq!(before, &report, "a sequence is never used for another report"),
            None => drop(spool.insert(report.sequence, report)),
        }
    }
    match seen.behaviour {
        Behaviour::AnswerLost => return problem(StatusCode::BAD_GATEWAY, "lost"),
        Behaviour::AcknowledgesTooMuch => last += 1_000,
        _ => drop(seen.acknowledged.insert(batch.spool, last)),
    }
    Json(Acknowledgement { acknowledged_through: last, rejected, now: bailiwick_collector::status::now() })
        .into_response()
}

async fn status(State(seen): Shared, headers: HeaderMap, Json(status): Json<Status>) -> Response {
    let mut seen = seen.lock().unwrap();
    if let Some(refused) = gate(&mut seen, &headers) {
        return refused;
    }
    seen.statuses.push(status);
    StatusCode::NO_CONTENT.into_response()
}
