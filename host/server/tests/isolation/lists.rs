//! Every list pages, and everything that callers add to has a cap.

use std::collections::BTreeSet;

use bailiwick_store::Capped;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::{
    client::Client,
    operations::{self, Call, Needs, Operation},
    world::World,
};
use crate::support::Reply;

fn document() -> Value {
    serde_json::to_value(bailiwick::router::document()).expect("JSON")
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    }
}

/// Whether an operation answers with a collection.
fn is_list(document: &Value, operation: &Operation) -> bool {
    let method = operation.method.as_str().to_lowercase();
    let reply =
        &document["paths"][&operation.path][&method]["responses"]["200"]["content"]["application/json"]["schema"];
    method == "get" && resolved(document, reply)["properties"]["items"]["type"] == "array"
}

#[test]
fn every_list_of_the_document_pages() {
    let document = document();
    let mut lists = 0;
    for operation in operations::all() {
        let it = &document["paths"][&operation.path][operation.method.as_str().to_lowercase()];
        let reply = resolved(&document, &it["responses"]["200"]["content"]["application/json"]["schema"]);
        // what is no list holds no rows under another name: a thing's own parts are bounded by the thing
        assert_ne!(reply["type"], "array", "{}: wrap the rows in a list", operation.id);
        if !is_list(&document, &operation) {
            continue;
        }
        lists += 1;
        assert!(reply["properties"]["next"].is_object(), "{}", operation.id);
        let parameter = |name: &str| {
            let all = it["parameters"].as_array().into_iter().flatten();
            let found = all.into_iter().find(|one| one["name"] == name && one["in"] == "query");
            found.unwrap_or_else(|| panic!("{} takes no {name}", operation.id))["schema"].clone()
        };
        let limit = parameter("limit");
        assert_eq!((&limit["minimum"], &limit["maximum"]), (&1.into(), &500.into()), "{}", operation.id);
        assert!(parameter("cursor")["maxLength"].is_number(), "{}", operation.id);
    }
    assert!(lists >= 22, "{lists}");
}

struct Walk<'a> {
    world: &'a World,
    operation: &'a Operation,
    call: Call,
}

impl Walk<'_> {
    fn client(&self) -> Client {
        let by = match self.operation.needs {
            Needs::AtRoot(_) | Needs::FromAbove(_) | Needs::Platform | Needs::ByPlatform(_) => &self.world.platform,
            _ => &self.world.owner,
        };
        self.call.by.clone().unwrap_or_else(|| by.clone())
    }

    async fn get(&self, query: &str) -> Reply {
        let path = self.operation.path(&self.call, self.world.account);
        let and = if path.contains('?') { '&' } else { '?' };
        self.client().call(self.operation.method.clone(), &format!("{path}{and}{query}"), &self.call).await
    }

    fn refused(&self, reply: &Reply, code: &str) {
        let told = (reply.status.as_u16(), reply.json()["code"].clone());
        assert_eq!(told, (422, Value::from(code)), "{}: {}", self.operation.id, reply.text);
    }

    /// Each row once, in pages of one; the same as in one page. How many there are.
    async fn all(&self) -> usize {
        let whole = self.get("limit=500").await;
        assert!(whole.status.is_success(), "{}: {}", self.operation.id, whole.text);
        let whole = whole.json();
        assert_eq!(whole["next"], Value::Null, "{}", self.operation.id);
        let expected = whole["items"].as_array().expect("items").clone();
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let query = cursor.map_or("limit=1".to_owned(), |cursor| format!("limit=1&cursor={cursor}"));
            let page = self.get(&query).await.json();
            let items = page["items"].as_array().unwrap_or_else(|| panic!("{}: {page}", self.operation.id));
            assert!(items.len() <= 1, "{}", self.operation.id);
            seen.extend(items.iter().cloned());
            cursor = page["next"].as_str().map(str::to_owned);
            match &cursor {
                None => break,
                Some(_) if seen.len() > expected.len() => panic!("{} goes on and on", self.operation.id),
                Some(cursor) => {
                    let other = self.get(&format!("limit=1&cursor={cursor}&q=other&state=all&sort=name")).await;
                    assert_eq!(other.status.as_u16(), 422, "{} takes a cursor of another filter", self.operation.id);
                }
            }
        }
        let ids = |rows: &[Value]| rows.iter().map(|row| stable(row).to_string()).collect::<Vec<_>>();
        assert_eq!(ids(&seen), ids(&expected), "{}", self.operation.id);
        seen.len()
    }

    async fn bounds(&self) {
        for limit in ["0", "501"] {
            self.refused(&self.get(&format!("limit={limit}")).await, "invalid_input");
        }
        for cursor in ["x", "eyJrIjp7InQiOiJ4In19.00000000"] {
            self.refused(&self.get(&format!("cursor={cursor}")).await, "invalid_cursor");
        }
    }
}

