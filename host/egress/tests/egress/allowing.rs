//! The allow-lists of accounts: inherited downwards, and nowhere else.

use bailiwick_egress::{Behalf, Destination, EgressError, HostError, Purpose, hosts};
use bailiwick_store::{AccountId, Actor, PageRequest, Store, testing};

use crate::site::{Scripted, Site};

async fn child(store: &Store, parent: AccountId, key: &str, kind: &str) -> AccountId {
    let mut scope = store.scope(&Actor::system("test"), parent).await.unwrap();
    let id = AccountId::new();
    let lineage = format!("{}{key}/", scope.lineage().as_str());
    sqlx::query(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, $2, $3, $4, $5, $3)",
    )
    .bind(id)
    .bind(lineage)
    .bind(key)
    .bind(parent)
    .bind(kind)
    .execute(scope.sql())
    .await
    .unwrap();
    scope.commit().await.unwrap();
    id
}

async fn add(store: &Store, account: AccountId, purpose: Purpose, host: &str, port: u16) -> Result<(), HostError> {
    let mut scope = store.scope(&Actor::system("test"), account).await.unwrap();
    hosts::add(&mut scope, &Destination::new(purpose, host, port).unwrap(), store.now()).await?;
    scope.commit().await.unwrap();
    Ok(())
}

#[tokio::test]
async fn what_an_account_names_holds_for_itself_and_below() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let store = testing::store().await;
    let dealer = child(&store, AccountId::ROOT, "aaaa", "dealer").await;
    let customer = child(&store, dealer, "bbbb", "customer").await;
    let sibling = child(&store, dealer, "cccc", "customer").await;
    let stranger = child(&store, AccountId::ROOT, "dddd", "dealer").await;
    let resolver = Scripted::default()
        .says("dealer.test", &[&["127.0.0.1"]])
        .says("customer.test", &[&["127.0.0.1"]])
        .says("platform.test", &[&["127.0.0.1"]]);
    let (egress, ..) = site.egress(store.clone(), resolver, &["platform.test"]);
    add(&store, dealer, Purpose::Webhook, "dealer.test", site.port).await.unwrap();
    add(&store, customer, Purpose::Webhook, "customer.test", site.port).await.unwrap();
    let reached = async |behalf, host| match egress.connect(behalf, Purpose::Webhook, host, site.port).await {
        Ok(_) => true,
        Err(EgressError::NotAllowed(_)) => false,
        Err(other) => panic!("{host}: {other}"),
    };
    let of = Behalf::Account;
    for (behalf, host, expected) in [
        (of(dealer), "dealer.test", true),
        (of(customer), "dealer.test", true),
        (of(sibling), "dealer.test", true),
        (of(customer), "customer.test", true),
        (of(dealer), "customer.test", false),
        (of(sibling), "customer.test", false),
        (of(stranger), "dealer.test", false),
        (Behalf::Platform, "dealer.test", false),
        (of(customer), "platform.test", false),
        (Behalf::Platform, "platform.test", true),
    ] {
        assert_eq!(reached(behalf, host).await, expected, "{behalf:?} {host}");
    }
    let other = egress.connect(of(dealer), Purpose::Oidc, "dealer.test", site.port).await;
    assert!(matches!(other, Err(EgressError::NotAllowed(_))), "a host is named for a purpose");

    let mut scope = store.scope(&Actor::system("test"), customer).await.unwrap();
    let named = hosts::list(&mut scope, &PageRequest::default()).await.unwrap().items;
    assert_eq!(named.len(), 1, "its own");
    hosts::remove(&mut scope, named[0].id).await.unwrap();
    scope.commit().await.unwrap();
    assert!(!reached(of(customer), "customer.test").await);
    let mut scope = store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    assert_eq!(hosts::all(&mut scope).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_opens_neither_mail_nor_what_lies_inside() {
    let store = testing::store().await;
    let dealer = child(&store, AccountId::ROOT, "aaaa", "dealer").await;
    let refused = add(&store, dealer, Purpose::Smtp, "mail.example.com", 25).await;
    assert!(matches!(refused, Err(HostError::PlatformOnly)));
    for inside in ["127.0.0.1", "169.254.169.254", "2130706433", "::1", "::ffff:10.0.0.1"] {
        let refused = add(&store, dealer, Purpose::Webhook, inside, 443).await;
        assert!(matches!(refused, Err(HostError::Forbidden)), "{inside}");
    }
    add(&store, dealer, Purpose::Webhook, "hooks.example.com", 443).await.unwrap();
    let again = add(&store, dealer, Purpose::Webhook, "HOOKS.example.com.", 443).await;
    assert!(matches!(again, Err(HostError::Exists)));
}
