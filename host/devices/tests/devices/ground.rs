//! A dealer with two customers, a site with a collector each, and a driver that the host does not know.

use std::sync::Arc;

use bailiwick_contract::{
    exchange::Effect,
    manifest::Manifest,
    policy::Grant,
    report::{Batch, Report},
    value::{Cell, Condition, Fact, Identity, Point, Row, Scalar, Table},
};
use bailiwick_devices::{
    collectors::{self, Authenticated},
    collectors::{CollectorError, Enrolled},
    devices::{self, Device, DeviceFilter, HeadlineValue, Sort},
    drivers::{self, Catalogue},
    ingest::{self, Applied},
    page::PageRequest,
    seal::SealingKey,
    sites::{self, NewSite},
};
use bailiwick_store::{
    AccountId, AccountKey, Actor, Lineage, Scope, Store,
    testing::{self, TestClock, TestDatabase},
};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub const COMPONENT: &[u8] = b"a component, as far as the database is concerned";

pub fn manifest() -> Manifest {
    Manifest::parse(include_str!("sensor.toml")).unwrap()
}

pub fn digest() -> String {
    hex::encode(Sha256::digest(COMPONENT))
}

pub struct Ground {
    pub database: TestDatabase,
    pub store: Store,
    pub clock: Arc<TestClock>,
    pub catalogue: Catalogue,
    pub key: SealingKey,
    pub dealer: AccountId,
    pub customer: AccountId,
    pub other: AccountId,
    pub who: Authenticated,
    pub spool: Uuid,
}

pub fn actor() -> Actor {
    Actor::system("test")
}

pub async fn account(store: &Store, parent: AccountId, kind: &str, name: &str) -> AccountId {
    let mut scope = store.scope(&actor(), parent).await.unwrap();
    let key = AccountKey::random().unwrap();
    let lineage: Lineage = scope.lineage().child(&key).unwrap();
    let id = AccountId::new();
    sqlx::query(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(lineage)
    .bind(key)
    .bind(parent)
    .bind(kind)
    .bind(name)
    .execute(scope.sql())
    .await
    .unwrap();
    scope.commit().await.unwrap();
    id
}

pub fn site(name: &str) -> NewSite {
    NewSite {
        name: name.into(),
        address: None,
        ranges: vec!["10.0.0.0/16".into()],
        poll_seconds: 300,
        sweep_seconds: 3_600,
        communities: vec!["secret".into()],
    }
}

/// A site with a collector that enrolled, and the driver granted.
pub async fn collector(store: &Store, key: &SealingKey, account: AccountId) -> Authenticated {
    let now = store.now();
    let mut scope = store.scope(&actor(), account).await.unwrap();
    let site = sites::create(&mut scope, key, site("Office"), now).await.unwrap();
    drivers::grant(&mut scope, "test-sensor", &Grant::all_of(&manifest()), now).await.unwrap();
    let token = collectors::create_token(&mut scope, site.id, "Collector", now).await.unwrap();
    scope.commit().await.unwrap();
    enroll(store, token.token.expose_secret(), "1.0.0").await.unwrap().identity
}

/// Uses a token whose maker may do as it likes.
pub async fn enroll(store: &Store, token: &str, version: &str) -> Result<Enrolled, CollectorError> {
    collectors::enroll(store, collectors::presented(store, token).await?, version).await
}

impl Ground {
    pub async fn new() -> Self {
        Self::on(testing::database().await).await
    }

    pub async fn on(database: TestDatabase) -> Self {
        let store = database.store.clone();
        let mut scope = store.scope(&actor(), AccountId::ROOT).await.unwrap();
        drivers::install(&mut scope, &manifest(), &digest(), COMPONENT, store.now()).await.unwrap();
        scope.commit().await.unwrap();
        let catalogue = Catalogue::open(&store).await.unwrap();
        let key = SealingKey::random().unwrap();
        let dealer = account(&store, AccountId::ROOT, "dealer", "Dealer").await;
        let customer = account(&store, dealer, "customer", "Customer").await;
        let other = account(&store, dealer, "customer", "Other").await;
        let who = collector(&store, &key, customer).await;
        let clock = Arc::clone(&database.clock);
        Self { database, store, clock, catalogue, key, dealer, customer, other, who, spool: Uuid::new_v4() }
    }

    pub async fn scope(&self, account: AccountId) -> Scope {
        self.store.scope(&actor(), account).await.unwrap()
    }

    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.store.now().as_millisecond()).unwrap()
    }

    pub fn minutes(&self, minutes: i64) {
        self.clock.advance(jiff::SignedDuration::from_mins(minutes));
    }

    pub fn report(&self, sequence: u64, effects: Vec<Effect>) -> Report {
        Report {
            sequence,
            driver: "test-sensor".into(),
            digest: digest(),
            address: "10.0.0.9".parse().unwrap(),
            observed_at: self.now_ms(),
            clock_offset_ms: Some(0),
            effects,
        }
    }

    pub fn batch(&self, reports: Vec<Report>) -> Batch {
        Batch { spool: self.spool, clock: self.now_ms(), reports }
    }

    pub async fn send(&self, reports: Vec<Report>) -> Applied {
        ingest::apply(&self.store, &self.catalogue, &self.who, self.batch(reports).into()).await.unwrap()
    }

    /// The only code of the only report that was set aside.
    pub async fn refused(&self, report: Report) -> String {
        let applied = self.send(vec![report]).await;
        assert_eq!(applied.acknowledgement.rejected.len(), 1, "{applied:?}");
        applied.acknowledgement.rejected[0].code.clone()
    }

    pub async fn devices(&self, account: AccountId) -> Vec<Device> {
        let mut scope = self.scope(account).await;
        let filter = DeviceFilter::default();
        devices::list(&mut scope, &filter, Sort::default(), &PageRequest::default(), self.store.now())
            .await
            .unwrap()
            .items
    }

    pub async fn device(&self) -> Device {
        let mut all = self.devices(self.customer).await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.pop().unwrap()
    }
}

