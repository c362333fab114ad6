//! Sites.

use bailiwick_contract::report::Batch;
use bailiwick_devices::{
    SiteId,
    collectors::Authenticated,
    devices::{self, DeviceChange},
    ingest,
    seal::SealingKey,
    sites::{self, NewSite, SiteChange, SiteError},
};
use uuid::Uuid;

use crate::ground::*;

#[tokio::test]
async fn what_is_wrong_is_named() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.customer).await;
    type Change = fn(&mut NewSite);
    let changes: [(&str, Change); 7] = [
        ("name", |s| s.name = "  ".into()),
        ("ranges[1]", |s| s.ranges = vec!["10.0.0.1".into(), "ten".into()]),
        ("ranges[0]", |s| s.ranges = vec!["224.0.0.0/24".into()]),
        ("poll_seconds", |s| s.poll_seconds = 1),
        ("sweep_seconds", |s| s.sweep_seconds = 0),
        ("communities[0]", |s| s.communities = vec![String::new()]),
        ("address", |s| s.address = Some("x".repeat(501))),
    ];
    for (expected, change) in changes {
        let mut new = site("Site");
        change(&mut new);
        match sites::create(&mut scope, &ground.key, new, ground.store.now()).await {
            Err(SiteError::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_site_changes_and_keeps_what_is_not_named() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.customer).await;
    let made = sites::create(&mut scope, &ground.key, site("First"), ground.store.now()).await.unwrap();
    let change = SiteChange { name: Some("Second".into()), ..SiteChange::default() };
    let changed = sites::update(&mut scope, &ground.key, made.id, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.ranges.len(), changed.communities_set), ("Second", 1, true));
    assert_eq!(sites::communities(&mut scope, &ground.key, &changed).await.unwrap(), ["secret"]);
    let other_key = SealingKey::random().unwrap();
    assert!(matches!(sites::communities(&mut scope, &other_key, &changed).await, Err(SiteError::Seal(_))));
    let change = SiteChange { communities: Some(Vec::new()), ..SiteChange::default() };
    let changed = sites::update(&mut scope, &ground.key, made.id, change).await.unwrap();
    assert!(!changed.communities_set);
    assert_eq!(sites::communities(&mut scope, &ground.key, &changed).await.unwrap(), ["public"]);
    sites::delete(&mut scope, made.id, ground.store.now()).await.unwrap();
    assert!(matches!(sites::get(&mut scope, made.id).await, Err(SiteError::NotFound)));
    assert!(matches!(sites::delete(&mut scope, ground.who.site, ground.store.now()).await, Err(SiteError::InUse)));
}

#[tokio::test]
async fn a_device_is_where_it_is_reported_from_unless_an_operator_said_where() {
    let ground = Ground::new().await;
    let second = collector(&ground.store, &ground.key, ground.customer).await;
    let sent_by = |who: Authenticated| {
        let ground = &ground;
        async move {
            ground.minutes(1);
            let batch =
                Batch { spool: Uuid::new_v4(), ..ground.batch(vec![ground.report(1, vec![identify(&[SERIAL])])]) };
            ingest::apply(&ground.store, &ground.catalogue, &who, batch.clone().into()).await.unwrap();
            ground.device().await.site.map(|site| site.id)
        }
    };
    let place = |site: Option<SiteId>| {
        let ground = &ground;
        async move {
            let id = ground.device().await.id;
            let mut scope = ground.scope(ground.customer).await;
            let change = DeviceChange { site: Some(site), ..DeviceChange::default() };
            devices::update(&mut scope, id, change, ground.store.now()).await.unwrap();
            scope.commit().await.unwrap();
        }
    };
    assert_eq!(sent_by(ground.who).await, Some(ground.who.site));
    assert_eq!(sent_by(second).await, Some(second.site), "it was carried there");
    place(Some(ground.who.site)).await;
    assert_eq!(sent_by(second).await, Some(ground.who.site), "an operator said so");
    place(None).await;
    assert_eq!(sent_by(second).await, Some(second.site), "an operator no longer does");
}
