//! Whatever credential of an operator changes, everything that another one opened before ends; and failed sign-ins.

use bailiwick_access::{
    AccessError, Password, Permission, Principal, Role,
    accounts::{Kind, NewAccount},
    elevations::NewElevation,
    factors::Evidence,
    passkeys::{Answer, Bound, Party, PasskeyId, Proof},
    sessions::{SignInOutcome, SignedIn, Whence},
    sso::{Confirmed, NewConnection, Outcome, Passwords, Person},
};
use bailiwick_store::{AccountId, OperatorId};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::{
    factors::Browser,
    support::{
        PASSWORD, Server,
        authenticator::{Credential, Said},
    },
};

const ORIGIN: &str = "https://portal.example";
const EMAIL: &str = "ann@staff.example";

/// A change of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Password,
    PasswordByMail,
    FactorSetUp,
    FactorRemoved,
    RecoveryCodesRenewed,
    PasskeyAdded,
    PasskeyRemoved,
    IdentityConnected,
}

const CHANGES: [Change; 8] = [
    Change::Password,
    Change::PasswordByMail,
    Change::FactorSetUp,
    Change::FactorRemoved,
    Change::RecoveryCodesRenewed,
    Change::PasskeyAdded,
    Change::PasskeyRemoved,
    Change::IdentityConnected,
];

/// An operator of the platform, with every kind of proof.
struct Ann {
    server: Server,
    /// By this it changes what it changes.
    at_hand: SignedIn,
    app: Option<Totp>,
    passkey: Option<PasskeyId>,
    customer: AccountId,
}

impl Ann {
    async fn new(factor: bool) -> Self {
        let server = Server::with(|config| ORIGIN.clone_into(&mut config.public_url)).await;
        server.operator(AccountId::ROOT, EMAIL, Role::Admin).await;
        let make = async |parent, name: &str, kind| {
            let new = NewAccount { name: name.to_owned(), kind, owner: None };
            server.access.create_account(&Server::platform(), parent, new).await.expect("an account").account.id
        };
        let dealer = make(AccountId::ROOT, "Dealer", Kind::Dealer).await;
        let customer = make(dealer, "Customer", Kind::Customer).await;
        let at_hand = signed_in(&server).await;
        let mut ann = Self { server, at_hand, app: None, passkey: None, customer };
        ann.provider().await;
        ann.passkey = Some(ann.add_passkey().await);
        if factor {
            ann.enrol().await;
        }
        ann
    }

    fn me(&self) -> &Principal {
        &self.at_hand.principal
    }

    async fn provider(&self) {
        let domain: bailiwick_access::branding::HostName = "staff.example".parse().expect("a name");
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
        let (access, key) = (&self.server.access, self.server.app.sealing_key());
        access.set_sso(&Server::platform(), key, AccountId::ROOT, new).await.expect("sets up");
        access.confirm_domain(&Server::platform(), AccountId::ROOT, &domain, Confirmed::Yes).await.expect("confirms");
    }

    async fn enrol(&mut self) {
        let key = self.server.app.sealing_key();
        let begun = self.server.access.begin_totp(self.me(), key, &PASSWORD.into()).await.expect("begins");
        let secret = Secret::try_from_base32(begun.secret.expose_secret()).expect("base32");
        self.app = Some(Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("an app"));
        self.server.access.confirm_totp(self.me(), key, &self.code()).await.expect("confirms");
    }

    fn code(&self) -> SecretString {
        self.server.database.clock.advance(SignedDuration::from_secs(30));
        let now = u64::try_from(self.server.app.store().now().as_second()).expect("after 1970");
        self.app.as_ref().expect("an app").generate(now).to_string().into()
    }

    async fn add_passkey(&self) -> PasskeyId {
        let (access, key) = (&self.server.access, self.server.app.sealing_key());
        let party = Party::of_url(ORIGIN).expect("a host");
        let proof = match self.app {
            Some(_) => Proof::Factor(Evidence::Code(self.code())),
            None => Proof::Password(PASSWORD.into()),
        };
        let asked = access.begin_passkey(self.me(), key, &party, &proof).await.expect("begins");
        let (_, response) = Credential::make(&asked.options, &Said::at(ORIGIN));
        let bailiwick_access::Via::Session { id, .. } = self.me().via() else { panic!("a session") };
        let answer = Answer { party, bound: Bound::Session(id), sealed: asked.sealed, response };
        access.add_passkey(self.me(), key, &answer, "Key").await.expect("adds").id
    }

    async fn reset_link(&self) -> SecretString {
        let email = EMAIL.parse().expect("an address");
        self.server.access.link_password_reset(&email).await.expect("links").expect("a link").secret
    }

    async fn sso_state(&self, by: &Principal) -> SecretString {
        let key = self.server.app.sealing_key();
        let begun = self.server.access.link_sso(by, key, "https://portal.example/callback", "/").await;
        begun.expect("begins").expect("a provider").secret
    }

