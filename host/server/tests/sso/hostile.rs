//! A provider that does not play by the rules: its configuration and its tokens are what a test says.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bailiwick::edge::{
    listener::{Figures, Listener},
    tls::{self, Certificate},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::BOUNDS;

/// How it answers when it is asked for its configuration.
#[derive(Debug, Clone)]
pub enum Manner {
    /// As it should, with these differences.
    Plain(Value),
    /// So many bytes.
    Gigantic(usize),
    /// Long after everybody has gone.
    Slow,
    /// Elsewhere.
    Redirect(String),
    /// With this status.
    Status(u16),
    /// Not in JSON.
    Nonsense,
}

struct Inner {
    manner: Mutex<Manner>,
    token: Mutex<String>,
    issuer: String,
    key: EcdsaKeyPair,
    hits: AtomicUsize,
    exchanges: AtomicUsize,
}

/// The provider.
pub struct Hostile {
    inner: Arc<Inner>,
    pub authority: PathBuf,
    _folder: tempfile::TempDir,
}

impl Hostile {
    pub async fn start() -> Self {
        crate::support::provider();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "idp.test".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, made.cert.pem()).unwrap();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("https://localhost:{}", socket.local_addr().unwrap().port());
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let inner = Arc::new(Inner {
            manner: Mutex::new(Manner::Plain(json!({}))),
            token: Mutex::default(),
            issuer,
            key,
            hits: AtomicUsize::new(0),
            exchanges: AtomicUsize::new(0),
        });
        let key_file = folder.path().join("tls.key");
        std::fs::write(&key_file, made.signing_key.serialize_pem()).unwrap();
        let tls = tls::server_config(Certificate::read(&authority, &key_file).unwrap()).unwrap();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(exchange))
            .with_state(Arc::clone(&inner));
        let listener = Listener::new(socket, router, BOUNDS, Figures::unregistered().unwrap()).tls(Some(Arc::new(tls)));
        tokio::spawn(listener.serve(CancellationToken::new(), Duration::ZERO));
        Self { inner, authority, _folder: folder }
    }

    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    pub fn port(&self) -> u16 {
        self.issuer().rsplit(':').next().unwrap().parse().unwrap()
    }

    pub fn behave(&self, manner: Manner) {
        *self.inner.manner.lock().unwrap() = manner;
    }

    /// Calls that reached it.
    pub fn hits(&self) -> usize {
        self.inner.hits.load(Ordering::SeqCst)
    }

    /// Codes that were sent to it.
    pub fn exchanges(&self) -> usize {
        self.inner.exchanges.load(Ordering::SeqCst)
    }

    /// The token that its next answer brings.
    pub fn issue(&self, token: String) {
        *self.inner.token.lock().unwrap() = token;
    }

    /// Answers a request rightly, for somebody of this address; what the browser brings back as `state`.
    pub fn answer(&self, url: &str, email: &str, now: jiff::Timestamp) -> String {
        let asked = url::Url::parse(url).unwrap();
        let value = |name: &str| asked.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let now = now.as_second();
        self.issue(self.signed(&json!({
            "iss": self.issuer(), "aud": value("client_id"), "sub": email, "nonce": value("nonce"), "iat": now,
            "exp": now + 300, "email": email, "email_verified": true,
        })));
        value("state")
    }

    /// A token signed by its key.
    pub fn signed(&self, claims: &Value) -> String {
        let message = unsigned(&json!({ "alg": "ES256", "kid": "k", "typ": "JWT" }), claims);
        let signature = self.inner.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A token by its public key, taken for a shared secret.
    pub fn confused(&self, claims: &Value) -> String {
        let message = unsigned(&json!({ "alg": "HS256", "kid": "k" }), claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.inner.key.public_key().as_ref());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
    }
}

/// A token by a shared secret.
pub fn shared(secret: &str, claims: &Value) -> String {
    let message = unsigned(&json!({ "alg": "HS256" }), claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
}

/// Head and claims, without a signature.
pub fn unsigned(head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(head), part(claims))
}

async fn configuration(State(inner): State<Arc<Inner>>) -> Response {
    inner.hits.fetch_add(1, Ordering::SeqCst);
    let manner = inner.manner.lock().unwrap().clone();
    match manner {
        Manner::Plain(changes) => {
            let issuer = &inner.issuer;
            let mut body = json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            });
            for (name, value) in changes.as_object().unwrap() {
                body[name] = value.clone();
            }
            axum::Json(body).into_response()
        }
        Manner::Gigantic(bytes) => Body::from(vec![b' '; bytes]).into_response(),
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        Manner::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Manner::Nonsense => "<html>".into_response(),
    }
}

async fn keys(State(inner): State<Arc<Inner>>) -> Response {
    inner.hits.fetch_add(1, Ordering::SeqCst);
    let point = inner.key.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": "k", "x": part(1..33), "y": part(33..65) });
    axum::Json(json!({ "keys": [key] })).into_response()
}

async fn exchange(State(inner): State<Arc<Inner>>) -> Response {
    inner.exchanges.fetch_add(1, Ordering::SeqCst);
    let token = inner.token.lock().unwrap().clone();
    axum::Json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": token })).into_response()
}
