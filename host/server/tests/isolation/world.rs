//! The account that is swept, those around it, and things in it: made as they are made in life.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::SystemTime,
};

use bailiwick_access::{Permission, Role};
use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Condition, Fact, Identity, Point, Scalar},
};
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Client;
use crate::support::{PASSWORD, Server, driver};

pub struct World {
    pub server: Server,
    /// A dealer, above the account.
    pub dealer: AccountId,
    /// The account: a dealer's dealer, so that it may have accounts below.
    pub account: AccountId,
    pub child: AccountId,
    pub sibling: AccountId,
    /// A dealer beside the dealer.
    pub elsewhere: AccountId,
    pub suspended: AccountId,
    /// The account's owner.
    pub owner: Client,
    collector: Client,
    digest: String,
    number: AtomicU32,
}

impl World {
    /// Over a pool of so many connections: where it is one, whatever a call left behind would meet the next.
    pub async fn new(connections: u32) -> Self {
        let server = Server::with_connections(connections, |config| {
            config.rates.calls = 1_000_000;
            config.rates.account = 1_000_000;
            config.rates.source = 1_000_000;
            config.rates.collector = 1_000_000;
            config.data_dir = std::env::temp_dir().join(format!("bailiwick-sweep-{}", std::process::id()));
        })
        .await;
        let access = server.access.clone();
        let make = async |parent, name: &str, kind| {
            let new = bailiwick_access::accounts::NewAccount { name: name.to_owned(), kind, owner: None };
            access.create_account(&Server::platform(), parent, new).await.expect("an account").account.id
        };
        use bailiwick_access::accounts::Kind::{Customer, Dealer};
        let dealer = make(AccountId::ROOT, "Dealer", Dealer).await;
        let elsewhere = make(AccountId::ROOT, "Elsewhere", Dealer).await;
        let suspended = make(AccountId::ROOT, "Suspended", Dealer).await;
        let account = make(dealer, "Account", Dealer).await;
        let sibling = make(dealer, "Sibling", Customer).await;
        let child = make(account, "Child", Customer).await;
        server.operator(account, "first@example.org", Role::Owner).await;
        let owner = Client::sign_in(&server.base, "first@example.org").await;
        let digest = driver::install(&server).await;
        let grant = format!("/api/v1/accounts/{account}/drivers/test-driver");
        owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
        let collector = Client::anonymous(&server.base);
        let number = AtomicU32::new(0);
        let mut world =
            Self { server, dealer, account, child, sibling, elsewhere, suspended, owner, collector, digest, number };
        world.collector = world.enroll().await.0;
        world
    }

    fn next(&self) -> u32 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// A name that was not given before.
    pub fn word(&self, kind: &str) -> String {
        format!("{kind} {}", self.next())
    }

    /// An address that was not given before.
    pub fn email(&self) -> String {
        format!("person{}@example.org", self.next())
    }

    fn below(&self, path: &str) -> String {
        format!("/api/v1/accounts/{}{path}", self.account)
    }

    async fn made(&self, path: &str, body: Value) -> String {
        let made = self.owner.post(&self.below(path), body).await.expect(StatusCode::CREATED);
        made["id"].as_str().or_else(|| made["role"].as_str()).expect("an id").to_owned()
    }

    pub async fn site(&self) -> String {
        let settings = json!({ "ranges": ["10.1.0.0/24"], "community": "secret" });
        self.made("/sites", json!({ "name": self.word("Site"), "settings": settings })).await
    }

    async fn enroll(&self) -> (Client, String) {
        let body = json!({ "site_id": self.site().await, "name": "Keller" });
        let right = self.owner.post(&self.below("/collectors/enrollments"), body).await.expect(StatusCode::CREATED);
        let body = json!({ "token": right["token"], "version": "0.1.0" });
        let enrolled = Client::anonymous(&self.server.base).post("/collector/v1/enroll", body).await;
        let enrolled = enrolled.expect(StatusCode::OK);
        let client = Client::token(&self.server.base, enrolled["key"].as_str().expect("a key"));
        (client, enrolled["collector_id"].as_str().expect("an id").to_owned())
    }

    pub async fn collector(&self) -> String {
        self.enroll().await.1
    }