    async fn change(&self, change: Change) {
        let (access, key) = (&self.server.access, self.server.app.sealing_key());
        let new = || Password::new("another horse battery".into()).expect("long enough");
        match change {
            Change::Password => access.change_password(self.me(), &PASSWORD.into(), &new()).await.expect("changes"),
            Change::PasswordByMail => {
                let link = self.reset_link().await;
                let (scope, _) = access.reset_password(&link, &new(), None).await.expect("resets");
                scope.commit().await.expect("commits");
            }
            Change::FactorSetUp => {
                let begun = access.begin_totp(self.me(), key, &PASSWORD.into()).await.expect("begins");
                let secret = Secret::try_from_base32(begun.secret.expose_secret()).expect("base32");
                let app = Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("an app");
                let now = u64::try_from(self.server.app.store().now().as_second()).expect("after 1970");
                let code = app.generate(now).to_string().into();
                access.confirm_totp(self.me(), key, &code).await.expect("confirms");
            }
            Change::FactorRemoved => {
                access.remove_totp(self.me(), key, &PASSWORD.into(), self.code()).await.expect("removes");
            }
            Change::RecoveryCodesRenewed => {
                access.renew_recovery_codes(self.me(), key, self.code()).await.expect("renews");
            }
            Change::PasskeyAdded => drop(self.add_passkey().await),
            Change::PasskeyRemoved => {
                access.remove_passkey(self.me(), self.passkey.expect("a passkey")).await.expect("removes");
            }
            Change::IdentityConnected => {
                let state = self.sso_state(self.me()).await;
                let returned = access.return_sso(key, &state).await.expect("answers").expect("goes on");
                let person = Person {
                    subject: "ann".to_owned(),
                    email: Some(EMAIL.to_owned()),
                    email_verified: true,
                    name: None,
                };
                let done = access.finish_sso(&returned, &person, |_| Vec::new(), Whence::default(), None).await;
                assert!(matches!(done.expect("answers"), Outcome::Linked));
            }
        }
    }
}

