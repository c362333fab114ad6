//! A small world: two dealers with a customer each, and an operator of every role.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick_access::accounts::{Kind, NewAccount};
use bailiwick_access::operators::NewOperator;
use bailiwick_access::sessions::{SignInOutcome, SignedIn};
use bailiwick_access::{Access, Password, Principal, Role};
use bailiwick_store::seal::SealingKey;
use bailiwick_store::testing::{self, TestClock, TestDatabase};
use bailiwick_store::{AccountId, OperatorId, PageRequest};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};

pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub database: TestDatabase,
    pub access: Access,
    pub clock: Arc<TestClock>,
    pub platform: Principal,
    pub key: SealingKey,
    /// Dealer A with its customer, dealer B with its own.
    pub a: AccountId,
    pub a1: AccountId,
    pub b: AccountId,
    pub b1: AccountId,
}

impl World {
    pub async fn new() -> Self {
        let database = testing::database().await;
        let access = Access::new(database.store.clone()).await.unwrap();
        let platform = Principal::system("command-line");
        let mut ids = Vec::new();
        for dealer in ["A", "B"] {
            let id = make(&access, &platform, AccountId::ROOT, dealer, Kind::Dealer).await;
            ids.push(id);
            ids.push(make(&access, &platform, id, &format!("{dealer}1"), Kind::Customer).await);
        }
        let clock = Arc::clone(&database.clock);
        let key = SealingKey::random().unwrap();
        Self { database, access, clock, platform, key, a: ids[0], a1: ids[1], b: ids[2], b1: ids[3] }
    }

    pub async fn add(&self, account: AccountId, email: &str, role: Role) -> OperatorId {
        let new = NewOperator {
            email: email.parse().unwrap(),
            name: email.split('@').next().unwrap().to_owned(),
            given: role.into(),
            password: Some(Password::new(PASSWORD.into()).unwrap()),
        };
        self.access.add_operator(&self.platform, account, new).await.unwrap().operator
    }

    pub async fn sign_in(&self, email: &str) -> SignedIn {
        match self.access.sign_in(email, &PASSWORD.into(), Some("192.0.2.1".into()), None).await.unwrap() {
            SignInOutcome::SignedIn(signed_in) => signed_in,
            other => panic!("{email}: {other:?}"),
        }
    }

    /// Someone with this role on this account, signed in.
    pub async fn someone(&self, account: AccountId, email: &str, role: Role) -> Principal {
        self.add(account, email, role).await;
        self.sign_in(email).await.principal
    }

    /// How long a refused sign-in takes for each of two addresses: the fastest of several, in turns, so that other work on
    /// the machine does not count.
    pub async fn times_to_refuse(&self, one: &str, other: &str) -> (Duration, Duration) {
        let mut fastest = [Duration::MAX; 2];
        for _ in 0..9 {
            for (email, fastest) in [one, other].into_iter().zip(&mut fastest) {
                let started = Instant::now();
                let outcome = self.access.sign_in(email, &"wrong password!".into(), None, None).await.unwrap();
                assert!(matches!(outcome, SignInOutcome::Refused));
                *fastest = started.elapsed().min(*fastest);
            }
        }
        (fastest[0], fastest[1])
    }

    /// The next code of an authenticator app: each is good once, so half a minute passes.
    pub fn code(&self, app: &Totp) -> SecretString {
        self.clock.advance(SignedDuration::from_secs(30));
        self.code_again(app)
    }

    /// The code of this very moment.
    pub fn code_again(&self, app: &Totp) -> SecretString {
        let now = u64::try_from(self.access.store().now().as_second()).unwrap();
        app.generate(now).to_string().into()
    }

    /// Sets up an authenticator app; gives it with the recovery codes.
    pub async fn enrol(&self, who: &Principal) -> (Totp, Vec<SecretString>) {
        let begun = self.access.begin_totp(who, &self.key, &PASSWORD.into()).await.unwrap();
        let app = app(&begun.secret);
        let codes = self.access.confirm_totp(who, &self.key, &self.code(&app)).await.unwrap();
        (app, codes)
    }

    /// The first step of a sign-in that takes a code.
    pub async fn challenge(&self, email: &str) -> SecretString {
        match self.access.sign_in(email, &PASSWORD.into(), None, None).await.unwrap() {
            SignInOutcome::SecondFactor(challenge) => challenge.secret,
            other => panic!("{email}: {other:?}"),
        }
    }

    /// The second step; none where it was refused.
    pub async fn answer(&self, challenge: &SecretString, code: &SecretString) -> Option<SignedIn> {
        match self.access.sign_in_with_code(&self.key, challenge, code, None, None).await.unwrap() {
            SignInOutcome::SignedIn(signed_in) => Some(signed_in),
            SignInOutcome::Refused => None,
            other => panic!("{other:?}"),
        }
    }

    /// The audited actions of an account, oldest first.
    pub async fn audited(&self, account: AccountId) -> Vec<String> {
        let mut scope = self.access.store().scope(self.platform.actor(), account).await.unwrap();
        let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(100, None)).await.unwrap();
        page.items.into_iter().rev().map(|record| record.action).collect()
    }
}

pub async fn make(access: &Access, who: &Principal, parent: AccountId, name: &str, kind: Kind) -> AccountId {
    access.create_account(who, parent, NewAccount { name: name.into(), kind, owner: None }).await.unwrap().account.id
}

/// The authenticator app that was given this secret.
pub fn app(secret: &SecretString) -> Totp {
    let secret = Secret::try_from_base32(secret.expose_secret()).unwrap();
    Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap()
}