/// A row without what changes while one looks.
fn stable(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(row) = row.as_object_mut() {
        row.retain(|name, _| !name.ends_with("last_seen_at") && name != "last_used_at" && name != "state");
    }
    row
}

/// What puts rows into lists.
const FILLING: [&str; 9] = [
    "accounts_create",
    "sites_create",
    "groups_create",
    "roles_create",
    "tokens_create",
    "egress_allow",
    "operators_add",
    "invitations_create",
    "accounts_relocate",
];

#[tokio::test]
async fn every_list_gives_each_row_once_page_by_page() {
    let document = document();
    let mut paged = BTreeSet::new();
    for world in &World::both(4).await {
        for operation in world.operations().filter(|operation| FILLING.contains(&operation.id)) {
            for _ in 0..3 {
                let call = (operation.make)(world).await;
                let walk = Walk { world, operation: &operation, call };
                let path = operation.path(&walk.call, world.account);
                let by = match operation.needs {
                    Needs::Deciding(_) => world.above.clone(),
                    _ => walk.client(),
                };
                let reply = by.call(operation.method.clone(), &path, &walk.call).await;
                assert!(reply.status.is_success(), "{}: {}", operation.id, reply.text);
            }
        }
        for _ in 0..3 {
            world.device().await;
            world.collector().await;
            world.alert().await;
        }
        let everything = operations::all();
        for operation in everything.iter().filter(|operation| is_list(&document, operation)) {
            let call = (operation.make)(world).await;
            let walk = Walk { world, operation, call };
            walk.bounds().await;
            if walk.all().await > 1 {
                paged.insert(operation.id);
            }
        }
    }
    assert!(paged.len() >= 14, "{paged:?}");
}

/// What makes one of a capped thing, and SQL that makes more of them at the account `$1` than anybody could.
const MAKING: [(&str, Capped, &str); 7] = [
    (
        "groups_create",
        Capped::Groups,
        "insert into device_groups (tenant_id, lineage, id, name, created_at)
         select tenant_id, lineage, gen_random_uuid(), 'Filled ' || n, now() from accounts, generate_series(1, $2) n
         where tenant_id = $1",
    ),
    (
        "roles_create",
        Capped::Roles,
        "insert into roles (tenant_id, lineage, id, name, permissions)
         select tenant_id, lineage, gen_random_uuid(), 'Filled ' || n, '{view_devices}'
         from accounts, generate_series(1, $2) n where tenant_id = $1",
    ),
    (
        "tokens_create",
        Capped::Tokens,
        "insert into api_tokens (tenant_id, lineage, id, name, role, token_hash, created_at)
         select tenant_id, lineage, gen_random_uuid(), 'Filled ' || n, 'viewer', sha256(n::text::bytea), now()
         from accounts, generate_series(1, $2) n where tenant_id = $1",
    ),
    (
        "egress_allow",
        Capped::EgressHosts,
        "insert into egress_hosts (tenant_id, lineage, id, purpose, host, port, created_at)
         select tenant_id, lineage, gen_random_uuid(), 'webhook', 'filled' || n || '.example.org', 443, now()
         from accounts, generate_series(1, $2) n where tenant_id = $1",
    ),
    (
        "collectors_enroll",
        Capped::Enrollments,
        "insert into collector_tokens (tenant_id, lineage, id, site_id, name, token_hash, created_at, expires_at)
         select a.tenant_id, a.lineage, gen_random_uuid(), (select id from sites s where s.tenant_id = $1 limit 1),
                'Filled ' || n, sha256(n::text::bytea), now(), now() + interval '1 hour'
         from accounts a, generate_series(1, $2) n where a.tenant_id = $1",
    ),
    (
        "sites_create",
        Capped::Sites,
        "insert into sites (tenant_id, lineage, id, name, ranges, poll_seconds, sweep_seconds, created_at)
         select tenant_id, lineage, gen_random_uuid(), 'Filled ' || n, '{}', 300, 3600, now()
         from accounts, generate_series(1, $2) n where tenant_id = $1",
    ),
    (
        "accounts_create",
        Capped::Accounts,
        "insert into accounts (tenant_id, key, lineage, name, kind, parent_id)
         select gen_random_uuid(), 'f' || lpad(n::text, 5, '0'), p.lineage || 'f' || lpad(n::text, 5, '0') || '/',
                'Filled ' || n, 'customer', p.tenant_id
         from accounts p, generate_series(1, $2) n where p.tenant_id = $1",
    ),
];

