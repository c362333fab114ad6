//! Moving a branch: planned, refused where it must be, and done while others write to it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bailiwick::accounts::workers::Moving;
use bailiwick_access::Role;
use bailiwick_contract::{exchange::Effect, value::Identity};
use bailiwick_devices::jobs::Workers;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    collectors::{World, now, report, world},
    isolation::{Client, begun_totp, code, confirm_totp},
    support::Api,
};

async fn dealer(world: &World, parent: AccountId, name: &str) -> AccountId {
    let path = format!("/api/v1/accounts/{parent}/accounts");
    let made = world.tree.root.post(&path, json!({ "name": name, "kind": "dealer" })).await;
    made.expect(StatusCode::CREATED)["id"].as_str().expect("an id").parse().expect("a UUID")
}

fn workers(world: &World) -> Workers {
    Workers::new(world.server.app.store().clone(), vec![Arc::new(Moving::new(world.server.access.clone()))])
}

/// Who runs the platform, with an elevation on each of these accounts: without one it decides over nobody's data.
async fn platform(world: &World, accounts: &[AccountId]) -> Client {
    let server = &world.server;
    server.operator(AccountId::ROOT, "mover@platform.example", Role::Owner).await;
    let person = Client::sign_in(&server.base, "mover@platform.example").await;
    let app = begun_totp(&person).await;
    confirm_totp(server, &person, &app).await;
    for account in accounts {
        server.database.clock.advance(jiff::SignedDuration::from_secs(30));
        let why = json!({ "reason": "sold to another dealer", "minutes": 60, "code": code(server, &app, 0) });
        let path = format!("/api/v1/accounts/{account}/elevation");
        person.post(&path, why).await.expect(StatusCode::CREATED);
    }
    person
}

async fn ask(api: &Client, account: AccountId, to: AccountId) -> crate::support::Reply {
    api.post(&format!("/api/v1/accounts/{account}/move"), json!({ "parent_id": to })).await
}

async fn plan(api: &Client, account: AccountId, to: AccountId) -> Value {
    let path = format!("/api/v1/accounts/{account}/move");
    api.post(&path, json!({ "parent_id": to, "dry_run": true })).await.expect(StatusCode::OK)
}

/// Every row lies where its account does.
async fn assert_consistent(world: &World) {
    let mut superuser = world.server.database.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'lineage'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')",
    )
    .fetch_all(&mut superuser)
    .await
    .expect("the catalogue");
    assert!(tables.len() > 15, "{tables:?}");
    for table in tables {
        let astray: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select count(*) from {table} t join accounts a using (tenant_id) where a.lineage <> t.lineage"
        )))
        .fetch_one(&mut superuser)
        .await
        .expect("counts");
        assert_eq!(astray, 0, "{table}");
    }
    let astray: i64 = sqlx::query_scalar(
        "select count(*) from accounts a join accounts p on p.tenant_id = a.parent_id
         where a.lineage <> p.lineage || a.key || '/'",
    )
    .fetch_one(&mut superuser)
    .await
    .expect("counts");
    assert_eq!(astray, 0);
}

/// Who runs the platform reads nothing by giving an account to a dealer of its own making.
async fn ask_unelevated(world: &World, account: AccountId, to: AccountId) {
    let path = format!("/api/v1/accounts/{account}/move");
    for dry_run in [true, false] {
        let body = json!({ "parent_id": to, "dry_run": dry_run });
        world.tree.root.post(&path, body).await.refused(403, "elevation_required");
    }
}

