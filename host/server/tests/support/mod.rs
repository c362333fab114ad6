//! A server on a real socket over a fresh database, and clients for it.

use std::{
    net::SocketAddr,
    sync::{Arc, Once},
    time::Duration,
};

use bailiwick::{
    App, Parts,
    config::Config,
    edge::{
        Metrics,
        listener::{Bounds, Listener},
    },
    router::router,
    shared::RedisAddress,
};
use bailiwick_access::{Access, Password, Principal, Role, operators::NewOperator, tokens::NewToken};
use bailiwick_devices::{drivers::Catalogue, seal::SealingKey};
use bailiwick_egress::{Egress, Resolver, Settings, SystemResolver, address::PrivateNetworks, read_authorities};
use bailiwick_runtime::{Runtime, RuntimeConfig};
use bailiwick_store::{AccountId, Store, address::Cleartext, testing::TestDatabase};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub mod authenticator;
pub mod driver;
pub mod redis;
pub mod wire;

pub const PASSWORD: &str = "correct horse battery";

/// Initialises what the process needs once.
pub fn provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().expect("nobody installed another");
    });
}

/// The whole suite runs over a real Redis where this variable is set.
const OVER_REDIS: &str = "TEST_OVER_REDIS";

/// The whole suite speaks HTTP/2 where this variable is set, and HTTP/1.1 otherwise.
const OVER_HTTP2: &str = "TEST_OVER_HTTP2";

/// Connections that a server of a test has room for.
pub const BOUNDS: Bounds = Bounds { all: 1_000, source: 1_000 };

/// A client of the HTTP version that the suite speaks.
pub fn client_builder() -> ClientBuilder {
    provider();
    match std::env::var_os(OVER_HTTP2) {
        Some(_) => Client::builder().http2_prior_knowledge(),
        None => Client::builder().http1_only(),
    }
}

/// The same, ready.
pub fn client() -> Client {
    client_builder().build().expect("a client")
}

/// A client that finds a server of a test under another host name, as a browser does by DNS; with the address to call.
pub fn client_under(host: &str, server: &str, builder: ClientBuilder) -> (Client, String) {
    let address: SocketAddr = server.trim_start_matches("http://").parse().expect("an address");
    let client = builder.resolve(host, address).build().expect("a client");
    (client, format!("http://{host}:{}", address.port()))
}

/// The way out, with what the settings say.
fn egress(config: &Config, store: &Store, metrics: &Metrics, resolver: Arc<dyn Resolver>) -> Egress {
    let authorities = config.outbound.authorities.as_deref().map(|path| read_authorities(path).expect("certificates"));
    let settings = Settings {
        platform: config.outbound.hosts.clone(),
        private_networks: PrivateNetworks::new(config.outbound.private_networks.clone()),
        authorities: authorities.unwrap_or_default(),
        ..Settings::default()
    };
    Egress::with_resolver(settings, store.clone(), &metrics.registry, resolver).expect("the way out opens")
}

