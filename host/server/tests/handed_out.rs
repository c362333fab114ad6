//! Everything that is handed out, in one table: how it is made, how it is used, and what becomes of it when its maker may
//! do less, leaves, is suspended, loses the account to another dealer, or changes its password.
//!
//! The tables that keep the hash of something handed out are asked of the database's catalogue: a new one needs a kind
//! here, or a reason why nothing is handed out.

use std::{collections::BTreeSet, sync::Arc};

use bailiwick_access::{
    Permission, Principal, Role,
    accounts::{Kind as AccountKind, NewAccount},
    elevations::NewElevation,
    factors::Evidence,
    grants::Given,
    invitations::NewInvitation,
    passkeys::{Party, Proof},
    sessions::{SignInOutcome, SignedIn, csrf_token},
    sso::{Confirmed, NewConnection, Passwords},
    tokens::NewToken,
    view_as::NewView,
};
use bailiwick_devices::{
    SiteId, collectors,
    exports::{self, ExportId, Exporting},
    jobs::Workers,
    sites::{self, NewSite, SiteChange},
};
use bailiwick_store::{AccountId, OperatorId};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{
    Api, PASSWORD, Reply, Server,
    authenticator::{Credential, Said},
    client,
};

const ORIGIN: &str = "https://portal.example";

/// What is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ApiToken,
    EnrollmentToken,
    /// A collector's key, by which its site's secrets are read: here one that was set after the event.
    CollectorKey,
    Invitation,
    Session,
    ResetLink,
    /// What a sign-in shows between its two steps.
    SignInChallenge,
    /// What a browser keeps while it is at a provider, to be connected with it.
    SsoState,
    PasskeyChallenge,
    ViewAs,
    Elevation,
    Export,
}

/// What happens to the maker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    Removed,
    /// Its role permits looking only.
    Less,
    Suspended,
    /// The account that the thing is about goes to another dealer.
    Moved,
    /// By another session of the maker.
    PasswordChanged,
}

use Event::{Less, Moved, Nothing, PasswordChanged, Removed, Suspended};

const EVENTS: [Event; 6] = [Nothing, Removed, Less, Suspended, Moved, PasswordChanged];

/// The column that keeps the hash of a kind, where one does.
const KINDS: [(Kind, Option<&str>); 12] = [
    (Kind::ApiToken, Some("api_tokens.token_hash")),
    (Kind::EnrollmentToken, Some("collector_tokens.token_hash")),
    (Kind::CollectorKey, Some("collectors.key_hash")),
    (Kind::Invitation, Some("invitations.token_hash")),
    (Kind::Session, Some("sessions.token_hash")),
    (Kind::ResetLink, Some("password_resets.token_hash")),
    (Kind::SignInChallenge, Some("sign_in_challenges.token_hash")),
    (Kind::SsoState, Some("sign_in_attempts.token_hash")),
    // the browser keeps it, sealed
    (Kind::PasskeyChallenge, None),
    // of the session
    (Kind::ViewAs, None),
    // of the operator
    (Kind::Elevation, None),
    // fetched by who is signed in
    (Kind::Export, None),
];

/// Hashes of what nobody is handed.
const NOT_HANDED_OUT: [(&str, &str); 5] = [
    ("answered_challenges.challenge_hash", "that a challenge was answered; it opens nothing"),
    ("audit_entries.detail_hash", "of an entry"),
    ("brandings.logo_hash", "of a picture that everybody sees"),
    ("idempotency_keys.request_hash", "of a call"),
    ("recovery_codes.code_hash", "a second factor of the operator's own, good only beside its password"),
];