pub fn identify(identities: &[(&str, &str)]) -> Effect {
    Effect::Identify(
        identities.iter().map(|(kind, value)| Identity { kind: (*kind).into(), value: (*value).into() }).collect(),
    )
}

pub fn facts(facts: &[(&str, &str)]) -> Effect {
    let fact = |(attribute, value): &(&str, &str)| Fact {
        attribute: (*attribute).into(),
        value: if ["note", "name", "model"].contains(attribute) {
            Scalar::Text((*value).into())
        } else {
            Scalar::Token((*value).into())
        },
    };
    Effect::Facts(facts.iter().map(fact).collect())
}

pub fn supplies(complete: bool, rows: &[(&str, &str, i64)]) -> Effect {
    let row = |(key, color, percent): &(&str, &str, i64)| Row {
        key: (*key).into(),
        cells: vec![
            Cell { column: "color".into(), value: Scalar::Token((*color).into()) },
            Cell { column: "percent".into(), value: Scalar::Integer(*percent) },
        ],
    };
    Effect::Table(Table { attribute: "supplies".into(), complete, rows: rows.iter().map(row).collect() })
}

/// What a headline of the role `count` shows.
pub fn count(device: &Device, headline: &str) -> Option<i64> {
    match device.headlines.values.get(headline) {
        Some(HeadlineValue::Count(count)) => Some(*count),
        _ => None,
    }
}

pub fn pages(at: u64, value: f64) -> Effect {
    Effect::Readings(vec![Point { meter: "pages".into(), row: None, value, at }])
}

pub fn conditions(keys: &[(&str, Option<&str>)]) -> Effect {
    Effect::Conditions(
        keys.iter().map(|(key, row)| Condition { key: (*key).into(), row: row.map(str::to_owned) }).collect(),
    )
}

pub const SERIAL: (&str, &str) = ("serial", "SN-1");
pub const MAC: (&str, &str) = ("mac", "0011223344aa");
