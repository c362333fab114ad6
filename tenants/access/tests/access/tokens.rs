//! API tokens.

use bailiwick_access::grants::Given;
use bailiwick_access::operators::NewOperator;
use bailiwick_access::roles::NewRole;
use bailiwick_access::tokens::{NewToken, Permits, Shown};
use bailiwick_access::{AccessError, Permission, Permissions, Role, RoleRef};
use bailiwick_store::{AccountId, Actor, PageRequest};
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use crate::world::World;

fn token(role: Role, expires_at: Option<jiff::Timestamp>) -> NewToken {
    NewToken { name: "script".into(), permits: role.into(), expires_at }
}

#[tokio::test]
async fn a_token_reaches_as_far_as_its_account_and_role() {
    let world = World::new().await;
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let issued = world.access.create_token(&owner, world.a, token(Role::Technician, None)).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    assert_eq!(program.actor(), &Actor::Token { token: issued.token.id, operator: owner.operator() });
    assert!(world.access.authorize(&program, world.a1, Permission::ManageDevices).await.is_ok());
    for (account, needs, code) in [
        (world.a, Permission::ManageTokens, "denied"),
        (world.b, Permission::ViewDevices, "not_found"),
        (AccountId::ROOT, Permission::ViewDevices, "not_found"),
    ] {
        assert_eq!(world.access.authorize(&program, account, needs).await.unwrap_err().code(), code);
    }
    // a token is no person
    assert!(matches!(world.access.me(&program).await, Err(AccessError::NotAPerson)));
    assert!(matches!(world.access.sessions(&program, &PageRequest::default()).await, Err(AccessError::NotAPerson)));
    assert!(matches!(world.access.sign_out(&program).await, Err(AccessError::NotAPerson)));
}

#[tokio::test]
async fn each_way_not_to_be_a_token_has_its_own_error() {
    let world = World::new().await;
    let soon = world.access.store().now() + SignedDuration::from_hours(1);
    let expiring = world.access.create_token(&world.platform, world.a, token(Role::Viewer, Some(soon))).await.unwrap();
    let revoked = world.access.create_token(&world.platform, world.a, token(Role::Viewer, None)).await.unwrap();
    let (unknown, _) = bailiwick_access::Credential::API_TOKEN.generate().unwrap();
    assert!(world.access.authenticate_token(&expiring.secret).await.is_ok());
    world.clock.advance(SignedDuration::from_hours(1));
    world.access.revoke_token(&world.platform, world.a, revoked.token.id).await.unwrap();
    let (most, last) = revoked.secret.expose_secret().split_at(52);
    let mistyped = format!("{most}{}", if last == "x" { "y" } else { "x" });
    for (secret, code) in [
        (expiring.secret, "token_expired"),
        (revoked.secret, "token_revoked"),
        (unknown, "token_unknown"),
        (mistyped.into(), "token_malformed"),
        ("".into(), "token_malformed"),
    ] {
        assert_eq!(world.access.authenticate_token(&secret).await.unwrap_err().code(), code);
    }
    let past = world.access.create_token(&world.platform, world.a, token(Role::Viewer, Some(soon))).await;
    assert!(matches!(past, Err(AccessError::Invalid { field: "expires_at", .. })));
}

