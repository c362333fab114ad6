//! Looks from above: what an account reads in its own audit about those who looked into it.

use bailiwick_access::accounts::Kind;
use bailiwick_access::elevations::NewElevation;
use bailiwick_access::grants::Given;
use bailiwick_access::operators::NewOperator;
use bailiwick_access::tokens::NewToken;
use bailiwick_access::view_as::NewView;
use bailiwick_access::{Access, Permission as P, Principal, Role};
use bailiwick_audit::{Filter, Record};
use bailiwick_store::{AccountId, PageRequest};
use jiff::SignedDuration;

use crate::world::{World, make};

/// What an account's audit says of looks, oldest first.
async fn looks(world: &World, account: AccountId) -> Vec<Record> {
    let mut scope = world.access.store().scope(world.platform.actor(), account).await.unwrap();
    let filter = Filter { action: Some("look.".into()), ..Filter::default() };
    let mut found = bailiwick_audit::list(&mut scope, &filter, &PageRequest::new(100, None)).await.unwrap().items;
    found.reverse();
    found
}

async fn told(world: &World, account: AccountId) -> Vec<String> {
    looks(world, account).await.into_iter().map(|look| look.action).collect()
}

async fn look(world: &World, who: &Principal, account: AccountId, at: P) {
    world.access.authorize(who, account, at).await.unwrap().rollback().await.unwrap();
}

#[tokio::test]
async fn a_customer_reads_who_of_its_dealer_looked_and_at_what() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    look(&world, &dealer, world.a1, P::ViewDevices).await;
    look(&world, &dealer, world.a1, P::ViewOperators).await;
    look(&world, &dealer, world.a1, P::ViewAudit).await;
    let found = looks(&world, world.a1).await;
    let actions: Vec<&str> = found.iter().map(|look| look.action.as_str()).collect();
    assert_eq!(actions, ["look.devices", "look.operators", "look.audit"]);
    for look in &found {
        assert_eq!(look.actor, dealer.actor().to_string());
        assert_eq!(look.through, Some(world.a), "by which account it came");
        assert_eq!((look.object_id.as_str(), look.object_name.as_deref()), (&*world.a1.to_string(), Some("A1")));
    }
    // the account's name in a list, and its figures beside it, are no look into it
    look(&world, &dealer, world.a1, P::ViewAccounts).await;
    world.access.glance(&dealer, world.a1, P::ViewDevices).await.unwrap();
    // nor is what is not let through
    let stranger = world.someone(world.b, "owner@b", Role::Owner).await;
    assert!(world.access.authorize(&stranger, world.a1, P::ViewDevices).await.is_err());
    let billing = world.someone(world.a, "billing@a", Role::Billing).await;
    assert!(world.access.authorize(&billing, world.a1, P::ViewDevices).await.is_err());
    assert_eq!(looks(&world, world.a1).await.len(), 3);
    assert!(looks(&world, world.b1).await.is_empty());
}

#[tokio::test]
async fn nobody_is_watched_by_its_own_account() {
    let world = World::new().await;
    let own = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    for at in [P::ViewDevices, P::ViewOperators, P::ViewAudit] {
        look(&world, &own, world.a1, at).await;
        look(&world, &dealer, world.a, at).await;
    }
    assert!(looks(&world, world.a).await.is_empty());
    let from_dealer = told(&world, world.a1).await;
    assert_eq!(from_dealer, ["look.devices"], "the dealer's list shows the customer's devices too");
}

#[tokio::test]
async fn a_list_from_above_is_told_to_all_that_it_shows_and_to_nobody_else() {
    let world = World::new().await;
    let left_out = make(&world.access, &world.platform, world.a, "A2", Kind::Customer).await;
    let sub = make(&world.access, &world.platform, world.a, "A3", Kind::Dealer).await;
    let deep = make(&world.access, &world.platform, sub, "A31", Kind::Customer).await;
    let email = "tech@a";
    let given = Given { role: Role::Technician.into(), excluded: vec![left_out] };
    let operator = world.add(world.a, email, Role::Technician).await;
    world.access.change_grant(&world.platform, world.a, operator, given).await.unwrap();
    let technician = world.sign_in(email).await.principal;
    look(&world, &technician, world.a, P::ViewDevices).await;
    for account in [world.a1, sub, deep] {
        let found = looks(&world, account).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].through, Some(world.a));
        assert_eq!(found[0].object_id, world.a.to_string(), "where the list was");
        assert_eq!(found[0].object_name.as_deref(), Some("A"));
    }
    for account in [left_out, world.a, world.b, world.b1, AccountId::ROOT] {
        assert!(looks(&world, account).await.is_empty());
    }
    // who comes to see more has looked at more
    let given = Given { role: Role::Technician.into(), excluded: Vec::new() };
    world.access.change_grant(&world.platform, world.a, operator, given).await.unwrap();
    let technician = world.sign_in(email).await.principal;
    look(&world, &technician, world.a, P::ViewDevices).await;
    assert_eq!(told(&world, left_out).await.len(), 1);
    assert_eq!(told(&world, deep).await.len(), 1, "where it is told already");
}