/// What becomes of a thing.
fn expected(kind: Kind, event: Event) -> &'static str {
    const SERVES: &str = "serves";
    match (kind, event) {
        (_, Nothing) => SERVES,
        // an operator's own credentials are its own wherever it has access, and are listed for review
        (Kind::ApiToken | Kind::EnrollmentToken | Kind::CollectorKey | Kind::Invitation, PasswordChanged) => SERVES,
        (Kind::ResetLink, PasswordChanged) => "410 link_invalid",
        (Kind::SignInChallenge, PasswordChanged) => "401 invalid_credentials",
        (Kind::SsoState, PasswordChanged) => "over",
        (Kind::Elevation, PasswordChanged) => "403 denied",
        (_, PasswordChanged) => "401 session_expired",

        (Kind::ApiToken, Removed | Less | Moved) => "401 token_revoked",
        (Kind::EnrollmentToken, Removed | Less | Moved) => "401 invalid_enrollment_token",
        (Kind::CollectorKey, Removed | Less | Moved) => "withheld",
        (Kind::Invitation, Removed | Less | Suspended | Moved) => "410 link_invalid",

        // it sets the password of an identity; what that reaches follows from its grants
        (Kind::ResetLink, _) => SERVES,
        (Kind::SignInChallenge, Removed) => "401 invalid_credentials",
        (Kind::SsoState, Removed | Suspended) => "over",
        (Kind::SignInChallenge | Kind::SsoState | Kind::PasskeyChallenge, Less | Moved) => SERVES,

        // the platform's operator has a role on the root: a dealer's suspension or a move does not touch it
        (Kind::Elevation, Removed) => "401 session_expired",
        (Kind::Elevation, Less) => "403 denied",
        (Kind::Elevation, Suspended | Moved) => SERVES,

        (Kind::Session | Kind::Export | Kind::ViewAs | Kind::PasskeyChallenge, Removed) => "401 session_expired",
        (Kind::Session | Kind::Export, Less) => "403 denied",
        (Kind::Session | Kind::Export, Moved) => "404 not_found",
        (Kind::ViewAs, Less | Moved) => "over",
        (_, Suspended) => "403 suspended",
    }
}

/// The maker, and the account that the thing is about.
struct Case<'a> {
    server: &'a Server,
    number: usize,
    dealer: AccountId,
    customer: AccountId,
    site: SiteId,
    /// Where the maker holds its role: on the dealer, or on the root.
    at: AccountId,
    operator: OperatorId,
    email: String,
    /// By this it made the thing.
    signed_in: SignedIn,
    /// Another session of the maker.
    other: Principal,
    app: Option<Totp>,
}

/// What was made.
enum Thing {
    Secret(SecretString),
    /// What is asked for by the session that the maker made it with.
    Own,
    Passkey(Value),
    Export(ExportId),
}

fn platform() -> Principal {
    Server::platform()
}

async fn sign_in(server: &Server, email: &str) -> SignedIn {
    match server.access.sign_in(email, &PASSWORD.into(), None, None).await.expect("answers") {
        SignInOutcome::SignedIn(done) => done,
        other => panic!("{other:?}"),
    }
}

async fn account(server: &Server, parent: AccountId, name: &str, kind: AccountKind) -> AccountId {
    let new = NewAccount { name: name.to_owned(), kind, owner: None };
    server.access.create_account(&platform(), parent, new).await.expect("an account").account.id
}

impl<'a> Case<'a> {
    async fn new(server: &'a Server, kind: Kind, number: usize) -> Self {
        let dealer = account(server, AccountId::ROOT, &format!("Dealer {number}"), AccountKind::Dealer).await;
        let customer = account(server, dealer, &format!("Customer {number}"), AccountKind::Customer).await;
        let mut scope = server.access.authorize(&platform(), customer, Permission::ManageSites).await.expect("may");
        let new = NewSite {
            name: "Site".to_owned(),
            address: None,
            ranges: vec!["10.1.0.0/24".to_owned()],
            poll_seconds: 300,
            sweep_seconds: 3_600,
            communities: vec!["first".to_owned()],
        };
        let key = server.app.sealing_key();
        let site = sites::create(&mut scope, key, new, server.app.store().now()).await.expect("a site").id;
        scope.commit().await.expect("commits");
        let (at, role) = match kind {
            Kind::Elevation => (AccountId::ROOT, Role::Admin),
            _ => (dealer, Role::Owner),
        };
        let email = format!("maker@d{number}.example");
        server.operator(at, &email, role).await;
        let (signed_in, other) = (sign_in(server, &email).await, sign_in(server, &email).await.principal);
        let operator = signed_in.principal.operator().expect("a person");
        Self { server, number, dealer, customer, site, at, operator, email, signed_in, other, app: None }
    }

    fn maker(&self) -> &Principal {
        &self.signed_in.principal
    }