/// Attack: several at once take the last place.
#[tokio::test]
async fn of_several_that_take_the_last_place_one_has_it() {
    let world = World::new(8).await;
    world.site().await;
    let mut database = world.server.database.superuser().await;
    for (id, what, fill) in MAKING {
        let operation = world.operations().find(|operation| operation.id == id).expect("it is");
        let used = async || {
            let quotas = world
                .owner
                .call(reqwest::Method::GET, &format!("/api/v1/accounts/{}/quotas", world.account), &Call::plain())
                .await
                .json();
            let caps = quotas["caps"].as_array().expect("caps").clone();
            let cap = caps.into_iter().find(|cap| cap["what"] == what.name()).expect("is told");
            assert_eq!(cap["most"], what.most());
            cap["used"].as_i64().expect("a number")
        };
        let mut calls = Vec::new();
        for _ in 0..5 {
            calls.push((operation.make)(&world).await);
        }
        let missing = what.most() - 1 - used().await;
        sqlx::query(AssertSqlSafe(fill))
            .bind(world.account.get())
            .bind(missing)
            .execute(&mut database)
            .await
            .expect("fills");
        assert_eq!(used().await, what.most() - 1);
        let replies = futures::future::join_all(calls.iter().map(|call| {
            let path = operation.path(call, world.account);
            let (method, owner) = (operation.method.clone(), world.owner.clone());
            async move { owner.call(method, &path, call).await }
        }))
        .await;
        let done = replies.iter().filter(|reply| reply.status.is_success()).count();
        let full: Vec<_> = replies.iter().filter(|reply| !reply.status.is_success()).map(Reply::json).collect();
        assert_eq!(done, 1, "{id}: {full:?}");
        assert!(full.iter().all(|told| told["code"] == "limit_reached" && told["status"] == 409), "{id}: {full:?}");
        assert!(full[0]["detail"].as_str().expect("a detail").contains(&what.most().to_string()), "{full:?}");
        assert_eq!(used().await, what.most());
    }
}

#[test]
fn every_cap_stands_in_the_documentation() {
    let operating = include_str!("../../../../docs/operating.md");
    for what in Capped::OF_ACCOUNT {
        let (thousands, rest) = (what.most() / 1_000, what.most() % 1_000);
        let number = if thousands > 0 { format!("{thousands},{rest:03}") } else { rest.to_string() };
        let line = operating.lines().find(|line| line.starts_with(&format!("| `{}`", what.name())));
        let line = line.unwrap_or_else(|| panic!("{} is not told of", what.name()));
        assert!(line.ends_with(&format!("| {number} |")), "{line}");
    }
    assert!(operating.contains(&format!("at most {} passkeys", Capped::Passkeys.most())));
}
