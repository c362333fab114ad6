//! Sites.

use bailiwick_devices::{
    seal::SealingKey,
    sites::{self, NewSite, SiteChange, SiteError},
};

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
    sites::delete(&mut scope, made.id).await.unwrap();
    assert!(matches!(sites::get(&mut scope, made.id).await, Err(SiteError::NotFound)));
    assert!(matches!(sites::delete(&mut scope, ground.who.site).await, Err(SiteError::InUse)));
}