async fn signed_in(server: &Server) -> SignedIn {
    match server.access.sign_in(EMAIL, &PASSWORD.into(), None, None).await.expect("answers") {
        SignInOutcome::SignedIn(done) => done,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_change_of_a_credential_ends_what_another_opened() {
    for change in CHANGES {
        let with_factor = change != Change::FactorSetUp;
        let ann = Ann::new(with_factor).await;
        let (access, key) = (&ann.server.access, ann.server.app.sealing_key());
        let mut challenge = None;
        let elsewhere = if with_factor {
            let started = async || match access.sign_in(EMAIL, &PASSWORD.into(), None, None).await.expect("answers") {
                SignInOutcome::SecondFactor(challenge) => challenge.secret,
                other => panic!("{other:?}"),
            };
            let first = started().await;
            let done = access.sign_in_with_code(key, &first, ann.code(), None, None).await.expect("answers");
            let SignInOutcome::SignedIn(other) = done else { panic!("{done:?}") };
            let evidence = Evidence::Code(ann.code());
            let new = NewElevation { reason: "ticket".to_owned(), minutes: 60, evidence };
            access.elevate(&other.principal, key, ann.customer, new).await.expect("sees");
            challenge = Some(started().await);
            other
        } else {
            signed_in(&ann.server).await
        };
        let (link, state) = (ann.reset_link().await, ann.sso_state(&elsewhere.principal).await);

        ann.change(change).await;

        let ended = access.authenticate_session(&elsewhere.secret).await;
        assert!(matches!(ended, Err(AccessError::SessionUnknown)), "{change:?}: the other session");
        let at_hand = access.authenticate_session(&ann.at_hand.secret).await;
        assert_eq!(at_hand.is_ok(), change != Change::PasswordByMail, "{change:?}: the session at hand");
        let password = Password::new("an attacker's battery".into()).expect("long enough");
        let reset = access.reset_password(&link, &password, None).await.map(drop);
        assert!(matches!(reset, Err(AccessError::LinkInvalid)), "{change:?}: the mailed link");
        assert!(access.return_sso(key, &state).await.expect("answers").is_none(), "{change:?}: the provider");
        if let Some(challenge) = challenge {
            let code = if change == Change::FactorRemoved { "000000".into() } else { ann.code() };
            let done = access.sign_in_with_code(key, &challenge, code, None, None).await.expect("answers");
            assert!(matches!(done, SignInOutcome::Refused), "{change:?}: the pending sign-in");
        }
        if let Ok(at_hand) = at_hand {
            let sees = access.glance(&at_hand, ann.customer, Permission::ViewDevices).await.map(drop);
            assert!(sees.is_err(), "{change:?}: the elevation");
        }
        // who set the factors up keeps them
        if change == Change::PasswordByMail {
            let new: SecretString = "another horse battery".into();
            let first = access.sign_in(EMAIL, &new, None, None).await.expect("answers");
            assert!(matches!(first, SignInOutcome::SecondFactor(_)), "a mailed link takes no factor away");
        }
    }
}

#[tokio::test]
async fn tokens_and_passkeys_are_shown_for_review_after_a_new_password() {
    let server = Server::with(|config| ORIGIN.clone_into(&mut config.public_url)).await;
    let tree = server.tree().await;
    server.operator(tree.dealer, EMAIL, Role::Owner).await;
    server.operator(tree.dealer, "bo@staff.example", Role::Owner).await;
    let (ann, bo) = (Browser::signed_in(&server, EMAIL).await, Browser::signed_in(&server, "bo@staff.example").await);
    let make = async |browser: &Browser, name: &str| {
        let body = json!({ "name": name, "role": "viewer" });
        let made = browser.post(&format!("/accounts/{}/tokens", tree.customer), body).await;
        made.expect(StatusCode::CREATED)["id"].as_str().expect("an id").to_owned()
    };
    let (own, other) = (make(&ann, "Own").await, make(&bo, "Another's").await);
    let since = async || ann.get("/session").await.expect(StatusCode::OK)["operator"]["review_since"].clone();
    assert_eq!(since().await, Value::Null);
    let body = json!({ "present": PASSWORD, "new": "another horse battery" });
    ann.call(Method::PUT, "/session/password", body).await.expect(StatusCode::NO_CONTENT);
    assert!(since().await.is_string(), "asked to look them over");
    let listed = ann.get("/session/tokens").await.expect(StatusCode::OK);
    let items = listed["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{listed}");
    assert_eq!((&items[0]["name"], &items[0]["account"]["name"]), (&json!("Own"), &json!("Customer")));
    ann.call(Method::DELETE, &format!("/session/tokens/{other}"), Value::Null).await.refused(404, "not_found");
    ann.call(Method::DELETE, &format!("/session/tokens/{own}"), Value::Null).await.expect(StatusCode::NO_CONTENT);
    ann.call(Method::DELETE, &format!("/session/tokens/{own}"), Value::Null).await.refused(404, "not_found");
    assert_eq!(ann.get("/session/tokens").await.expect(StatusCode::OK)["items"], json!([]));
    ann.call(Method::DELETE, "/session/review", Value::Null).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(since().await, Value::Null);
    // what lies where one has no access any more is worth nothing, and its account is not told of
    make(&ann, "Left behind").await;
    let id = ann.get("/session").await.expect(StatusCode::OK)["operator"]["id"].as_str().expect("an id").to_owned();
    let id: OperatorId = id.parse().expect("a UUID");
    server.operator(tree.sibling, EMAIL, Role::Viewer).await;
    server.access.remove_operator(&Server::platform(), tree.dealer, id).await.expect("removes");
    server.app.shared().access_changed(bailiwick::events::Concern::Everyone);
    assert_eq!(ann.get("/session/tokens").await.expect(StatusCode::OK)["items"], json!([]));
}

/// The entries of failed sign-ins in an account's audit, once there are so many.
async fn failures(server: &Server, account: AccountId, wanted: usize) -> Vec<Value> {
    let auditor = server.token(account, Role::Auditor).await;
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let path = format!("/api/v1/accounts/{account}/audit?action=operator.sign_in_failed");
        let found = auditor.get(&path).await.expect(StatusCode::OK)["items"].as_array().expect("items").clone();
        if found.len() >= wanted || tokio::time::Instant::now() > until {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn failed_sign_ins_stand_in_the_operator_s_own_audit_in_few_entries() {
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.customer, EMAIL, Role::Viewer).await;
    let guess = async |email: &str| {
        server.access.sign_in(email, &"wrong password!".into(), Some("192.0.2.7".into()), None).await.expect("answers")
    };
    for _ in 0..25 {
        assert!(matches!(guess(EMAIL).await, SignInOutcome::Refused));
        assert!(matches!(guess("nobody@staff.example").await, SignInOutcome::Refused));
    }
    let told = failures(&server, tree.customer, 2).await;
    let counts: Vec<&Value> = told.iter().map(|entry| &entry["after"]["failures_this_hour"]).collect();
    assert_eq!(counts, [&json!(10), &json!(1)], "{told:?}");
    assert_eq!(told[0]["source"], "192.0.2.7");
    assert_eq!(told[0]["actor"]["kind"], "system", "whoever guesses is not the operator");
    // the next hour begins anew
    server.database.clock.advance(SignedDuration::from_hours(1));
    guess(EMAIL).await;
    assert_eq!(failures(&server, tree.customer, 3).await.len(), 3);
    for elsewhere in [tree.dealer, tree.sibling, AccountId::ROOT] {
        assert!(failures(&server, elsewhere, 0).await.is_empty(), "nothing anywhere else");
    }
}