#[tokio::test]
async fn one_entry_stands_for_an_hour_whatever_process_is_asked() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let other = Access::new(world.access.store().clone()).await.unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for nth in 0..8 {
        let (access, dealer, account) =
            (if nth % 2 == 0 { &world.access } else { &other }.clone(), dealer.clone(), world.a1);
        calls.spawn(async move { drop(access.authorize(&dealer, account, P::ViewDevices).await.unwrap()) });
    }
    calls.join_all().await;
    assert_eq!(told(&world, world.a1).await.len(), 1);
    // the database's clock does not move with the test's: what counts is that the next hour asks it again
    world.clock.advance(SignedDuration::from_hours(2));
    look(&world, &dealer, world.a1, P::ViewDevices).await;
    assert_eq!(told(&world, world.a1).await.len(), 2);
}

#[tokio::test]
async fn who_looks_as_somebody_else_is_told_with_both() {
    let world = World::new().await;
    let helper = world.add(world.a, "help@a", Role::Helpdesk).await;
    let session = world.sign_in("help@a").await;
    let owner = world.add(world.a1, "owner@a1", Role::Owner).await;
    let view = NewView { operator: owner, reason: "ticket 42".into(), minutes: 30 };
    world.access.view_as(&session.principal, world.a1, view).await.unwrap();
    let viewing = world.access.authenticate_session(&session.secret).await.unwrap();
    look(&world, &viewing, world.a1, P::ViewDevices).await;
    let found = looks(&world, world.a1).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].actor, format!("operator:{helper}"));
    assert_eq!(found[0].as_whom, Some(format!("operator:{owner}")));
    assert_eq!(found[0].through, Some(world.a));
}

#[tokio::test]
async fn what_an_elevation_shows_is_told_as_the_platforms() {
    let world = World::new().await;
    let who = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    let (app, _) = world.enrol(&who).await;
    let challenge = world.challenge("root@x").await;
    let session = world.answer(&challenge, &world.code(&app)).await.unwrap().secret;
    let root = world.access.authenticate_session(&session).await.unwrap();
    let ask = NewElevation { reason: "ticket".into(), minutes: 30, evidence: world.code(&app).into() };
    world.access.elevate(&root, &world.key, world.a, ask).await.unwrap();
    let root = world.access.authenticate_session(&session).await.unwrap();
    look(&world, &root, world.a, P::ViewDevices).await;
    let found = looks(&world, world.a).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].through, Some(AccountId::ROOT));
    assert!(looks(&world, world.a1).await.is_empty(), "an elevation shows one account");
}

#[tokio::test]
async fn a_token_is_told_once_a_day() {
    let world = World::new().await;
    let new = NewToken { name: "poll".into(), permits: Role::Viewer.into(), expires_at: None };
    let issued = world.access.create_token(&world.platform, world.a, new).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    look(&world, &program, world.a1, P::ViewDevices).await;
    let elsewhere = Access::new(world.access.store().clone()).await.unwrap();
    elsewhere.authorize(&program, world.a1, P::ViewDevices).await.unwrap();
    let found = looks(&world, world.a1).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].actor.starts_with("token:"));
}

/// Attack: a role on the customer's own account, given by who has one above to himself.
#[tokio::test]
async fn who_gives_himself_a_role_there_still_comes_from_above() {
    let world = World::new().await;
    let admin = world.someone(world.a, "spy@a", Role::Admin).await;
    let new = NewOperator {
        email: "spy@a".parse().unwrap(),
        name: "Spy".into(),
        given: Role::Technician.into(),
        password: None,
    };
    world.access.add_operator(&admin, world.a1, new).await.unwrap();
    let session = world.sign_in("spy@a").await;
    let program = NewToken { name: "t".into(), permits: Role::Viewer.into(), expires_at: None };
    let token = world.access.create_token(&admin, world.a1, program).await.unwrap();
    let scope = world.access.authorize(&session.principal, world.a1, P::ManageSites).await.unwrap();
    assert_eq!(scope.through(), Some(world.a), "and so does what he changes");
    drop(scope);
    look(&world, &session.principal, world.a1, P::ViewDevices).await;
    let program = world.access.authenticate_token(&token.secret).await.unwrap();
    look(&world, &program, world.a1, P::ViewDevices).await;
    let found: Vec<_> =
        looks(&world, world.a1).await.into_iter().filter(|look| look.action == "look.devices").collect();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|look| look.through == Some(world.a)));
}

/// Attack: a look whose note cannot be written shows nothing.
#[tokio::test]
async fn without_its_note_there_is_no_look() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let mut superuser = world.database.superuser().await;
    sqlx::raw_sql("revoke insert on audit_entries from app").execute(&mut superuser).await.unwrap();
    assert!(world.access.authorize(&dealer, world.a1, P::ViewDevices).await.is_err());
    assert!(world.access.authorize(&dealer, world.a1, P::ViewDevices).await.is_err(), "nor the second time");
    assert!(world.access.authorize(&dealer, world.a1, P::ViewAccounts).await.is_ok());
}