#[tokio::test]
async fn tokens_are_listed_and_revoked_where_they_were_made() {
    let world = World::new().await;
    let issued = world.access.create_token(&world.platform, world.a1, token(Role::Viewer, None)).await.unwrap();
    world.access.authenticate_token(&issued.secret).await.unwrap();
    let listed =
        world.access.tokens(&world.platform, world.a1, Shown::All, &PageRequest::default()).await.unwrap().items;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].last_used_at.is_some());
    assert_eq!(listed[0].created_at, issued.token.created_at);
    assert!(
        world
            .access
            .tokens(&world.platform, world.a, Shown::All, &PageRequest::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    // from above, from beside, and twice
    let beside = world.someone(world.b, "owner@b", Role::Owner).await;
    for (who, account) in [(&world.platform, world.a), (&beside, world.a1), (&beside, world.b)] {
        let refused = world.access.revoke_token(who, account, issued.token.id).await;
        assert!(matches!(refused, Err(AccessError::NotFound)));
    }
    world.access.revoke_token(&world.platform, world.a1, issued.token.id).await.unwrap();
    let again = world.access.revoke_token(&world.platform, world.a1, issued.token.id).await;
    assert!(matches!(again, Err(AccessError::NotFound)));
    assert_eq!(world.audited(world.a1).await, ["account.created", "token.created", "token.revoked"]);
}

#[tokio::test]
async fn who_leaves_takes_no_key_along() {
    let world = World::new().await;
    let leaver = world.someone(world.a, "leaver@a", Role::Owner).await;
    let own = world.access.create_token(&leaver, world.a1, token(Role::Owner, None)).await.unwrap();
    let others = world.access.create_token(&world.platform, world.a1, token(Role::Owner, None)).await.unwrap();
    let revoked = world.access.remove_operator(&world.platform, world.a, leaver.operator().unwrap()).await.unwrap();
    assert_eq!(revoked, 1);
    assert!(matches!(world.access.authenticate_token(&own.secret).await, Err(AccessError::TokenRevoked)));
    assert!(world.access.authenticate_token(&others.secret).await.is_ok());
}

/// Attack: a dealer makes a token on its customer's account, and the customer then denies the dealer things.
#[tokio::test]
async fn a_dealers_token_on_a_customers_account_stays_the_dealers() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let customer = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let theirs = world.access.create_token(&dealer, world.a1, token(Role::Owner, None)).await.unwrap();
    let own = world.access.create_token(&customer, world.a1, token(Role::Owner, None)).await.unwrap();
    let denied = [Permission::LocateDevices, Permission::ManageDevices].into_iter().collect();
    world.access.restrict(&customer, world.a1, denied).await.unwrap();

    let program = world.access.authenticate_token(&theirs.secret).await.unwrap();
    for permission in denied.iter() {
        let refused = world.access.authorize(&program, world.a1, permission).await;
        assert!(matches!(refused, Err(AccessError::Denied { .. })), "{permission}");
    }
    assert!(matches!(
        world.access.restrict(&program, world.a1, Permissions::NONE).await,
        Err(AccessError::Denied { .. })
    ));
    let wider = world.access.create_token(&program, world.a1, token(Role::Owner, None)).await;
    assert!(matches!(wider, Err(AccessError::Excess(_))), "nor by a token that it makes");
    assert!(matches!(
        world.access.add_operator(&program, world.a1, puppet("puppet@a1")).await,
        Err(AccessError::Excess(_))
    ));
    // what it does is told as the dealer's
    let scope = world.access.authorize(&program, world.a1, Permission::ManageSites).await.unwrap();
    assert_eq!(scope.through(), Some(world.a));
    drop(scope);
    // and the customer's own is the customer's own
    let program = world.access.authenticate_token(&own.secret).await.unwrap();
    for permission in denied.iter() {
        assert!(world.access.authorize(&program, world.a1, permission).await.is_ok());
    }
    world.access.restrict(&program, world.a1, Permissions::NONE).await.unwrap();
}

fn puppet(email: &str) -> NewOperator {
    NewOperator { email: email.parse().unwrap(), name: "Puppet".into(), given: Role::Owner.into(), password: None }
}