    /// Sets up an authenticator app, which ends the maker's other session.
    async fn enrol(&mut self) {
        let key = self.server.app.sealing_key();
        let begun = self.server.access.begin_totp(self.maker(), key, &PASSWORD.into()).await.expect("begins");
        let secret = Secret::try_from_base32(begun.secret.expose_secret()).expect("base32");
        self.app = Some(Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("an app"));
        let code = self.code();
        self.server.access.confirm_totp(self.maker(), key, &code).await.expect("confirms");
        self.other = self.maker().clone();
    }

    fn code(&self) -> SecretString {
        self.server.database.clock.advance(SignedDuration::from_secs(30));
        let now = u64::try_from(self.server.app.store().now().as_second()).expect("after 1970");
        self.app.as_ref().expect("an app").generate(now).to_string().into()
    }

    async fn enrollment_token(&self) -> SecretString {
        let needs = Permission::ManageCollectors;
        let mut scope = self.server.access.authorize(self.maker(), self.customer, needs).await.expect("may");
        let now = self.server.app.store().now();
        let made = collectors::create_token(&mut scope, self.site, "Keller", now).await.expect("a token");
        scope.commit().await.expect("commits");
        made.token
    }

    async fn enroll(&self, token: &SecretString) -> Reply {
        let body = json!({ "token": token.expose_secret(), "version": "1.0.0" });
        Reply::of(client().post(format!("{}/collector/v1/enroll", self.server.base)).json(&body)).await
    }

    async fn make(&mut self, kind: Kind) -> Thing {
        let (access, key) = (&self.server.access, self.server.app.sealing_key());
        match kind {
            Kind::ApiToken => {
                let new = NewToken { name: "Made".to_owned(), permits: Role::Technician.into(), expires_at: None };
                Thing::Secret(access.create_token(self.maker(), self.customer, new).await.expect("a token").secret)
            }
            Kind::EnrollmentToken => Thing::Secret(self.enrollment_token().await),
            Kind::CollectorKey => {
                let enrolled = self.enroll(&self.enrollment_token().await).await.expect(StatusCode::OK);
                Thing::Secret(enrolled["key"].as_str().expect("a key").into())
            }
            Kind::Invitation => {
                let new = NewInvitation {
                    email: format!("new@d{}.example", self.number).parse().expect("an address"),
                    name: None,
                    given: Given::from(Role::Technician),
                    locale: "en".to_owned(),
                };
                let (scope, id) = access.invite(self.maker(), self.customer, new).await.expect("invites");
                scope.commit().await.expect("commits");
                Thing::Secret(access.link_invitation(self.customer, id).await.expect("links").expect("waits").secret)
            }
            Kind::ResetLink => {
                let email = self.email.parse().expect("an address");
                Thing::Secret(access.link_password_reset(&email).await.expect("links").expect("a link").secret)
            }
            Kind::SignInChallenge => {
                self.enrol().await;
                match self.server.access.sign_in(&self.email, &PASSWORD.into(), None, None).await.expect("answers") {
                    SignInOutcome::SecondFactor(challenge) => Thing::Secret(challenge.secret),
                    other => panic!("{other:?}"),
                }
            }
            Kind::SsoState => {
                self.provider().await;
                let begun = access.link_sso(self.maker(), key, "https://portal.example/callback", "/").await;
                Thing::Secret(begun.expect("begins").expect("a provider").secret)
            }
            Kind::PasskeyChallenge => {
                let (party, proof) = (Party::of_url(ORIGIN).expect("a host"), Proof::Password(PASSWORD.into()));
                let asked = access.begin_passkey(self.maker(), key, &party, &proof).await.expect("begins");
                let (_, sent) = Credential::make(&asked.options, &Said::at(ORIGIN));
                let answer = json!({ "challenge": asked.sealed.expose_secret(), "credential": sent });
                Thing::Passkey(json!({ "name": "Key", "passkey": answer }))
            }
            Kind::ViewAs => {
                let email = format!("desk@d{}.example", self.number);
                self.server.operator(self.customer, &email, Role::Helpdesk).await;
                let desk = sign_in(self.server, &email).await.principal.operator().expect("a person");
                let new = NewView { operator: desk, reason: "ticket".to_owned(), minutes: 30 };
                access.view_as(self.maker(), self.customer, new).await.expect("views");
                Thing::Own
            }
            Kind::Elevation => {
                self.enrol().await;
                let evidence = Evidence::Code(self.code());
                let new = NewElevation { reason: "ticket".to_owned(), minutes: 60, evidence };
                let (access, key) = (&self.server.access, self.server.app.sealing_key());
                access.elevate(self.maker(), key, self.customer, new).await.expect("sees");
                Thing::Own
            }
            Kind::Export => {
                let needs = Permission::DeleteAccounts;
                let mut scope = access.authorize(self.maker(), self.customer, needs).await.expect("may");
                let now = self.server.app.store().now();
                let id = exports::request(&mut scope, now).await.expect("asks");
                scope.commit().await.expect("commits");
                let folder = self.server.app.config().data_dir.join("exports");
                let store = self.server.app.store().clone();
                let workers = Workers::new(store, vec![Arc::new(Exporting::new(folder))]);
                while workers.run_one().await.expect("runs") {}
                Thing::Export(id)
            }
            Kind::Session => Thing::Own,
        }
    }

