//! The account that is swept, those around it, and things in it: made as they are made in life.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use bailiwick_access::{Permission, Role};
use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Condition, Fact, Identity, Point, Scalar},
};
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::{
    client::Client,
    operations::{self, Operation, Where},
};
use crate::{
    mails::Mailbox,
    sso::{Hostile, reaching},
    support::{
        PASSWORD, Server,
        authenticator::{Credential, Said},
        driver,
    },
};

/// As browsers see it, by the settings that the tests start from.
const PORTAL: &str = "http://localhost:8080";

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
    /// An owner of the dealer above.
    pub above: Client,
    /// An owner of the platform, with an authenticator app.
    pub platform: Client,
    app: Totp,
    mailbox: Option<Mailbox>,
    sign_in_provider: Hostile,
    collector: Client,
    pub digest: String,
    number: AtomicU32,
}

impl World {
    /// Two worlds, of which the first has no mail and the second has: people are added in one and invited in the other.
    pub async fn both(connections: u32) -> [Self; 2] {
        [Self::new(connections).await, Self::of(connections, Some(Mailbox::open().await)).await]
    }

    /// Over a pool of so many connections: where it is one, whatever a call left behind would meet the next.
    pub async fn new(connections: u32) -> Self {
        Self::of(connections, None).await
    }

