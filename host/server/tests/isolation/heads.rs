//! HEAD changes nothing, and GET nothing but what is documented: the whole database is compared before and after.

use std::collections::BTreeMap;

use reqwest::Method;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    client::Client,
    operations::{Call, Needs, Operation},
    world::World,
};

/// What looking may change: when a credential was last used, and the audit of looks (docs/operating.md).
const MAY_CHANGE: [(&str, &str); 2] = [("sessions", "last_seen_at"), ("api_tokens", "last_used_at")];

/// A statement that gives each table's contents as one sum.
async fn statement(database: &mut PgConnection) -> String {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped order by 1, a.attnum",
    )
    .fetch_all(database)
    .await
    .expect("the catalogue");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        let kept = tables.entry(table.clone()).or_default();
        if !MAY_CHANGE.contains(&(table.as_str(), column.as_str())) {
            kept.push(format!("\"{column}\""));
        }
    }
    assert!(tables.len() > 30, "{} tables", tables.len());
    for (table, column) in MAY_CHANGE {
        assert!(tables.contains_key(table), "{table} has no {column} to leave out");
    }
    let sums = tables.iter().map(|(table, columns)| {
        let which = if table == "audit_entries" { "where action not like 'look.%'" } else { "" };
        let columns = columns.join(", ");
        format!(
            "select '{table}', coalesce(md5(string_agg(r::text, '|' order by r::text)), '')
             from (select {columns} from {table} {which}) r"
        )
    });
    sums.collect::<Vec<_>>().join(" union all ")
}

async fn contents(database: &mut PgConnection, statement: &str) -> BTreeMap<String, String> {
    let sums: Vec<(String, String)> =
        sqlx::query_as(AssertSqlSafe(statement.to_owned())).fetch_all(database).await.expect("the tables");
    sums.into_iter().collect()
}

fn client<'a>(world: &'a World, operation: &Operation, call: &'a Call) -> &'a Client {
    match (&call.by, operation.needs) {
        (Some(by), _) => by,
        (None, Needs::AtRoot(_) | Needs::Platform | Needs::ByPlatform(_)) => &world.platform,
        (None, _) => &world.owner,
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::new(2).await;
    let mut database = world.server.database.superuser().await;
    let statement = statement(&mut database).await;
    let (mut looked, mut wrong) = (0, Vec::new());
    for operation in world.operations().filter(|operation| operation.method == Method::GET) {
        let call = (operation.make)(&world).await;
        let path = operation.path(&call, world.account);
        let who = client(&world, &operation, &call);
        let methods: &[Method] = match operation.id {
            // fetched once: its own tests
            "accounts_fetch_export" => &[Method::HEAD, Method::HEAD],
            _ => &[Method::HEAD, Method::GET],
        };
        for method in methods {
            let before = contents(&mut database, &statement).await;
            let reply = who.call(method.clone(), &path, &call).await;
            assert!(reply.status.is_success(), "{method} {path}: {} {}", reply.status, reply.text);
            let after = contents(&mut database, &statement).await;
            let changed = before.iter().filter(|(table, sum)| after.get(*table) != Some(sum)).map(|(table, _)| table);
            wrong.extend(changed.map(|table| format!("{} ({method}) changes {table}", operation.id)));
            looked += 1;
        }
    }
    for path in ["/collector/v1/assignment".to_owned(), world.driver_path()] {
        let before = contents(&mut database, &statement).await;
        let reply = world.reporter().call(Method::HEAD, &path, &Call::of_bytes("text/plain", &[])).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.status);
        if contents(&mut database, &statement).await != before {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(looked > 70, "{looked}");
    // the comparison sees a change
    let before = contents(&mut database, &statement).await;
    world.server.operator(world.account, &world.email(), bailiwick_access::Role::Viewer).await;
    assert_ne!(contents(&mut database, &statement).await, before);
}
