//! Attempts to see or write beyond a scope, as role `app` itself.

use std::task::Poll;
use std::time::{Duration, Instant};

use bailiwick_store::testing;
use bailiwick_store::{AccountId, Actor, Scope, StoreError};

use crate::scope::seen;
use crate::tree::Tree;

const ACTOR: Actor = Actor::system("test");

fn sqlstate(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}

async fn state_of(scope: &mut Scope, sql: &'static str) -> String {
    match sqlx::raw_sql(sql).execute(scope.sql()).await {
        Ok(_) => "succeeded".to_owned(),
        Err(error) => sqlstate(&error),
    }
}

const DENIED: &str = "42501";

/// Without a scope, with one that was committed, and with one emptied on purpose, `app` sees nothing.
#[tokio::test]
async fn without_a_scope_there_is_nothing() {
    let database = testing::database_with(1).await;
    let tree = Tree::grow(&database, &["/aaaa/"]).await;
    let mut app = database.superuser().await;
    sqlx::raw_sql("set role app").execute(&mut app).await.unwrap();
    let count = "select count(*) from accounts where length(lineage) > $1";
    let mut seen = Vec::new();
    seen.push(sqlx::query_scalar::<_, i64>(count).bind(0).fetch_one(&mut app).await.unwrap());
    sqlx::raw_sql(
        "begin; set local app.scope = '/'; set local app.tenant = '00000000-0000-7000-8000-000000000000'; commit",
    )
    .execute(&mut app)
    .await
    .unwrap();
    let setting: String =
        sqlx::query_scalar("select current_setting('app.scope', true)").fetch_one(&mut app).await.unwrap();
    assert_eq!(setting, "", "after a commit the setting is empty, not null");
    seen.push(sqlx::query_scalar::<_, i64>(count).bind(0).fetch_one(&mut app).await.unwrap());
    assert_eq!(seen, [0, 0]);
    // the same through the product: one connection, two scopes one after the other
    let mut first = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    assert_eq!(crate::scope::seen(&mut first).await.len(), 2);
    first.commit().await.unwrap();
    let mut second = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    assert_eq!(crate::scope::seen(&mut second).await, ["/aaaa/"]);
}

