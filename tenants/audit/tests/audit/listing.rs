//! Reading the audit.

use bailiwick_audit::{Entry, Filter, Object, list, record};
use bailiwick_store::{AccountId, Actor, Cursor, OperatorId, PageRequest, TokenId, testing};
use serde_json::json;

use crate::journal::{ACTOR, second_account, write};

#[tokio::test]
async fn pages_join_without_gap_or_overlap() {
    let store = testing::store().await;
    let mut written = Vec::new();
    // several in one transaction have the same time
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    for n in 0..5 {
        written.push(record(&mut scope, Entry::new("device.renamed", Object::new("device", n))).await.unwrap());
    }
    scope.commit().await.unwrap();
    for n in 5..8 {
        written.push(write(&store, AccountId::ROOT, &n.to_string()).await);
    }
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    let mut read = Vec::new();
    let mut after: Option<Cursor> = None;
    for expected in [3, 3, 2] {
        let page = list(&mut scope, &Filter::default(), &PageRequest::new(3, after)).await.unwrap();
        assert_eq!(page.items.len(), expected);
        read.extend(page.items.iter().map(|record| record.id));
        after = page.next.map(|next| next.to_string().parse().unwrap());
    }
    assert_eq!(after, None);
    written.reverse();
    assert_eq!(read, written, "newest first");
    for text in ["", "x", "1-2", "zz-0190"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let operator = OperatorId::new();
    let token = Actor::Token { token: TokenId::new(), operator: Some(operator) };
    let entries = [
        (Actor::Operator(operator), AccountId::ROOT, "device.renamed", "device", "1"),
        (token.clone(), AccountId::ROOT, "device.retired", "device", "2"),
        (ACTOR, AccountId::ROOT, "account.created", "account", "1"),
        (ACTOR, other, "account.created", "account", "9"),
    ];
    for (actor, account, action, kind, id) in entries {
        let mut scope = store.scope(&actor, account).await.unwrap();
        record(&mut scope, Entry::new(action, Object::new(kind, id)).reason("asked").on_behalf_of("someone"))
            .await
            .unwrap();
        scope.commit().await.unwrap();
    }
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    let filter = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let now = jiff::Timestamp::now();
    let hour = jiff::SignedDuration::from_hours(1);
    let cases = [
        (Filter::default(), vec!["account.created", "device.retired", "device.renamed"]),
        (
            Filter { actor: Some(Actor::Operator(operator)), ..Filter::default() },
            vec!["device.retired", "device.renamed"],
        ),
        (Filter { actor: Some(token), ..Filter::default() }, vec!["device.retired"]),
        (filter(|filter| filter.action = Some("device.".into())), vec!["device.retired", "device.renamed"]),
        (filter(|filter| filter.action = Some("device".into())), vec![]),
        (filter(|filter| filter.action = Some("device.retired".into())), vec!["device.retired"]),
        (filter(|filter| filter.object_id = Some("1".into())), vec!["account.created", "device.renamed"]),
        (
            filter(|filter| {
                filter.object_kind = Some("device".into());
                filter.object_id = Some("1".into());
            }),
            vec!["device.renamed"],
        ),
        (Filter { from: Some(now + hour), ..Filter::default() }, vec![]),
        (Filter { to: Some(now - hour), ..Filter::default() }, vec![]),
        (
            Filter { from: Some(now - hour), to: Some(now + hour), ..Filter::default() },
            vec!["account.created", "device.retired", "device.renamed"],
        ),
    ];
    for (filter, expected) in cases {
        let page = list(&mut scope, &filter, &PageRequest::new(10, None)).await.unwrap();
        let actions: Vec<_> = page.items.iter().map(|record| record.action.as_str()).collect();
        assert_eq!(actions, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn an_entry_reads_back_as_it_was_written() {
    let store = testing::store().await;
    let id = write(&store, AccountId::ROOT, "7").await;
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    let page = list(&mut scope, &Filter::default(), &PageRequest::new(1, None)).await.unwrap();
    let [record] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!(record.id, id);
    assert_eq!(record.actor, "system:test");
    assert_eq!((record.object_kind.as_str(), record.object_id.as_str()), ("device", "7"));
    assert_eq!(record.object_name.as_deref(), Some("name of 7"));
    assert_eq!(record.source.as_deref(), Some("192.0.2.7"));
    assert_eq!((&record.before, &record.after), (&Some(json!({ "name": "old" })), &Some(json!({ "name": "7" }))));
    assert!(!record.erased && !record.sealed);
}