#[tokio::test]
async fn a_customer_moves_with_all_that_it_has() {
    let world = world().await;
    let other = dealer(&world, AccountId::ROOT, "Other dealer").await;
    let new_owner = world.server.token(other, Role::Owner).await;
    world.server.operator(world.tree.dealer, "old@dealer.example", Role::Technician).await;
    world.server.operator(other, "new@dealer.example", Role::Technician).await;
    let spool = Uuid::now_v7();
    world.send(spool, &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    let customer = world.tree.customer;
    let account = format!("/api/v1/accounts/{customer}");
    let device = world.devices(customer).await[0]["id"].as_str().expect("an id").to_owned();
    let group = world.tree.owner.post(&format!("{account}/groups"), json!({ "name": "Floor" })).await;
    let group = format!("{account}/groups/{}", group.expect(StatusCode::CREATED)["id"].as_str().expect("an id"));
    let member = format!("{group}/devices/{device}");
    world.tree.owner.send(Method::PUT, &member, json!({})).await.expect(StatusCode::NO_CONTENT);

    ask_unelevated(&world, customer, other).await;
    let mover = platform(&world, &[customer]).await;
    let planned = plan(&mover, customer, other).await;
    assert_eq!((&planned["accounts"], &planned["conflicts"]), (&json!(1), &json!([])), "{planned}");
    for table in [
        "devices",
        "device_groups",
        "device_group_members",
        "enrollments",
        "sites",
        "collectors",
        "driver_grants",
        "alerts",
    ] {
        assert_eq!(planned["rows"][table], json!(1), "{table}: {planned}");
    }
    // the platform runs the business, and sees not who works at its dealers
    assert_eq!((&planned["gains_access"]["others"], &planned["loses_access"]["others"]), (&json!(1), &json!(1)));
    assert_eq!(planned["gains_access"]["operators"], json!([]));
    assert_eq!(world.devices(world.tree.dealer).await.as_array().map(Vec::len), Some(1), "nothing moved yet");

    let asked = ask(&mover, customer, other).await.expect(StatusCode::ACCEPTED);
    ask(&mover, customer, other).await.refused(409, "conflict");
    assert!(workers(&world).run_one().await.expect("runs"));
    let moves = new_owner.get(&format!("{account}/moves")).await.expect(StatusCode::OK);
    let done = &moves["items"][0];
    assert_eq!((&done["id"], &done["state"]), (&asked["id"], &json!("done")), "{moves}");
    assert_eq!((&done["from_parent_id"], &done["to_parent_id"]), (&json!(null), &json!(other)), "as far as it sees");
    assert_eq!(done["result"]["rows"]["devices"], json!(1));

    world.tree.owner.get(&account).await.refused(404, "not_found");
    assert_eq!(world.devices(world.tree.dealer).await, json!([]));
    let devices = new_owner.get(&format!("/api/v1/accounts/{other}/devices")).await.expect(StatusCode::OK);
    assert_eq!(devices["items"].as_array().map(Vec::len), Some(1));
    // its collector goes on with its key, and its spool
    let reply = world.send(spool, &[report(&world.digest, 2, "10.1.0.7", 101.0)]).await.expect(StatusCode::OK);
    assert_eq!((&reply["acknowledged_through"], &reply["rejected"]), (&json!(2), &json!([])));
    assert_consistent(&world).await;

    let audited = |api: Api, id: AccountId| async move {
        let all = api.get(&format!("/api/v1/accounts/{id}/audit?action=account.")).await.expect(StatusCode::OK);
        all["items"].as_array().expect("items").iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
    };
    let (of_old, of_new) =
        (audited(world.tree.owner.clone(), world.tree.dealer).await, audited(new_owner.clone(), other).await);
    let of_account = audited(new_owner, customer).await;
    assert!(of_old.contains("account.moved_away") && !of_old.contains(&other.to_string()), "{of_old}");
    assert!(of_new.contains("account.moved_here") && !of_new.contains(&world.tree.dealer.to_string()), "{of_new}");
    assert!(of_account.contains("account.moved\"") && of_account.contains("account.move_requested"), "{of_account}");
}

#[tokio::test]
async fn what_stands_in_the_way_is_named_and_refused() {
    let world = world().await;
    let (customer, home, root) = (world.tree.customer, world.tree.dealer, &world.tree.root);
    let sub = dealer(&world, home, "Sub").await;
    let mover = platform(&world, &[customer, sub]).await;
    let inner = dealer(&world, sub, "Inner").await;
    let other = dealer(&world, AccountId::ROOT, "Other").await;
    let code = |plan: &Value| -> Vec<String> {
        let conflicts = plan["conflicts"].as_array().expect("a list");
        conflicts.iter().map(|c| c["code"].as_str().unwrap_or("").to_owned()).collect()
    };
    assert_eq!(code(&plan(&mover, customer, home).await), ["same_place"]);
    assert_eq!(code(&plan(&mover, customer, AccountId::ROOT).await), ["kind"]);
    assert_eq!(code(&plan(&mover, sub, inner).await), ["cycle"]);
    assert_eq!(code(&plan(&mover, sub, customer).await), ["kind"]);
    ask(&mover, sub, inner).await.refused(409, "cannot_move");
    let nobody = AccountId::new();
    ask(&mover, sub, nobody).await.refused(422, "invalid_input");

    let quota = json!({ "devices": 0, "collectors": 0, "operators": null });
    root.send(Method::PUT, &format!("/api/v1/accounts/{other}/quotas"), quota).await.expect(StatusCode::OK);
    let planned = plan(&mover, customer, other).await;
    assert_eq!(code(&planned), ["quota"], "{planned}");
    assert_eq!(
        (&planned["conflicts"][0]["what"], &planned["conflicts"][0]["would_be"]),
        (&json!("collectors"), &json!(1))
    );

    // a role of the dealer's own, used by a grant at the customer, would be a stranger's there
    let roles = format!("/api/v1/accounts/{home}/roles");
    let role = json!({ "name": "Fleet", "permissions": ["view_accounts", "view_devices"] });
    let role = world.tree.owner.post(&roles, role).await.expect(StatusCode::CREATED);
    let new = json!({ "email": "a@customer.example", "name": "A", "role": role["role"] });
    let operators = format!("/api/v1/accounts/{customer}/operators");
    world.tree.owner.post(&operators, new).await.expect(StatusCode::CREATED);
    let planned = plan(&mover, customer, other).await;
    assert_eq!(code(&planned), ["role_made_above", "quota"]);
    assert_eq!((&planned["conflicts"][0]["name"], &planned["conflicts"][0]["grants"]), (&json!("Fleet"), &json!(1)));

    // within the dealer it stays known; and a move that is asked for is looked at again when it is done
    assert_eq!(code(&plan(&mover, customer, sub).await), [""; 0]);
    ask(&mover, customer, sub).await.expect(StatusCode::ACCEPTED);
    let full = json!({ "devices": null, "collectors": 0, "operators": null });
    root.send(Method::PUT, &format!("/api/v1/accounts/{sub}/quotas"), full).await.expect(StatusCode::OK);
    assert!(workers(&world).run_one().await.expect("runs"));
    let moves = root.get(&format!("/api/v1/accounts/{customer}/moves")).await.expect(StatusCode::OK);
    assert_eq!(
        (&moves["items"][0]["state"], &moves["items"][0]["result"]["conflicts"][0]["code"]),
        (&json!("refused"), &json!("quota"))
    );
    assert_consistent(&world).await;

    // who may not manage where it comes from and goes to does not move it
    world
        .tree
        .owner
        .post(&format!("/api/v1/accounts/{customer}/move"), json!({ "parent_id": other }))
        .await
        .refused(422, "invalid_input");
    let token = async |at: AccountId, role: Role| {
        let api = world.server.token(at, role).await;
        Client::token(&api.base, &api.token)
    };
    let technician = token(home, Role::Technician).await;
    ask(&technician, customer, sub).await.refused(403, "denied");
    let of_sub = token(sub, Role::Owner).await;
    ask(&of_sub, customer, sub).await.refused(404, "not_found");
    ask(&of_sub, inner, home).await.refused(422, "invalid_input");
}

/// A sub-dealer denies its dealer all that can be denied; the dealer moves the customer out of it.
#[tokio::test]
async fn what_was_denied_above_is_denied_where_the_account_goes() {
    let world = world().await;
    let (home, server) = (world.tree.dealer, &world.server);
    let sub = dealer(&world, home, "Sub").await;
    server.operator(sub, "owner@sub.example", Role::Owner).await;
    let of_sub = server.token(sub, Role::Owner).await;
    let deny = json!({ "denied": ["manage_tokens", "wipe_devices"] });
    of_sub.send(Method::PUT, &format!("/api/v1/accounts/{sub}/restrictions"), deny).await.expect(StatusCode::OK);
    let customer = async |name: &str| -> AccountId {
        let new = json!({ "name": name, "kind": "customer" });
        let made = of_sub.post(&format!("/api/v1/accounts/{sub}/accounts"), new).await.expect(StatusCode::CREATED);
        made["id"].as_str().expect("an id").parse().expect("a UUID")
    };
    let (owned, alone) = (customer("Owned").await, customer("Alone").await);
    server.operator(owned, "owner@owned.example", Role::Owner).await;
    let of_owned = Client::sign_in(&server.base, "owner@owned.example").await;
    let attacker = Client::token(&world.tree.owner.base, &world.tree.owner.token);
    let tokens = format!("/api/v1/accounts/{owned}/tokens");
    let token = json!({ "name": "t", "role": "viewer" });
    attacker.post(&tokens, token.clone()).await.refused(403, "denied");

    let planned = plan(&attacker, alone, home).await;
    assert_eq!(planned["conflicts"], json!([{ "code": "nobody_to_lift" }]));
    ask(&attacker, alone, home).await.refused(409, "cannot_move");
    let planned = plan(&attacker, owned, home).await;
    assert_eq!(
        (&planned["conflicts"], &planned["restrictions_kept"], &planned["restrictions_go"]),
        (&json!([]), &json!(["wipe_devices", "manage_tokens"]), &json!([]))
    );
    ask(&attacker, owned, home).await.expect(StatusCode::ACCEPTED);
    assert!(workers(&world).run_one().await.expect("runs"));
    attacker.post(&tokens, token.clone()).await.refused(403, "denied");
    let audit = format!("/api/v1/accounts/{owned}/audit?action=restrictions.");
    let audit = of_owned.get(&audit).await.expect(StatusCode::OK);
    assert_eq!(audit["items"][0]["after"], json!({ "denied": ["wipe_devices", "manage_tokens"] }), "{audit}");
    assert_consistent(&world).await;
    let nothing = json!({ "denied": [] });
    let path = format!("/api/v1/accounts/{owned}/restrictions");
    attacker.send(Method::PUT, &path, nothing.clone()).await.refused(403, "denied");
    of_owned.send(Method::PUT, &path, nothing).await.expect(StatusCode::OK);
    attacker.post(&tokens, token).await.expect(StatusCode::CREATED);
}

/// A collector that finds new devices and dealers that write, while the customer moves to and fro between them.
#[tokio::test(flavor = "multi_thread")]
async fn who_writes_during_moves_loses_nothing() {
    const MOVES: u64 = 12;
    let world = Arc::new(world().await);
    let other = dealer(&world, AccountId::ROOT, "Other dealer").await;
    let new_owner = world.server.token(other, Role::Owner).await;
    let stop = Arc::new(AtomicBool::new(false));

    let reporting = tokio::spawn({
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        async move {
            let (spool, mut sequence) = (Uuid::now_v7(), 0);
            while !stop.load(Ordering::Relaxed) {
                let reports: Vec<_> = (1..=5)
                    .map(|n| {
                        let mut one = report(&world.digest, sequence + n, "10.1.0.7", 100.0);
                        let value = format!("S{}", sequence + n);
                        one.effects = vec![Effect::Identify(vec![Identity { kind: "serial".to_owned(), value }])];
                        one
                    })
                    .collect();
                let body = json!({ "spool": spool, "clock": now(), "reports": reports });
                let reply = world.collector.post("/collector/v1/reports", body).await;
                match reply.status.as_u16() {
                    200 => {
                        assert_eq!(reply.json()["rejected"], json!([]), "nothing is set aside");
                        sequence += 5;
                    }
                    // as a collector does: it keeps them and sends them again
                    404 | 409 | 429 | 503 => tokio::time::sleep(Duration::from_millis(20)).await,
                    _ => panic!("{}", reply.text),
                }
            }
            sequence
        }
    });
    let writing = |api: Api| {
        let (stop, account) = (Arc::clone(&stop), world.tree.customer);
        tokio::spawn(async move {
            let mut made = 0;
            while !stop.load(Ordering::Relaxed) {
                let body = json!({ "name": "Site" });
                let reply = api.post(&format!("/api/v1/accounts/{account}/sites"), body).await;
                match reply.status.as_u16() {
                    201 => made += 1,
                    404 | 409 | 429 | 503 => tokio::time::sleep(Duration::from_millis(20)).await,
                    _ => panic!("{}", reply.text),
                }
            }
            made
        })
    };
    let (old, new) = (writing(world.tree.owner.clone()), writing(new_owner));
    let workers = workers(&world);
    let mover = platform(&world, &[world.tree.customer]).await;
    for n in 0..MOVES {
        let to = if n % 2 == 0 { other } else { world.tree.dealer };
        ask(&mover, world.tree.customer, to).await.expect(StatusCode::ACCEPTED);
        loop {
            workers.run_one().await.expect("runs");
            let path = format!("/api/v1/accounts/{}/moves", world.tree.customer);
            let moves = world.tree.root.get(&path).await.expect(StatusCode::OK);
            let state = moves["items"].as_array().expect("items").iter().filter(|m| m["state"] == "queued").count();
            if state == 0 {
                break;
            }
            // one that met a deadlock waits to be tried again
            world.server.database.clock.advance(jiff::SignedDuration::from_secs(10));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let reported: u64 = reporting.await.expect("reports");
    let sites: u64 = old.await.expect("writes") + new.await.expect("writes");
    assert!(reported > 0 && sites > 0, "{reported} {sites}");
    assert_consistent(&world).await;
    let mut superuser = world.server.database.superuser().await;
    let counts: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from devices), (select count(*) from device_identities),
                (select count(*) from sites where name <> 'Site' or ranges = '{}'), (select count(*) from dead_letters),
                (select count(*) from moves where state = 'done')",
    )
    .fetch_one(&mut superuser)
    .await
    .expect("counts");
    let expected = |n: u64| i64::try_from(n).expect("fits");
    assert_eq!(counts, (expected(reported), expected(reported), expected(sites), 0, expected(MOVES)));
}