/// Attack: what a token's maker had when it was made, and has no more.
#[tokio::test]
async fn a_token_is_worth_what_its_maker_is_now() {
    let world = World::new().await;
    let access = &world.access;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let here = access.create_token(&dealer, world.a1, token(Role::Owner, None)).await.unwrap();

    // a role that shrinks takes what it permitted out of the tokens of who holds it
    let wide: Permissions =
        [Permission::ViewAccounts, Permission::ViewAudit, Permission::ManageTokens].into_iter().collect();
    let role = access.create_role(&dealer, world.a, NewRole { name: "Wide".into(), permissions: wide }).await.unwrap();
    let RoleRef::Made(id) = role.role else { panic!() };
    let given = Given { role: role.role, excluded: Vec::new() };
    let holder = world.add(world.a, "holder@a", Role::Viewer).await;
    access.change_grant(&world.platform, world.a, holder, given).await.unwrap();
    let holder = world.sign_in("holder@a").await.principal;
    let looking = [Permission::ViewAccounts, Permission::ViewAudit].into_iter().collect();
    let new = NewToken { name: "t".into(), permits: Permits::Permissions(looking), expires_at: None };
    let made = access.create_token(&holder, world.a, new).await.unwrap();
    let may = async |permission| {
        let program = access.authenticate_token(&made.secret).await.unwrap();
        access.authorize(&program, world.a, permission).await.is_ok()
    };
    assert!(may(Permission::ViewAudit).await);
    let narrow = [Permission::ViewAccounts, Permission::ManageTokens].into_iter().collect();
    access.change_role(&dealer, world.a, id, NewRole { name: "Narrow".into(), permissions: narrow }).await.unwrap();
    assert!(!may(Permission::ViewAudit).await);
    assert!(may(Permission::ViewAccounts).await);

    // an account that is moved to another dealer is out of the first one's reach, and of its keys
    assert!(access.authenticate_token(&here.secret).await.is_ok());
    let begun = access.begin_move(&world.platform, world.a1, world.b).await.unwrap();
    let top = begun.scope.account();
    let id = begun.commit().await.unwrap();
    let mut scope = access.store().scope(&Actor::system("account-move"), top).await.unwrap();
    access.run_move(&mut scope, world.a1, id).await.unwrap();
    scope.commit().await.unwrap();
    assert!(matches!(access.authenticate_token(&here.secret).await, Err(AccessError::TokenRevoked)));
}

/// Attack: a key that was found makes one for later.
#[tokio::test]
async fn a_token_of_a_token_ends_with_it() {
    let world = World::new().await;
    let access = &world.access;
    let soon = access.store().now() + SignedDuration::from_hours(1);
    let later = access.store().now() + SignedDuration::from_hours(9);
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let parent = access.create_token(&owner, world.a, token(Role::Owner, Some(soon))).await.unwrap();
    let program = access.authenticate_token(&parent.secret).await.unwrap();
    let mut children = Vec::new();
    for ends in [None, Some(later)] {
        let child = access.create_token(&program, world.a1, token(Role::Owner, ends)).await.unwrap();
        assert_eq!(child.token.expires_at, parent.token.expires_at, "no later than what made it");
        assert_eq!(child.token.made_with, Some(parent.token.id));
        children.push(child);
    }
    let child = access.authenticate_token(&children[0].secret).await.unwrap();
    let grandchild = access.create_token(&child, world.a1, token(Role::Viewer, None)).await.unwrap();
    assert!(access.authenticate_token(&grandchild.secret).await.is_ok());
    access.revoke_token(&owner, world.a, parent.token.id).await.unwrap();
    for secret in [&children[0].secret, &children[1].secret, &grandchild.secret] {
        assert!(matches!(access.authenticate_token(secret).await, Err(AccessError::TokenRevoked)));
    }
}

#[tokio::test]
async fn no_token_lives_for_ever() {
    let world = World::new().await;
    let lifetime = jiff::SignedDuration::from_hours(30 * 24);
    let access = world.access.clone().limiting_tokens(lifetime);
    let last = world.access.store().now() + lifetime;
    let unsaid = access.create_token(&world.platform, world.a, token(Role::Viewer, None)).await.unwrap();
    assert_eq!(unsaid.token.expires_at, Some(last), "where nothing is said, the longest time");
    let hour = jiff::SignedDuration::from_hours(1);
    let beyond = access.create_token(&world.platform, world.a, token(Role::Viewer, Some(last + hour))).await;
    assert!(matches!(beyond, Err(AccessError::Invalid { field: "expires_at", .. })), "{beyond:?}");
    let within = access.create_token(&world.platform, world.a, token(Role::Viewer, Some(last - hour))).await.unwrap();
    assert_eq!(within.token.expires_at, Some(last - hour));
    world.clock.advance(lifetime);
    assert!(matches!(access.authenticate_token(&unsaid.secret).await, Err(AccessError::TokenExpired)));
}