    async fn provider(&self) {
        let (access, key) = (&self.server.access, self.server.app.sealing_key());
        let domain: bailiwick_access::branding::HostName = format!("d{}.example", self.number).parse().expect("a name");
        let new = NewConnection {
            issuer: "https://login.example".to_owned(),
            client_id: "bailiwick".to_owned(),
            secret: None,
            scopes: Vec::new(),
            claim: "groups".to_owned(),
            mapping: Vec::new(),
            default_role: None,
            passwords: Passwords::Allowed,
            domains: vec![domain.clone()],
        };
        access.set_sso(&platform(), key, self.dealer, new).await.expect("sets up");
        access.confirm_domain(&platform(), self.dealer, &domain, Confirmed::Yes).await.expect("confirms");
    }

    async fn happens(&self, event: Event) {
        let access = &self.server.access;
        match event {
            Nothing => {}
            Removed => drop(access.remove_operator(&platform(), self.at, self.operator).await.expect("removes")),
            Less => {
                let role = if self.at == AccountId::ROOT { Role::Billing } else { Role::Viewer };
                access.change_grant(&platform(), self.at, self.operator, role).await.expect("changes");
            }
            Suspended => access.suspend_account(&platform(), self.dealer, None).await.expect("suspends"),
            Moved => {
                let to = account(self.server, AccountId::ROOT, "Elsewhere", AccountKind::Dealer).await;
                let begun = access.begin_move(&platform(), self.customer, to).await.expect("begins");
                let top = begun.scope.account();
                let id = begun.commit().await.expect("commits");
                let mover = bailiwick_store::Actor::system("account-move");
                let mut scope = self.server.app.store().scope(&mover, top).await.expect("opens");
                access.run_move(&mut scope, self.customer, id).await.expect("moves");
                scope.commit().await.expect("commits");
            }
            PasswordChanged => {
                let new = bailiwick_access::Password::new("another horse battery".into()).expect("long enough");
                access.change_password(&self.other, &PASSWORD.into(), &new).await.expect("changes");
            }
        }
    }

    /// A call of the session that made the thing.
    async fn own(&self, method: Method, path: &str, body: Value) -> Reply {
        let secret = &self.signed_in.secret;
        let request = client().request(method, format!("{}/api/v1{path}", self.server.base));
        let cookie = format!("__Host-bailiwick={0}; bailiwick={0}", secret.expose_secret());
        Reply::of(request.header("cookie", cookie).header("x-csrf-token", csrf_token(secret)).json(&body)).await
    }

    async fn open(&self, path: &str, body: Value) -> Reply {
        Reply::of(client().post(format!("{}/api/v1{path}", self.server.base)).json(&body)).await
    }

