//! A small world: two dealers with a customer each, and an operator of every role.

use std::sync::Arc;

use bailiwick_access::accounts::{Kind, NewAccount};
use bailiwick_access::operators::NewOperator;
use bailiwick_access::sessions::{SignInOutcome, SignedIn};
use bailiwick_access::{Access, Password, Principal, Role};
use bailiwick_store::testing::{self, TestClock, TestDatabase};
use bailiwick_store::{AccountId, OperatorId};

pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub database: TestDatabase,
    pub access: Access,
    pub clock: Arc<TestClock>,
    pub platform: Principal,
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
        Self { database, access, clock, platform, a: ids[0], a1: ids[1], b: ids[2], b1: ids[3] }
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
            SignInOutcome::Refused => panic!("{email} was refused"),
        }
    }

    /// Someone with this role on this account, signed in.
    pub async fn someone(&self, account: AccountId, email: &str, role: Role) -> Principal {
        self.add(account, email, role).await;
        self.sign_in(email).await.principal
    }

    /// The audited actions of an account, oldest first.
    pub async fn audited(&self, account: AccountId) -> Vec<String> {
        let mut scope = self.access.store().scope(self.platform.actor(), account).await.unwrap();
        let page = bailiwick_audit::list(&mut scope, &Default::default(), None, 100).await.unwrap();
        page.items.into_iter().rev().map(|record| record.action).collect()
    }
}

pub async fn make(access: &Access, who: &Principal, parent: AccountId, name: &str, kind: Kind) -> AccountId {
    access.create_account(who, parent, NewAccount { name: name.into(), kind, owner: None }).await.unwrap().account.id
}
