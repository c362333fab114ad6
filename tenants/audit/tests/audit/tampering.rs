//! Someone who is superuser and does not hold the key: each kind of tampering is found and named.

use bailiwick_audit::{Broken, EntryId, Head, Report, SealFault, SealKey, Sealer, verify};
use bailiwick_store::AccountId;
use bailiwick_store::testing::{self, TestDatabase};
use sqlx::PgConnection;

use crate::journal::write;
use crate::sealing::seal_all;

struct Sealed {
    database: TestDatabase,
    sealer: Sealer,
    entries: Vec<EntryId>,
    head: Head,
}

impl Sealed {
    /// Six entries in two seals of three.
    async fn new() -> Self {
        let database = testing::database().await;
        let sealer = Sealer::new(SealKey::generate().unwrap());
        let mut entries = Vec::new();
        let mut head = None;
        for n in 0..6 {
            entries.push(write(&database.store, AccountId::ROOT, &n.to_string()).await);
            if n % 3 == 2 {
                head = seal_all(&sealer, &database.store).await.last().map(|seal| seal.head);
            }
        }
        let head = head.unwrap();
        let sealed = Self { database, sealer, entries, head };
        let report = sealed.verify().await;
        assert!(report.is_whole() && report.entries == 6, "{report:?}");
        sealed
    }

    async fn verify(&self) -> Report {
        verify(&self.database.store, &[self.sealer.public_key()], Some(self.head)).await.unwrap()
    }

    async fn tamperer(&self) -> PgConnection {
        let mut superuser = self.database.superuser().await;
        // no trigger, no foreign key holds a superuser back
        sqlx::raw_sql("set session_replication_role = replica").execute(&mut superuser).await.unwrap();
        superuser
    }

