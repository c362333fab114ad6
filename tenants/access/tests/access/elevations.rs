//! Elevation: what the platform's operators need to look into an account, how little it gives, and how it ends.

use bailiwick_access::elevations::{Elevation, NewElevation};
use bailiwick_access::{AccessError, Permission as P, Principal, Reach, Role};
use bailiwick_store::{AccountId, PageRequest};
use jiff::SignedDuration;
use secrecy::SecretString;
use totp_rs::Totp;

use crate::world::{PASSWORD, World};

fn ask(minutes: u16, code: SecretString) -> NewElevation {
    NewElevation { reason: "ticket 4711".into(), minutes, evidence: code.into() }
}

/// Someone who runs the platform, with an authenticator app and a session of both steps.
async fn elevator(world: &World, email: &str) -> (SecretString, Totp) {
    let who = world.someone(AccountId::ROOT, email, Role::Owner).await;
    let (app, _) = world.enrol(&who).await;
    let challenge = world.challenge(email).await;
    (world.answer(&challenge, &world.code(&app)).await.unwrap().secret, app)
}

async fn now(world: &World, session: &SecretString) -> Principal {
    world.access.authenticate_session(session).await.unwrap()
}

async fn elevate(
    world: &World,
    session: &SecretString,
    app: &Totp,
    account: AccountId,
) -> Result<Elevation, AccessError> {
    world.access.elevate(&now(world, session).await, &world.key, account, ask(30, world.code(app))).await
}