    async fn used(&self, kind: Kind, thing: &Thing) -> String {
        let customer = format!("/accounts/{}", self.customer);
        let none = Value::Null;
        match (kind, thing) {
            (Kind::ApiToken, Thing::Secret(token)) => {
                let api = Api::new(&self.server.base, token.expose_secret());
                told(&api.post(&format!("/api/v1{customer}/sites"), json!({ "name": "New" })).await)
            }
            (Kind::EnrollmentToken, Thing::Secret(token)) => told(&self.enroll(token).await),
            (Kind::CollectorKey, Thing::Secret(key)) => {
                self.rotate().await;
                let reply = Api::new(&self.server.base, key.expose_secret()).get("/collector/v1/assignment").await;
                match reply.json()["communities"].as_array().map(Vec::len) {
                    Some(0) => "withheld".to_owned(),
                    Some(_) => {
                        assert_eq!(reply.json()["communities"], json!(["rotated"]));
                        told(&reply)
                    }
                    None => told(&reply),
                }
            }
            (Kind::Invitation, Thing::Secret(link)) => {
                let body = json!({ "token": link.expose_secret(), "name": "New", "password": PASSWORD });
                told(&self.open("/invitations/accept", body).await)
            }
            (Kind::ResetLink, Thing::Secret(link)) => {
                let body = json!({ "token": link.expose_secret(), "password": "some other horse battery" });
                told(&self.open("/password-reset/confirm", body).await)
            }
            (Kind::SignInChallenge, Thing::Secret(challenge)) => {
                let code = self.code();
                let body = json!({ "challenge": challenge.expose_secret(), "code": code.expose_secret() });
                told(&self.open("/session/second-factor", body).await)
            }
            (Kind::SsoState, Thing::Secret(state)) => {
                let returned = self.server.access.return_sso(self.server.app.sealing_key(), state).await;
                let returned = returned.expect("answers");
                if returned.is_some() { "serves" } else { "over" }.to_owned()
            }
            (Kind::PasskeyChallenge, Thing::Passkey(answer)) => {
                told(&self.own(Method::POST, "/session/passkeys/confirm", answer.clone()).await)
            }
            (Kind::ViewAs, _) => {
                let reply = self.own(Method::GET, "/session", none).await;
                match reply.status {
                    StatusCode::OK if reply.json()["viewing"].is_null() => "over".to_owned(),
                    _ => told(&reply),
                }
            }
            (Kind::Elevation, _) => told(&self.own(Method::GET, &format!("{customer}/devices"), none).await),
            (Kind::Export, Thing::Export(id)) => {
                told(&self.own(Method::GET, &format!("{customer}/exports/{id}"), none).await)
            }
            (Kind::Session, _) => {
                told(&self.own(Method::POST, &format!("{customer}/sites"), json!({ "name": "New" })).await)
            }
            _ => panic!("{kind:?} is not used so"),
        }
    }

    /// Sets other communities, as somebody of the platform's own.
    async fn rotate(&self) {
        let mut scope =
            self.server.access.authorize(&platform(), self.customer, Permission::ManageSites).await.expect("may");
        let change = SiteChange { communities: Some(vec!["rotated".to_owned()]), ..SiteChange::default() };
        sites::update(&mut scope, self.server.app.sealing_key(), self.site, change).await.expect("rotates");
        scope.commit().await.expect("commits");
    }
}

fn told(reply: &Reply) -> String {
    if reply.status.is_success() {
        return "serves".to_owned();
    }
    format!("{} {}", reply.status.as_u16(), reply.json()["code"].as_str().unwrap_or("without a code"))
}

#[tokio::test]
async fn what_was_handed_out_ends_with_the_right_of_who_handed_it_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_owned();
    let server = Server::with(move |config| {
        ORIGIN.clone_into(&mut config.public_url);
        config.data_dir = data_dir;
    })
    .await;
    let mut wrong = Vec::new();
    for (at, (kind, _)) in KINDS.into_iter().enumerate() {
        for (number, event) in EVENTS.into_iter().enumerate() {
            let mut case = Case::new(&server, kind, at * EVENTS.len() + number).await;
            let thing = case.make(kind).await;
            case.happens(event).await;
            let (found, wanted) = (case.used(kind, &thing).await, expected(kind, event));
            if found != wanted {
                wrong.push(format!("{kind:?}, {event:?}: {found} instead of {wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn whatever_keeps_the_hash_of_something_handed_out_has_its_row_in_the_table() {
    let database = bailiwick_store::testing::database().await;
    let found: BTreeSet<String> = sqlx::query_scalar(
        "select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped and a.atttypid = 'bytea'::regtype and a.attname like '%\\_hash'",
    )
    .fetch_all(&mut database.superuser().await)
    .await
    .expect("the catalogue")
    .into_iter()
    .collect();
    let kinds = KINDS.into_iter().filter_map(|(_, column)| column);
    let listed: BTreeSet<String> =
        kinds.chain(NOT_HANDED_OUT.into_iter().map(|(column, _)| column)).map(str::to_owned).collect();
    assert_eq!(found, listed, "say what becomes of it, or why it is nothing that is handed out");
}