    async fn of(connections: u32, mailbox: Option<Mailbox>) -> Self {
        let sign_in_provider = Hostile::start().await;
        let server = Server::with_connections(connections, |config| {
            match &mailbox {
                Some(mailbox) => mailbox.configure(config),
                None => reaching(&sign_in_provider.authority)(config),
            }
            config.rates.sign_in = 1_000_000;
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
        server.operator(dealer, "above@example.org", Role::Owner).await;
        let above = Client::sign_in(&server.base, "above@example.org").await;
        server.operator(AccountId::ROOT, "platform@example.org", Role::Owner).await;
        let platform = Client::sign_in(&server.base, "platform@example.org").await;
        let app = begun_totp(&platform).await;
        confirm_totp(&server, &platform, &app).await;
        let collector = Client::anonymous(&server.base);
        let number = AtomicU32::new(0);
        let mut world = Self {
            server,
            dealer,
            account,
            child,
            sibling,
            elsewhere,
            suspended,
            owner,
            above,
            platform,
            app,
            mailbox,
            sign_in_provider,
            collector,
            digest,
            number,
        };
        world.collector = world.enroll().await.0;
        world
    }

    /// The operations that can succeed in this world.
    pub fn operations(&self) -> impl Iterator<Item = Operation> {
        let here = if self.mailbox.is_some() { Where::WithMail } else { Where::Anywhere };
        operations::all().into_iter().filter(move |operation| operation.place == here)
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

    /// A one-time token that waits to be used, by its id.
    pub async fn enrollment(&self) -> String {
        let body = json!({ "site_id": self.site().await, "name": "Keller" });
        self.made("/collectors/enrollments", body).await
    }

    pub async fn collector(&self) -> String {
        self.enroll().await.1
    }

    /// The collector that reports.
    pub fn reporter(&self) -> &Client {
        &self.collector
    }

    /// Where it gets its driver.
    pub fn driver_path(&self) -> String {
        format!("/collector/v1/drivers/{}", self.digest)
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

    pub async fn group(&self) -> String {
        self.made("/groups", json!({ "name": self.word("Group") })).await
    }

    /// A group, and a device that is in it.
    pub async fn grouped_device(&self) -> (String, String) {
        let (group, device) = (self.group().await, self.device().await);
        let path = self.below(&format!("/groups/{group}/devices/{device}"));
        self.owner.send(Method::PUT, &path, json!({})).await.expect(StatusCode::NO_CONTENT);
        (group, device)
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

    async fn set_provider(&self, issuer: &str, domain: &str) {
        let body = json!({ "issuer": issuer, "client_id": "bailiwick", "passwords": "refused", "default_role": "viewer",
            "domains": [domain] });
        self.owner.send(Method::PUT, &self.below("/sign-in"), body).await.expect(StatusCode::OK);
    }

    /// A provider signs the account's people in.
    pub async fn with_provider(&self) {
        let port = self.sign_in_provider.port();
        let allow = json!({ "purpose": "oidc", "host": "localhost", "port": port });
        let allowed = self.owner.post(&self.below("/egress"), allow).await;
        assert!(matches!(allowed.status.as_u16(), 201 | 409), "{}", allowed.text);
        self.set_provider(self.sign_in_provider.issuer(), "example.org").await;
        let domain = self.below("/sign-in/domains/example.org");
        self.platform.send(Method::PUT, &domain, json!({ "confirmed": true })).await.expect(StatusCode::OK);
    }

    /// What somebody new brings back from the provider: a cookie, and the answer.
    pub async fn answered(&self) -> (String, Value) {
        self.with_provider().await;
        let email = format!("new{}@example.org", self.next());
        let nobody = Client::anonymous(&self.server.base);
        let begun = nobody.post("/api/v1/session/sso", json!({ "email": email })).await;
        let cookie =
            begun.headers["set-cookie"].to_str().expect("ASCII").split(';').next().unwrap_or_default().to_owned();
        let url = begun.expect(StatusCode::OK)["url"].as_str().expect("an address").to_owned();
        let state = self.sign_in_provider.answer(&url, &email, self.server.app.store().now());
        (cookie, json!({ "state": state, "code": "c" }))
    }

    /// A domain that the account asked for and nobody confirmed.
    pub async fn asked_domain(&self) -> String {
        let domain = format!("domain{}.example", self.next());
        self.set_provider("https://login.example.org", &domain).await;
        domain
    }

    /// How a provider is set up, that was not before.
    pub fn provider(&self) -> Value {
        json!({
            "issuer": format!("https://login{}.example.org", self.next()), "client_id": "bailiwick",
            "passwords": "refused", "default_role": null, "domains": ["example.org"],
        })
    }

    pub async fn token_id(&self) -> String {
        self.made("/tokens", json!({ "name": self.word("Token"), "role": "viewer" })).await
    }

    /// An operator of the account, by its id.
    pub async fn operator(&self) -> String {
        self.operator_with(Role::Viewer).await
    }

    async fn operator_with(&self, role: Role) -> String {
        let email = self.email();
        self.server.operator(self.account, &email, role).await;
        let person = Client::sign_in(&self.server.base, &email).await;
        let me = person.get("/api/v1/session").await.expect(StatusCode::OK);
        me["operator"]["id"].as_str().expect("an id").to_owned()
    }

    /// Somebody of the account, signed in.
    pub async fn person(&self) -> Client {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Viewer).await;
        Client::sign_in(&self.server.base, &email).await
    }

    /// Somebody of the account, and the id of a token that it made there.
    pub async fn person_with_token(&self) -> (Client, String) {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Owner).await;
        let owner = Client::sign_in(&self.server.base, &email).await;
        let made = owner.post(&self.below("/tokens"), json!({ "name": self.word("Own"), "role": "viewer" })).await;
        let id = made.expect(StatusCode::CREATED)["id"].as_str().expect("an id").to_owned();
        (owner, id)
    }

    /// Somebody of the account who looks at it as somebody else does.
    pub async fn viewing(&self) -> Client {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Owner).await;
        let owner = Client::sign_in(&self.server.base, &email).await;
        let body =
            json!({ "operator_id": self.operator_with(Role::Helpdesk).await, "reason": "ticket 42", "minutes": 30 });
        owner.post(&self.below("/view-as"), body).await.expect(StatusCode::CREATED);
        owner
    }

    /// What an authenticator app shows now.
    pub fn code(&self, app: &Totp) -> String {
        code(&self.server, app, 0)
    }

    /// What it shows next. A phone may be half a minute ahead, so that no time has to pass: views end by the clock.
    pub fn next_code(&self, app: &Totp) -> String {
        code(&self.server, app, 30)
    }

    /// The authenticator app that somebody has begun to set up.
    pub async fn begun_totp(&self, person: &Client) -> Totp {
        begun_totp(person).await
    }

    /// Somebody of the account with an authenticator app.
    pub async fn with_totp(&self) -> (Client, Totp) {
        let person = self.person().await;
        let app = begun_totp(&person).await;
        confirm_totp(&self.server, &person, &app).await;
        (person, app)
    }

    /// The body with which somebody ends a sign-in that the password began.
    pub async fn second_step(&self) -> Value {
        let email = self.email();
        self.server.operator(self.account, &email, Role::Viewer).await;
        let person = Client::sign_in(&self.server.base, &email).await;
        let app = begun_totp(&person).await;
        confirm_totp(&self.server, &person, &app).await;
        let first = Client::first_step(&self.server.base, &email).await.expect(StatusCode::ACCEPTED);
        json!({ "challenge": first["challenge"], "code": self.next_code(&app) })
    }

    /// What the platform's owner asks for sight of the account with, having none.
    pub async fn reason_and_code(&self) -> Value {
        let reply = self.platform.send(Method::DELETE, &self.below("/elevation"), Value::Null).await;
        assert!(matches!(reply.status.as_u16(), 204 | 404), "{}", reply.text);
        self.server.database.clock.advance(SignedDuration::from_secs(30));
        json!({ "reason": "ticket 4711", "minutes": 30, "code": self.code(&self.app) })
    }

    /// The platform's owner has sight of the account.
    pub async fn elevated(&self) {
        let body = self.reason_and_code().await;
        self.platform.post(&self.below("/elevation"), body).await.expect(StatusCode::CREATED);
    }

    /// An invitation that was mailed: its id, and what the link holds.
    pub async fn invitation(&self) -> (String, String) {
        let body = json!({ "email": self.email(), "role": "viewer" });
        let made = self.owner.post(&self.below("/invitations"), body).await.expect(StatusCode::ACCEPTED);
        (made["id"].as_str().expect("an id").to_owned(), self.mailed().await)
    }

    /// What the link of a mail holds that lets somebody choose a password.
    pub async fn reset(&self) -> String {
        let body = json!({ "email": self.sign_in().await["email"] });
        let nobody = Client::anonymous(&self.server.base);
        nobody.post("/api/v1/password-reset", body).await.expect(StatusCode::ACCEPTED);
        self.mailed().await
    }

    /// What the link of the newest mail holds.
    async fn mailed(&self) -> String {
        let mailbox = self.mailbox.as_ref().expect("a world with mail");
        let mails = mailbox.deliver(&self.server).await;
        // one that tells of a changed password may have waited too: what is due at the same time has no order
        let linked = mails.iter().rev().find(|mail| mail.parts()[0].contains("#token="));
        linked.expect("a mail with a link").token()
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

    /// The body with which somebody adds a passkey that it has just made.
    pub async fn new_passkey(&self, person: &Client) -> Value {
        self.made_passkey(person).await.1
    }

    async fn made_passkey(&self, person: &Client) -> (Credential, Value) {
        let begun = person.post("/api/v1/session/passkeys", json!({ "password": PASSWORD })).await;
        let asked = begun.expect(StatusCode::CREATED);
        let (key, sent) = Credential::make(&asked["options"], &Said::at(PORTAL));
        (key, json!({ "name": "Key", "passkey": { "challenge": asked["challenge"], "credential": sent } }))
    }

    /// What somebody with a passkey signs in with: the cookie of the browser that was asked, and the answer.
    pub async fn answered_passkey(&self) -> (String, Value) {
        let person = self.person().await;
        let (mut key, body) = self.made_passkey(&person).await;
        person.post("/api/v1/session/passkeys/confirm", body).await.expect(StatusCode::CREATED);
        let reply = Client::anonymous(&self.server.base).get("/api/v1/session/passkey").await;
        let cookie =
            reply.headers["set-cookie"].to_str().expect("ASCII").split(';').next().unwrap_or_default().to_owned();
        let asked = reply.expect(StatusCode::OK);
        let credential = key.sign(&asked["options"], &Said::at(PORTAL));
        (cookie, json!({ "challenge": asked["challenge"], "credential": credential }))
    }

    /// A passkey of somebody signed in.
    pub async fn passkey_of(&self, person: &Client) -> String {
        let body = self.new_passkey(person).await;
        let added = person.post("/api/v1/session/passkeys/confirm", body).await.expect(StatusCode::CREATED);
        added["id"].as_str().expect("an id").to_owned()
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
        self.server.app.shared().access_changed(bailiwick::events::Concern::Everyone);
    }

    pub async fn suspend(&self, account: AccountId) {
        sqlx::query("update accounts set suspended_at = now() where tenant_id = $1")
            .bind(account)
            .execute(&mut self.server.database.superuser().await)
            .await
            .expect("suspends");
        // what the endpoint says when it is done
        self.server.app.shared().access_changed(bailiwick::events::Concern::Everyone);
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
        // by the dealer: what the platform asked for, the dealer does not cancel
        self.above.post(&self.below("/deletion"), json!({ "name": name })).await.expect(StatusCode::ACCEPTED);
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
            "insert into exports (tenant_id, lineage, id, state, requested_by, requested_at, expires_at, accounts)
             select tenant_id, lineage, $2, 'ready', 'system:test', now(), now() + interval '1 day', array[tenant_id]
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

    /// A driver that nobody grants; its name.
    pub async fn spare_driver(&self) -> String {
        driver::install_as(&self.server, "spare-driver").await;
        "spare-driver".to_owned()
    }

    /// A component that was never installed: each has a version of its own.
    pub fn component(&self) -> Vec<u8> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let version = format!("version = \"0.1.{}\"", NEXT.fetch_add(1, Ordering::Relaxed));
        driver::component(&HOSTILE.replacen("version = \"0.1.0\"", &version, 1))
    }
}

/// The manifest of the driver that is installed.
const HOSTILE: &str = include_str!("../../../runtime/tests/hostile/driver.toml");

pub async fn begun_totp(person: &Client) -> Totp {
    let begun = person.post("/api/v1/session/totp", json!({ "password": PASSWORD })).await.expect(StatusCode::CREATED);
    let secret = Secret::try_from_base32(begun["secret"].as_str().expect("a secret")).expect("base32");
    Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("an app")
}

pub async fn confirm_totp(server: &Server, person: &Client, app: &Totp) {
    let body = json!({ "code": code(server, app, 0) });
    person.post("/api/v1/session/totp/confirm", body).await.expect(StatusCode::OK);
}

pub fn code(server: &Server, app: &Totp, ahead: u64) -> String {
    let now = u64::try_from(server.app.store().now().as_second()).expect("after 1970");
    app.generate(now + ahead).to_string()
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().try_into().expect("fits")
}

fn report(digest: &str, serial: &str) -> Report {
    let identity = Identity { kind: "serial".to_owned(), value: serial.to_owned() };
    let fact = |attribute: &str, value| Fact { attribute: attribute.to_owned(), value };
    Report {
        sequence: 1,
        driver: "test-driver".to_owned(),
        digest: digest.to_owned(),
        address: "10.1.0.7".parse().expect("an address"),
        observed_at: now(),
        clock_offset_ms: Some(0),
        effects: vec![
            Effect::Identify(vec![identity]),
            Effect::Facts(vec![
                fact("model", Scalar::Text("LaserJet".to_owned())),
                fact("serial", Scalar::Token(serial.to_owned())),
            ]),
            Effect::Readings(vec![Point { meter: "pages".to_owned(), row: None, value: 7.0, at: now() }]),
            Effect::Conditions(vec![Condition { key: "jam".to_owned(), row: None }]),
        ],
    }
}