pub struct Server {
    pub app: App,
    pub database: TestDatabase,
    pub base: String,
    pub access: Access,
    stop: CancellationToken,
    // as long as the server is there
    redis: Option<redis::Redis>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::fresh(bailiwick_store::testing::database().await, change).await
    }

    /// With at most so many scopes open at once.
    pub async fn with_connections(connections: u32, change: impl FnOnce(&mut Config)) -> Self {
        Self::fresh(bailiwick_store::testing::database_with(connections).await, change).await
    }

    async fn fresh(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        let redis = std::env::var_os(OVER_REDIS).map(|_| redis::Redis::start());
        let url = redis.as_ref().map(redis::Redis::url);
        let mut server = Self::over(database, url, change).await;
        if redis.is_some() {
            server.hearing(true).await;
        }
        server.redis = redis;
        server
    }

    /// Waits until the process hears the others, or does not.
    pub async fn hearing(&self, wanted: bool) {
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        while self.app.shared().hears_all() != wanted {
            assert!(tokio::time::Instant::now() < until, "hearing the others: not {wanted}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Another process over the same database, for all that it can see.
    pub async fn over(database: TestDatabase, redis: Option<String>, change: impl FnOnce(&mut Config)) -> Self {
        Self::resolving(database, redis, Arc::new(SystemResolver), change).await
    }

    /// The same, with names that stand for what this resolver says.
    pub async fn resolving(
        database: TestDatabase,
        redis: Option<String>,
        resolver: Arc<dyn Resolver>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        provider();
        let mut config = Config::load(None).expect("the defaults are valid");
        config.rates.sign_in = 1_000;
        config.redis = redis.map(|url| RedisAddress::parse(&url.into(), Cleartext::Refused).expect("an address"));
        config.senders.at_first = 1_000;
        config.senders.per_account = 1_000;
        config.senders.per_operator = 1_000;
        change(&mut config);
        let store = database.store.clone();
        let metrics = Metrics::new().expect("the figures register");
        let access = Access::new(store.clone())
            .await
            .expect("access opens")
            .limiting_senders(config.senders)
            .limiting_tokens(config.token_lifetime);
        let app = App::new(Parts {
            drivers: Catalogue::open(&store).await.expect("the catalogue opens"),
            // that of every process over this database
            sealing_key: SealingKey::new(&[7; 32]).expect("a key"),
            runtime: Runtime::new(RuntimeConfig { threads: 1, instances: 2, ..RuntimeConfig::default() })
                .expect("the sandbox starts"),
            egress: egress(&config, &store, &metrics, resolver),
            config,
            access: access.clone(),
            store,
            metrics,
        });
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        let base = format!("http://{}", socket.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let listener = Listener::new(socket, router(app.clone()), BOUNDS, app.metrics().connections.clone());
        tokio::spawn(listener.serve(stop.clone(), Duration::ZERO));
        Self { app, database, base, access, stop, redis: None }
    }

    pub fn platform() -> Principal {
        Principal::system("test")
    }

    /// An API token with a role on an account.
    pub async fn token(&self, account: AccountId, role: Role) -> Api {
        let new = NewToken { name: "test".to_owned(), permits: role.into(), expires_at: None };
        let issued = self.access.create_token(&Self::platform(), account, new).await.expect("a token");
        Api::new(&self.base, issued.secret.expose_secret())
    }

    /// An operator with [`PASSWORD`].
    pub async fn operator(&self, account: AccountId, email: &str, role: Role) {
        let new = NewOperator {
            email: email.parse().expect("an address"),
            name: "Test Operator".to_owned(),
            given: role.into(),
            password: Some(Password::new(PASSWORD.into()).expect("long enough")),
        };
        self.access.add_operator(&Self::platform(), account, new).await.expect("an operator");
    }

    /// A dealer with two customers.
    pub async fn tree(&self) -> Tree {
        let root = self.token(AccountId::ROOT, Role::Owner).await;
        let dealer = root.make_account(AccountId::ROOT, "Dealer", "dealer").await;
        let customer = root.make_account(dealer, "Customer", "customer").await;
        let sibling = root.make_account(dealer, "Sibling", "customer").await;
        let owner = self.token(dealer, Role::Owner).await;
        Tree { root, owner, dealer, customer, sibling }
    }
}

pub struct Tree {
    /// The platform's own.
    pub root: Api,
    /// The dealer's owner.
    pub owner: Api,
    pub dealer: AccountId,
    pub customer: AccountId,
    pub sibling: AccountId,
}

/// A client with a bearer token.
#[derive(Clone)]
pub struct Api {
    pub client: Client,
    pub base: String,
    pub token: String,
}

impl Api {
    pub fn new(base: &str, token: &str) -> Self {
        Self { client: client(), base: base.to_owned(), token: token.to_owned() }
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.call(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Reply {
        Reply::of(self.call(method, path).json(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.call(Method::DELETE, path)).await
    }

    async fn make_account(&self, parent: AccountId, name: &str, kind: &str) -> AccountId {
        let path = format!("/api/v1/accounts/{parent}/accounts");
        let made =
            self.post(&path, serde_json::json!({ "name": name, "kind": kind })).await.expect(StatusCode::CREATED);
        made["id"].as_str().expect("an id").parse().expect("a UUID")
    }
}

/// A reply, read.
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.expect("the server answers")).await
    }

    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("text") }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body, if the status is this.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Asserts a problem with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.json()["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json()["request_id"].as_str(), self.headers["x-request-id"].to_str().ok(), "one id for both");
    }
}