async fn sees(world: &World, session: &SecretString, account: AccountId, permission: P) -> bool {
    match world.access.authorize(&now(world, session).await, account, permission).await {
        Ok(_) => true,
        Err(AccessError::Denied { .. } | AccessError::NotFound) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn sight_takes_the_platform_a_factor_and_a_reason() {
    let world = World::new().await;
    let refused = async |who: &Principal, account: AccountId, new: NewElevation| {
        world.access.elevate(who, &world.key, account, new).await.unwrap_err()
    };
    // without a factor, also not by making one up
    let bare = world.someone(AccountId::ROOT, "bare@x", Role::Owner).await;
    assert!(matches!(refused(&bare, world.a1, ask(30, "000000".into())).await, AccessError::SecondFactorMissing));
    let begun = world.access.begin_totp(&bare, &world.key, &PASSWORD.into()).await.unwrap();
    let unconfirmed = world.code(&crate::world::app(&begun.secret));
    assert!(matches!(refused(&bare, world.a1, ask(30, unconfirmed)).await, AccessError::SecondFactorMissing));

    let (session, app) = elevator(&world, "root@x").await;
    let root = now(&world, &session).await;
    assert!(matches!(refused(&root, world.a1, ask(30, "000000".into())).await, AccessError::WrongCode));
    let used = world.code_again(&app);
    assert!(matches!(refused(&root, world.a1, ask(30, used)).await, AccessError::WrongCode), "signed in with it");
    for minutes in [0, 61, u16::MAX] {
        let outside = refused(&root, world.a1, ask(minutes, world.code(&app))).await;
        assert!(matches!(outside, AccessError::Invalid { field: "minutes", .. }));
    }
    for reason in ["", "  ", "a\nb", &"x".repeat(501)] {
        let new = NewElevation { reason: reason.into(), ..ask(30, world.code(&app)) };
        assert!(matches!(refused(&root, world.a1, new).await, AccessError::Invalid { field: "reason", .. }));
    }
    assert!(matches!(refused(&root, AccountId::ROOT, ask(30, world.code(&app))).await, AccessError::Conflict(_)));
    assert!(matches!(refused(&root, AccountId::new(), ask(30, world.code(&app))).await, AccessError::NotFound));
    assert!(!sees(&world, &session, world.a1, P::ViewDevices).await, "none of it let anything through");

    // nobody else may ask, whatever it holds and proves
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let (dealers, _) = world.enrol(&dealer).await;
    assert!(matches!(refused(&dealer, world.a1, ask(30, world.code(&dealers))).await, AccessError::Denied { .. }));
    assert!(matches!(refused(&dealer, world.b1, ask(30, world.code(&dealers))).await, AccessError::NotFound));
    let token = bailiwick_access::tokens::NewToken { name: "t".into(), permits: Role::Owner.into(), expires_at: None };
    let issued = world.access.create_token(&root, AccountId::ROOT, token).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    assert!(matches!(refused(&program, world.a1, ask(30, world.code(&app))).await, AccessError::NotAPerson));
    assert!(world.audited(world.a1).await.contains(&"operator.code_refused".to_owned()), "the attempt is told");
}

#[tokio::test]
async fn it_looks_at_one_account_and_changes_nothing() {
    let world = World::new().await;
    let (session, app) = elevator(&world, "root@x").await;
    elevate(&world, &session, &app, world.a1).await.unwrap();
    for permission in [P::ViewDevices, P::ViewAudit, P::ViewOperators] {
        assert!(sees(&world, &session, world.a1, permission).await, "{permission}");
        for elsewhere in [world.a, world.b, world.b1] {
            assert!(!sees(&world, &session, elsewhere, permission).await, "{permission} elsewhere");
        }
    }
    for permission in P::ALL.iter().copied().filter(|permission| !permission.only_looks()) {
        let for_the_business = [P::ManageAccounts, P::DeleteAccounts, P::ManageQuotas].contains(&permission);
        assert_eq!(sees(&world, &session, world.a1, permission).await, for_the_business, "{permission}");
    }
    // it cannot be made to last: no grant, no token, no way to let somebody in
    let root = now(&world, &session).await;
    let friend = bailiwick_access::operators::NewOperator {
        email: "friend@x".parse().unwrap(),
        name: "Friend".into(),
        given: Role::Owner.into(),
        password: None,
    };
    assert!(world.access.add_operator(&root, world.a1, friend).await.is_err());
    // those who have access from above are the dealer's, whom it does not see
    world.add(world.a, "owner@a", Role::Owner).await;
    world.add(world.a1, "owner@a1", Role::Owner).await;
    let members = world.access.members(&root, world.a1, &PageRequest::default()).await.unwrap().items;
    assert_eq!(members.iter().map(|member| member.email.as_str()).collect::<Vec<_>>(), ["owner@a1"]);

    // a dealer's is the dealer's own: each of its customers is asked for by itself, and told by itself
    elevate(&world, &session, &app, world.b).await.unwrap();
    assert!(sees(&world, &session, world.b, P::ViewDevices).await);
    assert!(!sees(&world, &session, world.b1, P::ViewDevices).await);
    let mut scope = world.access.authorize(&now(&world, &session).await, world.b, P::ViewDevices).await.unwrap();
    assert!(scope.bind(world.b1).await.is_err(), "nor by way of the dealer's scope");
    let shown: i64 = sqlx::query_scalar("select count(*) from accounts where tenant_id <> $1")
        .bind(world.b)
        .fetch_one(scope.sql())
        .await
        .unwrap();
    assert_eq!(shown, 0);
}

#[tokio::test]
async fn the_account_itself_reads_who_looked_and_why() {
    let world = World::new().await;
    let (session, app) = elevator(&world, "root@x").await;
    let begun = elevate(&world, &session, &app, world.a1).await.unwrap();
    let auditor = world.someone(world.a1, "auditor@a1", Role::Auditor).await;
    let seen = world.access.elevations(&auditor, world.a1, &PageRequest::default()).await.unwrap().items;
    assert_eq!(seen.as_slice(), std::slice::from_ref(&begun));
    assert_eq!((seen[0].email.as_str(), seen[0].reason.as_str()), ("root@x", "ticket 4711"));
    let mut scope = world.access.authorize(&auditor, world.a1, P::ViewAudit).await.unwrap();
    let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(100, None)).await.unwrap();
    drop(scope);
    let entry = page.items.iter().find(|entry| entry.action == "elevation.began").unwrap();
    assert_eq!(entry.actor, format!("operator:{}", begun.operator));
    assert_eq!(entry.reason.as_deref(), Some("ticket 4711"));
    assert_eq!(entry.through, Some(AccountId::ROOT));
    assert_eq!(entry.after.as_ref().unwrap()["until"], begun.expires_at.to_string());
    let other = world.someone(world.b1, "auditor@b1", Role::Auditor).await;
    assert!(matches!(
        world.access.elevations(&other, world.a1, &PageRequest::default()).await,
        Err(AccessError::NotFound)
    ));
    let viewer = world.someone(world.a1, "viewer@a1", Role::Viewer).await;
    assert!(matches!(
        world.access.elevations(&viewer, world.a1, &PageRequest::default()).await,
        Err(AccessError::Denied { .. })
    ));
}

#[tokio::test]
async fn it_ends_by_time_by_hand_by_the_account_and_with_the_grant() {
    let world = World::new().await;
    let (session, app) = elevator(&world, "root@x").await;
    let looks = async || sees(&world, &session, world.a1, P::ViewDevices).await;

    let begun = elevate(&world, &session, &app, world.a1).await.unwrap();
    let held = now(&world, &session).await;
    assert!(held.held().iter().any(|held| held.reach == Reach::Elevated(begun.expires_at)));
    assert!(matches!(elevate(&world, &session, &app, world.a1).await, Err(AccessError::Conflict(_))));
    world.clock.advance(SignedDuration::from_mins(29));
    assert!(looks().await);
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(!looks().await, "over at the next call");

    elevate(&world, &session, &app, world.a1).await.unwrap();
    world.access.end_elevations(&now(&world, &session).await, world.a1).await.unwrap();
    assert!(!looks().await);
    let none = world.access.end_elevations(&now(&world, &session).await, world.a1).await;
    assert!(matches!(none, Err(AccessError::NotFound)));

    // whoever sets the account's privacy shows the platform out; a technician does not
    elevate(&world, &session, &app, world.a1).await.unwrap();
    let technician = world.someone(world.a1, "tech@a1", Role::Technician).await;
    let refused = world.access.end_elevations(&technician, world.a1).await;
    assert!(matches!(refused, Err(AccessError::Denied { .. })));
    let owner = world.someone(world.a1, "owner@a1", Role::Owner).await;
    world.access.end_elevations(&owner, world.a1).await.unwrap();
    assert!(!looks().await);
    let audited = world.audited(world.a1).await;
    assert_eq!(audited.iter().filter(|action| *action == "elevation.began").count(), 3);
    assert_eq!(audited.iter().filter(|action| *action == "elevation.ended").count(), 2);

    // another of the platform's operators does not end it, and has no part in it
    let (other, _) = elevator(&world, "second@x").await;
    elevate(&world, &session, &app, world.a1).await.unwrap();
    assert!(!sees(&world, &other, world.a1, P::ViewDevices).await);
    let foreign = world.access.end_elevations(&now(&world, &other).await, world.a1).await;
    assert!(matches!(foreign, Err(AccessError::NotFound)));
    assert!(looks().await);
    let who = now(&world, &session).await.operator().unwrap();
    world.access.change_grant(&world.platform, AccountId::ROOT, who, Role::Billing).await.unwrap();
    assert!(!looks().await, "no more than its role on the root looks at");
    world.access.change_grant(&world.platform, AccountId::ROOT, who, Role::Owner).await.unwrap();
    assert!(looks().await);
    world.add(world.b, "root@x", Role::Viewer).await;
    world.access.remove_operator(&world.platform, AccountId::ROOT, who).await.unwrap();
    assert!(!looks().await, "whoever left the platform sees nothing, whatever was running");
}

#[tokio::test]
async fn one_list_names_everybody_who_may_ask() {
    let world = World::new().await;
    elevator(&world, "with@x").await;
    world.add(AccountId::ROOT, "without@x", Role::Auditor).await;
    world.add(world.a, "owner@a", Role::Owner).await;
    let listed = world.access.elevators(&world.platform).await.unwrap();
    let told: Vec<_> = listed.iter().map(|who| (who.member.email.as_str(), who.second_factor)).collect();
    assert_eq!(told, [("with@x", true), ("without@x", false)]);
    let dealer = world.someone(world.b, "owner@b", Role::Owner).await;
    assert!(world.access.elevators(&dealer).await.is_err());
}