    /// Runs one statement on one entry and says what verify then finds.
    async fn after(sql: &'static str, at: usize) -> (Self, Broken) {
        let sealed = Self::new().await;
        let done = sqlx::query(sql).bind(sealed.entries[at]).execute(&mut sealed.tamperer().await).await.unwrap();
        assert!(done.rows_affected() >= 1, "{sql}");
        let broken = sealed.verify().await.broken.unwrap_or_else(|| panic!("not found: {sql}"));
        (sealed, broken)
    }
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    for change in [
        r#"update audit_entries set detail = jsonb_set(detail, '{after,name}', '"x"') where id = $1"#,
        "update audit_entries set actor = 'system:other' where id = $1",
        "update audit_entries set action = 'device.retired' where id = $1",
        "update audit_entries set object_id = '99' where id = $1",
        "update audit_entries set object_kind = 'site' where id = $1",
        "update audit_entries set at = at + interval '1 microsecond' where id = $1",
        "update audit_entries set salt = decode(repeat('00', 16), 'hex') where id = $1",
        // an erasure that is none: the hash left behind is another's
        "update audit_entries set detail = null, salt = null, detail_hash = sha256('x') where id = $1",
    ] {
        let (sealed, broken) = Sealed::after(change, 4).await;
        match broken {
            Broken::Changed { seal: 2, entry, account, .. } => {
                assert_eq!((entry, account), (sealed.entries[4], AccountId::ROOT), "{change}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_removed_entry_is_missed() {
    for at in 0..3 {
        let (sealed, broken) = Sealed::after("delete from audit_entries where id = $1", at).await;
        let after = at.checked_sub(1).map(|before| sealed.entries[before]);
        assert_eq!(broken, Broken::Missing { seal: 1, position: at, after });
    }
}

#[tokio::test]
async fn an_entry_slipped_in_is_named() {
    let (sealed, broken) = Sealed::after(
        "insert into audit_entries (tenant_id, at, id, transaction, position, actor, action, object_kind, object_id, detail, salt)
         select tenant_id, at, gen_random_uuid(), transaction, position, 'system:x', action, object_kind, object_id, detail, salt
         from audit_entries where id = $1",
        5,
    )
    .await;
    match broken {
        Broken::Added { seal: 2, entry, .. } => assert!(!sealed.entries.contains(&entry)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_changed_order_is_found() {
    let sealed = Sealed::new().await;
    sqlx::query(
        "update audit_entries e set transaction = o.transaction, position = o.position
         from audit_entries o where e.id = any($1) and o.id = any($1) and o.id <> e.id",
    )
    .bind(vec![sealed.entries[0].get(), sealed.entries[1].get()])
    .execute(&mut sealed.tamperer().await)
    .await
    .unwrap();
    assert!(matches!(sealed.verify().await.broken, Some(Broken::Changed { seal: 1, .. })));
}

#[tokio::test]
async fn an_entry_moved_to_another_account_is_found() {
    let sealed = Sealed::new().await;
    let other = crate::journal::second_account(&sealed.database).await;
    sqlx::query("update audit_entries set tenant_id = $1 where id = $2")
        .bind(other)
        .bind(sealed.entries[0])
        .execute(&mut sealed.tamperer().await)
        .await
        .unwrap();
    match sealed.verify().await.broken {
        Some(Broken::Changed { seal: 1, entry, account, .. }) => {
            assert_eq!((entry, account), (sealed.entries[0], other))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_changed_seal_is_found() {
    let cases = [
        ("update audit_seals set root = sha256(root) where number = 2", 2, SealFault::Root),
        (
            "update audit_seals set leaves = set_byte(leaves, 5, (get_byte(leaves, 5) + 1) % 256) where number = 1",
            1,
            SealFault::Root,
        ),
        ("update audit_seals set sealed_at = sealed_at - interval '1 day' where number = 2", 2, SealFault::Hash),
        ("update audit_seals set hash = sha256(hash) where number = 2", 2, SealFault::Hash),
        (
            "update audit_seals set signature = set_byte(signature, 3, (get_byte(signature, 3) + 1) % 256) where number = 2",
            2,
            SealFault::Signature,
        ),
        ("update audit_seals set previous = sha256(previous) where number = 2", 2, SealFault::Chain),
        ("update audit_seals set last = (last::text::numeric + 5)::text::xid8 where number = 1", 1, SealFault::Hash),
        ("delete from audit_seals where number = 1", 2, SealFault::Number),
    ];
    for (change, seal, what) in cases {
        let sealed = Sealed::new().await;
        let done = sqlx::raw_sql(change).execute(&mut sealed.tamperer().await).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{change}");
        assert_eq!(sealed.verify().await.broken, Some(Broken::Seal { seal, what }), "{change}");
    }
}

/// Without a noted head, a chain cut short at its end looks whole: that is what the head is for.
#[tokio::test]
async fn a_chain_cut_short_is_found_by_the_head_noted() {
    let sealed = Sealed::new().await;
    let mut tamperer = sealed.tamperer().await;
    sqlx::query("delete from audit_entries where id = any($1)")
        .bind(sealed.entries[3..].iter().map(|id| id.get()).collect::<Vec<_>>())
        .execute(&mut tamperer)
        .await
        .unwrap();
    sqlx::raw_sql("delete from audit_seals where number = 2").execute(&mut tamperer).await.unwrap();
    assert_eq!(sealed.verify().await.broken, Some(Broken::Head { noted: 2 }));
    let without = verify(&sealed.database.store, &[sealed.sealer.public_key()], None).await.unwrap();
    assert!(without.is_whole());
}

/// Whoever rewrites entries and seals them anew needs the key.
#[tokio::test]
async fn a_chain_made_anew_with_another_key_is_refused() {
    let sealed = Sealed::new().await;
    let mut tamperer = sealed.tamperer().await;
    sqlx::raw_sql("delete from audit_seals; update audit_entries set actor = 'system:other'")
        .execute(&mut tamperer)
        .await
        .unwrap();
    drop(tamperer);
    let forger = Sealer::new(SealKey::generate().unwrap());
    seal_all(&forger, &sealed.database.store).await;
    let fault = Broken::Seal { seal: 1, what: SealFault::Signature };
    assert_eq!(sealed.verify().await.broken, Some(fault));
}

/// A key may be replaced; what the old one signed holds as long as it is among the keys given.
#[tokio::test]
async fn a_second_key_goes_on_where_the_first_stopped() {
    let sealed = Sealed::new().await;
    let second = Sealer::new(SealKey::generate().unwrap());
    write(&sealed.database.store, AccountId::ROOT, "7").await;
    seal_all(&second, &sealed.database.store).await;
    let keys = [sealed.sealer.public_key(), second.public_key()];
    assert!(verify(&sealed.database.store, &keys, Some(sealed.head)).await.unwrap().is_whole());
    assert!(!verify(&sealed.database.store, &keys[1..], None).await.unwrap().is_whole());
}