/// A caller that goes away at any moment of an opening leaves no transaction open on a connection that others get.
#[tokio::test]
async fn a_scope_that_is_given_up_while_it_opens_leaves_nothing_open() {
    let database = testing::database().await;
    let open = async || database.store.scope(&ACTOR, AccountId::ROOT).await;
    open().await.unwrap().rollback().await.unwrap();
    let mut superuser = database.superuser().await;
    for most in 1..16 {
        let (mut opening, mut polls) = (Box::pin(open()), 0);
        // given up after so many steps
        let opened = std::future::poll_fn(|context| {
            polls += 1;
            match opening.as_mut().poll(context) {
                Poll::Ready(opened) => Poll::Ready(Some(opened)),
                Poll::Pending if polls >= most => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        drop(opened.await);
        drop(opening);
        let until = Instant::now() + Duration::from_secs(5);
        while transactions_open(&mut superuser).await > 0 {
            assert!(Instant::now() < until, "after {most} steps a transaction stays open in the pool");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn transactions_open(superuser: &mut sqlx::PgConnection) -> i64 {
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and state = 'idle in transaction' and pid <> $1",
    )
    .bind(0)
    .fetch_one(superuser)
    .await
    .unwrap()
}

/// Scopes that end in every possible way leave nothing to the next one on the only connection.
#[tokio::test]
async fn a_pool_of_one_connection_leaks_nothing() {
    let database = testing::database_with(1).await;
    let tree = Tree::grow(&database, &["/aaaa/", "/aaaa/bbbb/", "/cccc/"]).await;
    let settings = "select current_setting('app.scope', true), current_setting('app.tenant', true),
                           current_setting('app.excluded', true)";
    let mut backend = None;
    for end in 0..5 {
        let mut wide = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
        let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(wide.sql()).await.unwrap();
        assert_eq!(*backend.get_or_insert(pid), pid, "it is one connection");
        wide.exclude(&["/cccc/".parse().unwrap()]).await.unwrap();
        match end {
            0 => wide.commit().await.unwrap(),
            1 => wide.rollback().await.unwrap(),
            2 => drop(wide),
            3 => {
                // in an aborted transaction
                sqlx::query("select 1 / $1").bind(0).execute(wide.sql()).await.unwrap_err();
                drop(wide);
            }
            _ => {
                // cancelled while a statement runs
                let slow = sqlx::query("select pg_sleep($1)").bind(20.0).execute(wide.sql());
                assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
                sqlx::query("select pg_terminate_backend($1)")
                    .bind(pid)
                    .execute(&mut database.superuser().await)
                    .await
                    .unwrap();
                drop(wide);
            }
        }
        let mut next = database.store.scope(&ACTOR, tree.id("/cccc/")).await.unwrap();
        assert_eq!(seen(&mut next).await, ["/cccc/"], "after end {end}");
        let left: (String, String, Option<String>) = sqlx::query_as(settings).fetch_one(next.sql()).await.unwrap();
        assert_eq!((left.0.as_str(), left.1), ("/cccc/", tree.id("/cccc/").to_string()));
        assert!(left.2.is_none_or(|excluded| excluded.is_empty()));
    }
}

#[tokio::test]
async fn nothing_is_written_into_a_strangers_account() {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/", "/aaaa0/"]).await;
    let (own, strange) = (tree.id("/aaaa/"), tree.id("/aaaa0/"));
    let insert = "insert into grants (tenant_id, lineage, id, operator_id, role)
                  select $1, $2, gen_random_uuid(), id, 'owner' from operators limit 1";
    let operator = bailiwick_store::OperatorId::new();
    sqlx::query("insert into operators (id, email, email_key, name) values ($1, 'a@b', 'a@b', 'A')")
        .bind(operator)
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    let actor = Actor::Operator(operator);
    // (tenant, lineage) → what the database says
    let cases = [
        (strange, "/aaaa0/", DENIED),  // a stranger's row
        (own, "/aaaa0/", DENIED),      // a stranger's place
        (own, "/", DENIED),            // above
        (strange, "/aaaa/", "23503"),  // my place, a stranger's id: no such account (foreign key)
        (own, "/aaaa/cccc/", "23503"), // below, where there is none
        (own, "/aaaa/", "succeeded"),
    ];
    for (tenant, lineage, expected) in cases {
        let mut scope = database.store.scope(&actor, own).await.unwrap();
        let state = match sqlx::query(insert).bind(tenant).bind(lineage).execute(scope.sql()).await {
            Ok(done) if done.rows_affected() == 1 => "succeeded".to_owned(),
            Ok(_) => "nothing to insert".to_owned(),
            Err(error) => sqlstate(&error),
        };
        assert_eq!(state, expected, "{tenant} {lineage}");
    }
    let mut scope = database.store.scope(&actor, own).await.unwrap();
    let touched =
        sqlx::query("update accounts set name = 'taken' where tenant_id = $1").bind(strange).execute(scope.sql()).await;
    assert_eq!(touched.unwrap().rows_affected(), 0);
}

#[tokio::test]
async fn a_row_cannot_be_moved_out_of_sight() {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/", "/bbbb/"]).await;
    let mut scope = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    // an account's place is no column that `app` may write
    assert_eq!(state_of(&mut scope, "update accounts set lineage = '/bbbb/aaaa/'").await, DENIED);
}

/// Only its job moves an account, and only within the job's scope; only its job erases one, and once.
#[tokio::test]
async fn an_account_keeps_its_place_and_its_life_but_for_their_jobs() {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/", "/aaaa/bbbb/", "/aaaa/cccc/", "/dddd/"]).await;
    let (mover, eraser) = (Actor::system("account-move"), Actor::system("account-erasure"));
    let into = |parent: &str| {
        format!(
            "update accounts set lineage = '{parent}bbbb/', parent_id = '{}' where tenant_id = '{}'",
            tree.id(parent),
            tree.id("/aaaa/bbbb/")
        )
    };
    let erase =
        format!("update accounts set erased_at = now(), name = '' where tenant_id = '{}'", tree.id("/aaaa/cccc/"));
    let cases = [
        (&ACTOR, into("/aaaa/cccc/"), DENIED),
        (&eraser, into("/aaaa/cccc/"), DENIED),
        (&mover, into("/dddd/"), DENIED), // out of its scope
        (&mover, erase.clone(), DENIED),
        (&ACTOR, erase.clone(), DENIED),
        (&eraser, erase, "succeeded"),
        (&mover, into("/aaaa/cccc/"), "succeeded"),
    ];
    for (actor, statement, expected) in cases {
        let mut scope = database.store.scope(actor, tree.id("/aaaa/")).await.unwrap();
        let state = match sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone())).execute(scope.sql()).await {
            Ok(_) => "succeeded".to_owned(),
            Err(error) => sqlstate(&error),
        };
        assert_eq!(state, expected, "{actor} {statement}");
        if expected == "succeeded" {
            scope.commit().await.unwrap();
        }
    }
    // what was erased does not come back, and is no scope
    let revive =
        format!("update accounts set erased_at = null, name = 'x' where tenant_id = '{}'", tree.id("/aaaa/cccc/"));
    let mut scope = database.store.scope(&eraser, tree.id("/aaaa/")).await.unwrap();
    let error = sqlx::raw_sql(sqlx::AssertSqlSafe(revive)).execute(scope.sql()).await.unwrap_err();
    assert_eq!(sqlstate(&error), DENIED);
    assert!(matches!(database.store.scope(&ACTOR, tree.id("/aaaa/cccc/")).await, Err(StoreError::NotFound)));
}

/// A scope that writes at a place that the account has left is told so, and one that holds its account is waited for.
#[tokio::test]
async fn a_place_that_was_left_is_not_written_to() {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/", "/aaaa/bbbb/", "/cccc/"]).await;
    let account = tree.id("/aaaa/bbbb/");
    let relocate = format!(
        "begin; set local app.actor = 'system:account-move';
         update accounts set lineage = '/cccc/bbbb/', parent_id = '{}' where tenant_id = '{account}'; commit",
        tree.id("/cccc/")
    );
    let mut held = database.store.scope(&ACTOR, account).await.unwrap();
    held.hold().await.unwrap();
    let mut late = database.store.scope(&ACTOR, account).await.unwrap();
    let mut superuser = database.superuser().await;
    let moving = tokio::spawn(async move {
        sqlx::raw_sql(sqlx::AssertSqlSafe(relocate)).execute(&mut superuser).await.unwrap();
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!moving.is_finished(), "the move waits for who holds the account");
    held.commit().await.unwrap();
    moving.await.unwrap();
    let insert = "insert into quotas (tenant_id, lineage, set_by, set_at) values ($1, '/aaaa/bbbb/', 'x', now())";
    let error = sqlx::query(insert).bind(account).execute(late.sql()).await.unwrap_err();
    assert!(matches!(StoreError::from(error), StoreError::Moved));
    drop(late);
    let mut next = database.store.scope(&ACTOR, account).await.unwrap();
    next.hold().await.unwrap();
    assert_eq!(next.lineage().as_str(), "/cccc/bbbb/");
}

#[tokio::test]
async fn app_cannot_become_another_role_or_make_a_way_round() {
    let database = testing::database().await;
    // (what is tried, what PostgreSQL says)
    let attempts = [
        ("set role migrator", DENIED),
        ("set role postgres", DENIED),
        ("set role door", DENIED),
        ("set role ops", DENIED),
        ("set session authorization postgres", DENIED),
        ("alter table accounts no force row level security", DENIED),
        ("alter table accounts disable row level security", DENIED),
        ("drop policy scope on accounts", DENIED),
        ("create policy mine on accounts using (true)", DENIED),
        ("create table public.mine (a int)", DENIED),
        ("create temporary table mine (a int)", DENIED),
        ("create view public.mine as select * from accounts", DENIED),
        ("create function public.mine() returns int language sql return 1", DENIED),
        ("create schema mine", DENIED),
        ("delete from accounts", DENIED),
        ("truncate accounts", DENIED),
        ("copy (select 1) to program 'true'", DENIED),
        ("select pg_read_file('/etc/passwd')", DENIED),
        ("select * from pg_authid", DENIED),
        ("set row_security = off; select * from accounts", DENIED),
        ("select password_hash from operators", DENIED),
        ("select token_hash from sessions", DENIED),
        ("select token_hash from api_tokens", DENIED),
    ];
    for (attempt, expected) in attempts {
        let mut scope = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
        assert_eq!(state_of(&mut scope, attempt).await, expected, "{attempt}");
    }
}

#[tokio::test]
async fn reset_role_leads_nowhere() {
    let database = testing::database().await;
    let mut scope = database.store.scope(&ACTOR, AccountId::ROOT).await.unwrap();
    sqlx::raw_sql("reset role").execute(scope.sql()).await.unwrap();
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(scope.sql()).await.unwrap();
    assert_eq!(role, "app", "the embedded server was reached as app, so there is nothing behind it");
}

/// The door reads named columns by key, and that is all.
#[tokio::test]
async fn the_door_opens_no_further() {
    let store = testing::store().await;
    let attempts = [
        "select parent_id from accounts",
        "update accounts set name = 'x'",
        "update operators set password_hash = 'x'",
        "delete from sessions",
        "insert into grants default values",
        "update sessions set expires_at = now()",
        "select detail from audit_entries",
        "set role app",
    ];
    for attempt in attempts {
        let mut door = store.door().await.unwrap();
        let error = sqlx::raw_sql(attempt).execute(door.sql()).await.unwrap_err();
        assert_eq!(sqlstate(&error), DENIED, "{attempt}");
    }
}

/// A statement that text from outside could complete is not accepted in the first place; what is bound stays a value.
#[tokio::test]
async fn what_is_bound_stays_a_value() {
    let database = testing::database().await;
    let tree = Tree::grow(&database, &["/aaaa/"]).await;
    let mut scope = database.store.scope(&ACTOR, tree.id("/aaaa/")).await.unwrap();
    let evil = "x' or true; select set_config('app.scope', '/', true); --";
    let found: Vec<String> = sqlx::query_scalar("select name from accounts where name = $1")
        .bind(evil)
        .fetch_all(scope.sql())
        .await
        .unwrap();
    assert!(found.is_empty());
    assert_eq!(seen(&mut scope).await, ["/aaaa/"]);
}

#[tokio::test]
async fn a_database_in_which_app_could_see_more_is_not_served() {
    type Expected = fn(&StoreError) -> bool;
    let ways: [(&str, &str, Expected); 3] = [
        (
            "alter table accounts no force row level security",
            "alter table accounts force row level security",
            |error| matches!(error, StoreError::UnprotectedTable { table } if table == "accounts"),
        ),
        (
            "alter table grants disable row level security",
            "alter table grants enable row level security",
            |error| matches!(error, StoreError::UnprotectedTable { table } if table == "grants"),
        ),
        (
            "alter table audit_seals owner to app",
            "alter table audit_seals owner to migrator",
            |error| matches!(error, StoreError::UnsafeRole { role, why: "owns tables" } if role == "app"),
        ),
    ];
    let database = testing::database().await;
    let mut superuser = database.superuser().await;
    for (harm, repair, expected) in ways {
        sqlx::raw_sql(harm).execute(&mut superuser).await.unwrap();
        let refused = database.reopen().await;
        assert!(refused.as_ref().is_err_and(expected), "{harm}: {refused:?}");
        sqlx::raw_sql(repair).execute(&mut superuser).await.unwrap();
        database.reopen().await.unwrap();
    }
}