    /// Reported by a collector, with a jam.
    pub async fn device(&self) -> String {
        let serial = format!("SERIAL{}", self.next());
        let body = json!({ "spool": Uuid::now_v7(), "clock": now(), "reports": [report(&self.digest, &serial)] });
        let reply = self.collector.post("/collector/v1/reports", body).await.expect(StatusCode::OK);
        assert_eq!(reply["rejected"], json!([]));
        let found = self.owner.get(&self.below(&format!("/devices?q={serial}"))).await.expect(StatusCode::OK);
        found["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    pub async fn retired_device(&self) -> String {
        let device = self.device().await;
        let path = self.below(&format!("/devices/{device}"));
        self.owner.send(Method::DELETE, &path, json!({})).await.expect(StatusCode::NO_CONTENT);
        device
    }

    pub async fn alert(&self) -> String {
        let path = self.below(&format!("/devices/{}/alerts", self.device().await));
        let found = self.owner.get(&path).await.expect(StatusCode::OK);
        found["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    pub async fn role(&self) -> String {
        self.made("/roles", json!({ "name": self.word("Role"), "permissions": ["view_devices"] })).await
    }

    /// A PNG that was not drawn before.
    pub fn picture(&self) -> Vec<u8> {
        let shade = u8::try_from(self.next() % 256).expect("a byte");
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&[shade; 256]).expect("pixels");
        writer.finish().expect("an end");
        bytes
    }

    /// The account's logo, by its hash.
    pub async fn logo(&self) -> String {
        let path = self.below("/branding/logo");
        let call = super::operations::Call::of_bytes("image/png", &self.picture());
        let worn = self.owner.call(Method::PUT, &path, &call).await.expect(StatusCode::OK);
        worn["own"]["logo_url"].as_str().and_then(|url| url.rsplit('/').next()).expect("a logo").to_owned()
    }

    /// A host that was not allowed before.
    pub fn host(&self) -> String {
        format!("hooks{}.example.org", self.next())
    }

    pub async fn egress_host(&self) -> String {
        self.made("/egress", json!({ "purpose": "webhook", "host": self.host() })).await
    }

    pub async fn token_id(&self) -> String {
        self.made("/tokens", json!({ "name": self.word("Token"), "role": "viewer" })).await
    }

    /// An operator of the account, by its id.
    pub async fn operator(&self) -> String {
        let body = json!({ "email": self.email(), "name": "New", "role": "viewer", "password": PASSWORD });
        self.made("/operators", body).await
    }

    /// Somebody of the account, signed in.
    pub async fn person(&self) -> Client {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Viewer).await;
        Client::sign_in(&self.server.base, &email).await
    }

    /// An owner of the platform, signed in.
    pub async fn root(&self) -> Client {
        let email = self.email();
        self.server.operator(AccountId::ROOT, &email, Role::Owner).await;
        Client::sign_in(&self.server.base, &email).await
    }

