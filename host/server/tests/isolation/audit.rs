//! Whatever changes something says so in the audit, in the same transaction.
//!
//! Each changing operation is made to succeed, and its entry is looked for in the account concerned. Then it is made
//! again while the database refuses to commit any transaction that wrote an audit entry: had the entry a transaction
//! of its own, the change would stay; had the change one, the whole database would not be as it was.

use std::collections::BTreeSet;

use bailiwick_store::AccountId;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    client::Client,
    operations::{self, Call, Needs, Operation},
    world::World,
};

/// Changing operations that write no entry, each with the reason.
const SILENT: [(&str, &str); 7] = [
    ("accounts_resume", "is made on an account that is not suspended; tests/suspension.rs looks for its entry"),
    ("invitations_offer", "reads what an invitation offers; the secret is in the body to be in no log"),
    ("session_begin_sso", "sends a browser to a provider; what it brings back is audited"),
    ("session_link_sso", "sends a browser to a provider; what it brings back is audited"),
    ("session_offer_sso", "reads whether a domain has a provider"),
    ("sign_in_test", "reads what a provider says of itself"),
    ("password_reset_request", "is anybody's to ask, of any address; what comes of it is audited"),
];

async fn entries(connection: &mut PgConnection) -> BTreeSet<(Uuid, Uuid)> {
    let found: Vec<(Uuid, Uuid)> =
        sqlx::query_as("select id, tenant_id from audit_entries").fetch_all(connection).await.expect("reads");
    found.into_iter().collect()
}

/// A digest of every row of every table, but for what a call leaves whatever comes of it: when its caller was last seen,
/// and which code or attempt to sign in is spent.
async fn everything(connection: &mut PgConnection) -> Vec<(String, String)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
           and relname <> 'sign_in_attempts' order by 1",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("reads");
    let mut all = Vec::new();
    for table in tables {
        let digest = format!(
            "select coalesce(md5(string_agg(row, '' order by row)), '') 
             from (select (to_jsonb(t) - array['last_seen_at', 'last_step'])::text as row from {table} t) rows"
        );
        let digest = sqlx::query_scalar(AssertSqlSafe(digest)).fetch_one(&mut *connection).await.expect("reads");
        all.push((table, digest));
    }
    all
}

async fn run(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.expect("runs");
}

struct Audited {
    world: World,
    database: PgConnection,
}

impl Audited {
    fn client<'a>(&'a self, operation: &Operation, call: &'a Call) -> &'a Client {
        match operation.needs {
            Needs::AtRoot(_) | Needs::FromAbove(_) | Needs::Platform | Needs::PlatformOr(_) | Needs::ByPlatform(_) => {
                &self.world.platform
            }
            Needs::Deciding(_) => &self.world.above,
            _ => call.by.as_ref().unwrap_or(&self.world.owner),
        }
    }

    async fn writes_an_entry(&mut self, operation: &Operation) -> Result<(), String> {
        let call = (operation.make)(&self.world).await;
        let before = entries(&mut self.database).await;
        let path = operation.path(&call, self.world.account);
        let reply = self.client(operation, &call).call(operation.method.clone(), &path, &call).await;
        assert!(reply.status.is_success(), "{}: {} {}", operation.id, reply.status, reply.text);
        let after = entries(&mut self.database).await;
        let mut concerned = vec![self.world.account.get()];
        match operation.needs {
            Needs::AtRoot(_) => concerned = vec![AccountId::ROOT.get()],
            // what was made is an account of its own
            _ => concerned.extend(reply.json()["id"].as_str().and_then(|id| id.parse::<Uuid>().ok())),
        }
        let written = after.difference(&before).any(|(_, account)| concerned.contains(account));
        let silent = SILENT.iter().any(|(id, _)| *id == operation.id);
        match (written, silent) {
            (true, false) | (false, true) => Ok(()),
            (false, false) => Err(format!("{} wrote no audit entry", operation.id)),
            (true, true) => Err(format!("{} does write one: take it from the list", operation.id)),
        }
    }

    async fn is_undone_with_its_entry(&mut self, operation: &Operation) -> Result<(), String> {
        let call = (operation.make)(&self.world).await;
        let path = operation.path(&call, self.world.account);
        let before = everything(&mut self.database).await;
        run(
            &mut self.database,
            "create constraint trigger refused after insert on audit_entries deferrable initially deferred
                 for each row execute function refuse_commit()",
        )
        .await;
        let reply = self.client(operation, &call).call(operation.method.clone(), &path, &call).await;
        run(&mut self.database, "drop trigger refused on audit_entries").await;
        let after = everything(&mut self.database).await;
        if reply.status.is_success() {
            return Err(format!("{} succeeded without its audit entry: {}", operation.id, reply.text));
        }
        let changed: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).map(|((table, _), _)| table).collect();
        if changed.is_empty() { Ok(()) } else { Err(format!("{} failed and left traces in {changed:?}", operation.id)) }
    }
}

#[tokio::test]
async fn whatever_changes_something_is_audited_in_the_same_transaction() {
    for (id, reason) in SILENT {
        assert!(operations::all().iter().any(|operation| operation.id == id), "{id}: {reason}");
    }
    for world in World::both(4).await {
        all_of(world).await;
    }
}

async fn all_of(world: World) {
    let operations: Vec<Operation> = world.operations().collect();
    let mut database = world.server.database.superuser().await;
    run(
        &mut database,
        "create function refuse_commit() returns trigger language plpgsql as
             $$ begin raise exception 'not to be committed'; end $$",
    )
    .await;
    let mut audited = Audited { world, database };
    let mut wrong = Vec::new();
    for operation in operations.iter().filter(|operation| operation.changes()) {
        wrong.extend(audited.writes_an_entry(operation).await.err());
        if !SILENT.iter().any(|(id, _)| *id == operation.id) {
            wrong.extend(audited.is_undone_with_its_entry(operation).await.err());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
