//! What is sealed, and when.

use std::time::{Duration, Instant};

use bailiwick_audit::{AuditError, Entry, Filter, Object, Seal, SealKey, Sealer, erase, list, record, verify};
use bailiwick_store::{AccountId, PageRequest, Store, testing};

use crate::journal::{ACTOR, second_account, write};

fn sealer() -> Sealer {
    Sealer::new(SealKey::generate().unwrap())
}

/// Waits until all that is written may be sealed. The horizon is the whole server's, so other tests' transactions may
/// hold it back for a while.
async fn settled(store: &Store) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let mut ops = store.ops().await.unwrap();
        let settled: bool = sqlx::query_scalar(
            "select not exists (select from audit_entries where transaction >= pg_snapshot_xmin(pg_current_snapshot()))",
        )
        .fetch_one(ops.sql())
        .await
        .unwrap();
        if settled {
            break;
        }
        assert!(Instant::now() < until, "something holds back the horizon");
        drop(ops);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Seals until nothing waits, once all is settled: what a seal covers does not depend on other tests.
pub async fn seal_all(sealer: &Sealer, store: &Store) -> Vec<Seal> {
    settled(store).await;
    let mut seals = Vec::new();
    while let Some(seal) = sealer.run_once(store).await.unwrap() {
        seals.push(seal);
    }
    seals
}

#[tokio::test]
async fn everything_settled_is_sealed_once() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let sealer = sealer().with_batch(4);
    assert!(sealer.run_once(store).await.unwrap().is_none(), "there is nothing to seal");
    for n in 0..5 {
        write(store, AccountId::ROOT, &n.to_string()).await;
        write(store, other, &n.to_string()).await;
    }
    let seals = seal_all(&sealer, store).await;
    assert_eq!(seals.iter().map(|seal| seal.entries).sum::<usize>(), 10);
    assert!(seals.len() >= 3 && seals.iter().all(|seal| seal.entries <= 4), "{seals:?}");
    assert!(seals.iter().enumerate().all(|(at, seal)| seal.head.number == at as i64 + 1));
    let report = verify(store, &[sealer.public_key()], seals.last().map(|seal| seal.head)).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.entries, report.seals, report.unsealed), (10, seals.len() as u64, 0));
    let mut scope = store.scope(&ACTOR, other).await.unwrap();
    let page = list(&mut scope, &Filter::default(), &PageRequest::new(10, None)).await.unwrap();
    assert!(page.items.len() == 5 && page.items.iter().all(|record| record.sealed));
}

#[tokio::test]
async fn a_transaction_larger_than_a_batch_is_one_seal() {
    let store = testing::store().await;
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    for n in 0..9 {
        record(&mut scope, Entry::new("device.renamed", Object::new("device", n))).await.unwrap();
    }
    scope.commit().await.unwrap();
    write(&store, AccountId::ROOT, "after").await;
    let sealer = sealer().with_batch(4);
    let seals = seal_all(&sealer, &store).await;
    assert_eq!(seals.iter().map(|seal| seal.entries).collect::<Vec<_>>(), [9, 1]);
}

/// An entry that is committed late, in a transaction that began before others which are long sealed, is not lost.
#[tokio::test]
async fn a_late_commit_is_sealed_too() {
    // two transactions are open at once, whatever the run's pools hold
    let store = testing::database_with(2).await.store;
    let sealer = sealer();
    let mut late = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    record(&mut late, Entry::new("device.renamed", Object::new("device", "late"))).await.unwrap();
    write(&store, AccountId::ROOT, "early").await;
    // the open transaction is older: neither may be sealed before it ends
    assert!(sealer.run_once(&store).await.unwrap().is_none());
    let report = verify(&store, &[sealer.public_key()], None).await.unwrap();
    assert_eq!((report.entries, report.unsealed), (0, 1));
    late.commit().await.unwrap();
    let seals = seal_all(&sealer, &store).await;
    assert_eq!(seals.iter().map(|seal| seal.entries).sum::<usize>(), 2);
    assert!(verify(&store, &[sealer.public_key()], None).await.unwrap().is_whole());
}

#[tokio::test]
async fn sealers_take_turns() {
    let store = testing::store().await;
    for n in 0..6 {
        write(&store, AccountId::ROOT, &n.to_string()).await;
    }
    let one = sealer().with_batch(1);
    let two = one.clone();
    settled(&store).await;
    for _ in 0..200 {
        let (a, b) = tokio::join!(one.run_once(&store), two.run_once(&store));
        let (a, b) = (a.unwrap(), b.unwrap());
        if a.is_none() && b.is_none() && verify(&store, &[one.public_key()], None).await.unwrap().unsealed == 0 {
            break;
        }
    }
    let report = verify(&store, &[one.public_key()], None).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.seals, report.entries), (6, 6));
}

#[tokio::test]
async fn erasing_leaves_the_whole_whole() {
    let database = testing::database().await;
    let store = &database.store;
    let sealer = sealer();
    let sealed = write(store, AccountId::ROOT, "1").await;
    write(store, AccountId::ROOT, "2").await;
    seal_all(&sealer, store).await;
    let unsealed = write(store, AccountId::ROOT, "3").await;
    for entry in [sealed, unsealed] {
        erase(store, &ACTOR, AccountId::ROOT, entry, "the person asked").await.unwrap();
        let again = erase(store, &ACTOR, AccountId::ROOT, entry, "again").await;
        assert!(matches!(again, Err(AuditError::NoEntry)), "{again:?}");
    }
    seal_all(&sealer, store).await;
    let report = verify(store, &[sealer.public_key()], None).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.entries, report.erased), (5, 2));
    // nothing of the person is left, and nothing to guess from
    let (details, salts): (i64, i64) =
        sqlx::query_as("select count(detail), count(salt) from audit_entries where id = any($1)")
            .bind(vec![sealed.get(), unsealed.get()])
            .fetch_one(&mut database.superuser().await)
            .await
            .unwrap();
    assert_eq!((details, salts), (0, 0));
    let mut scope = store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    let notes = list(
        &mut scope,
        &Filter { action: Some("audit.erased".into()), ..Filter::default() },
        &PageRequest::new(10, None),
    )
    .await
    .unwrap();
    assert_eq!(notes.items.len(), 2);
    assert!(notes.items.iter().all(|note| note.reason.as_deref() == Some("the person asked")));
}

#[tokio::test]
async fn another_accounts_entry_cannot_be_erased() {
    let database = testing::database().await;
    let other = second_account(&database).await;
    let entry = write(&database.store, AccountId::ROOT, "1").await;
    let refused = erase(&database.store, &ACTOR, other, entry, "no").await;
    assert!(matches!(refused, Err(AuditError::NoEntry)));
}