    /// The body with which somebody signs in.
    pub async fn sign_in(&self) -> Value {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Viewer).await;
        json!({ "email": email, "password": PASSWORD })
    }

    pub fn new_password(&self) -> Value {
        json!({ "present": PASSWORD, "new": "incorrect donkey battery" })
    }

    /// The session of somebody signed in.
    pub async fn session_of(&self, person: &Client) -> String {
        let sessions = person.get("/api/v1/sessions").await.expect(StatusCode::OK);
        sessions["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// What is not denied at present, so that denying it changes something.
    pub async fn other_restrictions(&self) -> Vec<&'static str> {
        let now = self.owner.get(&self.below("/restrictions")).await.expect(StatusCode::OK);
        if now["denied"].as_array().is_some_and(Vec::is_empty) { vec![Permission::WipeDevices.name()] } else { vec![] }
    }

    /// The account denies all that it can deny to those above.
    pub async fn restrict(&self) {
        let all: Vec<&str> = Permission::ALL.iter().filter(|p| p.restrictable()).map(|p| p.name()).collect();
        let path = self.below("/restrictions");
        self.owner.send(Method::PUT, &path, json!({ "denied": all })).await.expect(StatusCode::OK);
    }

    /// Leaves a branch out of what an operator of the dealer was granted.
    pub async fn leave_out(&self, client: &Client, branch: AccountId) {
        let me = client.get("/api/v1/session").await.expect(StatusCode::OK);
        let operator = me["operator"]["id"].as_str().expect("an id").parse().expect("an id");
        let given = bailiwick_access::grants::Given { role: Role::Owner.into(), excluded: vec![branch] };
        self.server.access.change_grant(&Server::platform(), self.dealer, operator, given).await.expect("changes");
        self.server.app.shared().access_changed();
    }

    pub async fn suspend(&self, account: AccountId) {
        sqlx::query("update accounts set suspended_at = now() where tenant_id = $1")
            .bind(account)
            .execute(&mut self.server.database.superuser().await)
            .await
            .expect("suspends");
        // what the endpoint says when it is done
        self.server.app.shared().access_changed();
    }

    async fn set(&self, statement: &'static str) {
        let mut superuser = self.server.database.superuser().await;
        sqlx::query(statement).bind(self.account).execute(&mut superuser).await.expect("sets");
    }

    /// The account is not suspended, nor to be deleted.
    pub async fn resume(&self) {
        self.set("delete from deletions where tenant_id = $1").await;
        self.set("update accounts set suspended_at = null where tenant_id = $1").await;
    }

    /// As [`Self::resume`]; gives its name.
    pub async fn undeleted(&self) -> String {
        self.resume().await;
        let account = self.owner.get(&self.below("")).await.expect(StatusCode::OK);
        account["name"].as_str().expect("a name").to_owned()
    }

    /// The account is to be deleted, and its people are let in all the same, so that each can try to keep it.
    pub async fn deleted(&self) {
        let name = self.undeleted().await;
        let hour = jiff::SignedDuration::from_hours(1);
        self.server.access.delete_account(&Server::platform(), self.account, &name, hour).await.expect("deletes");
        self.set("update accounts set suspended_at = null where tenant_id = $1").await;
    }

    /// A dealer beside the account, to which it can be moved.
    pub async fn new_parent(&self) -> AccountId {
        self.resume().await;
        self.set("delete from moves where tenant_id = $1").await;
        let kind = bailiwick_access::accounts::Kind::Dealer;
        let new = bailiwick_access::accounts::NewAccount { name: self.word("Parent"), kind, owner: None };
        let made = self.server.access.create_account(&Server::platform(), self.dealer, new).await;
        made.expect("an account").account.id
    }

    /// A number that was not given before.
    pub fn many(&self) -> u32 {
        100_000 + self.next()
    }

    /// No export is being made.
    pub async fn no_export(&self) {
        self.set("update exports set state = 'failed' where tenant_id = $1 and state = 'queued'").await;
    }

    /// An export that can be fetched.
    pub async fn export(&self) -> String {
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into exports (tenant_id, lineage, id, state, requested_by, requested_at, expires_at)
             select tenant_id, lineage, $2, 'ready', 'system:test', now(), now() + interval '1 day'
             from accounts where tenant_id = $1",
        )
        .bind(self.account)
        .bind(id)
        .execute(&mut self.server.database.superuser().await)
        .await
        .expect("inserts");
        let folder = self.server.app.config().data_dir.join("exports").join(self.account.to_string());
        std::fs::create_dir_all(&folder).expect("makes");
        std::fs::write(folder.join(format!("{id}.tar.gz")), "not read here").expect("writes");
        id.to_string()
    }

    /// A driver's component, built once a process.
    pub fn component(&self) -> &'static [u8] {
        static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
        COMPONENT.get_or_init(|| {
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("../../target"), Into::into);
            bailiwick_package::build(&here.join("../runtime/tests/hostile"), &target).expect("the driver builds")
        })
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().try_into().expect("fits")
}

fn report(digest: &str, serial: &str) -> Report {
    let identity = Identity { kind: "serial".to_owned(), value: serial.to_owned() };
    let fact =
        |attribute: &str, value: &str| Fact { attribute: attribute.to_owned(), value: Scalar::Token(value.to_owned()) };
    Report {
        sequence: 1,
        driver: "test-driver".to_owned(),
        digest: digest.to_owned(),
        address: "10.1.0.7".parse().expect("an address"),
        observed_at: now(),
        clock_offset_ms: Some(0),
        effects: vec![
            Effect::Identify(vec![identity]),
            Effect::Facts(vec![fact("model", "LaserJet"), fact("serial", serial)]),
            Effect::Readings(vec![Point { meter: "pages".to_owned(), row: None, value: 7.0, at: now() }]),
            Effect::Conditions(vec![Condition { key: "jam".to_owned(), row: None }]),
        ],
    }
}
