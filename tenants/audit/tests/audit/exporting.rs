//! What an auditor takes along, and what it is worth against who tampers with it.

use bailiwick_audit::{Checked, ExportFault, Filter, SealKey, Sealer, check_export, erase, export, parse_public};
use bailiwick_store::{AccountId, PageRequest, Store, testing};
use serde_json::Value;

use crate::journal::{ACTOR, second_account, write};
use crate::sealing::seal_all;

/// All parts of an account's export, of so many entries each.
async fn exported(store: &Store, account: AccountId, filter: &Filter, limit: u32) -> String {
    let (mut text, mut after) = (String::new(), None);
    loop {
        let mut scope = store.scope(&ACTOR, account).await.unwrap();
        let part = export(store, &mut scope, filter, &PageRequest::new(limit, after)).await.unwrap();
        text.push_str(&part.lines);
        after = part.next;
        if after.is_none() {
            return text;
        }
    }
}

fn sealer() -> Sealer {
    Sealer::new(SealKey::generate().unwrap())
}

/// Two accounts' entries in several seals, and some that wait.
async fn ground(store: &Store, other: AccountId, sealer: &Sealer) {
    for n in 0..11 {
        write(store, AccountId::ROOT, &n.to_string()).await;
        write(store, other, &n.to_string()).await;
    }
    seal_all(sealer, store).await;
}

#[tokio::test]
async fn every_entry_is_proven_without_the_database() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let sealer = sealer().with_batch(7);
    ground(store, other, &sealer).await;
    write(store, other, "late").await;
    let text = exported(store, other, &Filter::default(), 3).await;
    let checked = check_export(&text, &[sealer.public_key()]).unwrap();
    assert_eq!((checked.proven, checked.erased, checked.unsealed), (11, 0, 1));
    assert!(checked.seals >= 3, "{checked:?}");
    // nothing of the other account but hashes
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let accounts: Vec<_> = entries.filter_map(|line| line["entry"]["account"].as_str().map(str::to_owned)).collect();
    assert!(accounts.len() == 12 && accounts.iter().all(|account| *account == other.to_string()));
    assert!(!text.contains(&AccountId::ROOT.to_string()));
    let key = hex::encode(sealer.public_key().as_bytes());
    assert_eq!(parse_public(&key), Some(sealer.public_key()));
}

#[tokio::test]
async fn what_was_erased_is_still_proven_and_filters_hold() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let sealer = sealer();
    let first = write(store, other, "1").await;
    ground(store, other, &sealer).await;
    erase(store, &ACTOR, other, first, "on request").await.unwrap();
    let text = exported(store, other, &Filter::default(), 100).await;
    let checked = check_export(&text, &[sealer.public_key()]).unwrap();
    assert_eq!((checked.proven, checked.erased), (12, 1));
    let filter = Filter { object_id: Some("7".to_owned()), ..Filter::default() };
    let text = exported(store, other, &filter, 100).await;
    assert_eq!(
        check_export(&text, &[sealer.public_key()]),
        Ok(Checked { proven: 1, erased: 0, unsealed: 0, seals: 1 })
    );
}

#[tokio::test]
async fn whatever_is_changed_in_an_export_is_found() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let sealer = sealer();
    ground(store, other, &sealer).await;
    let text = exported(store, other, &Filter::default(), 100).await;
    let keys = [sealer.public_key()];
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |lines: &[Value]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    assert!(check_export(&told(&lines), &keys).is_ok());
    let changed = |line: usize, path: &str, value: Value| {
        let mut lines = lines.clone();
        *lines[line].pointer_mut(path).unwrap() = value;
        check_export(&told(&lines), &keys)
    };
    let entry = 1;
    assert!(lines[entry]["entry"].is_object() && lines[0]["seal"].is_object());
    for (path, value) in [
        ("/entry/actor", "system:other".into()),
        ("/entry/action", "device.retired".into()),
        ("/entry/detail", "{}".into()),
        ("/entry/at", 5.into()),
        ("/entry/account", AccountId::ROOT.to_string().into()),
        ("/entry/position", 5.into()),
        ("/proof/place", 3.into()),
        ("/proof/path/0", "00".repeat(32).into()),
        ("/proof", Value::Null),
    ] {
        assert_eq!(changed(entry, path, value), Err(ExportFault::Entry(entry + 1)), "{path}");
    }
    for (path, value) in [
        ("/seal/root", "00".repeat(32).into()),
        ("/seal/entries", 1.into()),
        ("/seal/last", "99999999".into()),
        ("/seal/sealed_at", 0.into()),
        ("/seal/signature", "00".repeat(64).into()),
    ] {
        assert_eq!(changed(0, path, value), Err(ExportFault::Seal(1)), "{path}");
    }
    assert_eq!(check_export(&text, &[SealKey::generate().unwrap().public()]), Err(ExportFault::Seal(1)));
    assert_eq!(check_export("{}\n", &keys), Err(ExportFault::Line(1)));
}

/// Who changes an entry in the database itself gets an export that says so.
#[tokio::test]
async fn an_entry_that_was_tampered_with_has_no_proof() {
    let database = testing::database().await;
    let store = &database.store;
    let other = second_account(&database).await;
    let sealer = sealer();
    ground(store, other, &sealer).await;
    sqlx::raw_sql(
        "alter table audit_entries disable trigger only_erase;
         update audit_entries set actor = 'system:other' where object_id = '4'",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    let text = exported(store, other, &Filter::default(), 100).await;
    assert!(matches!(check_export(&text, &[sealer.public_key()]), Err(ExportFault::Entry(_))));
}
