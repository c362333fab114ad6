//! API tokens.

use bailiwick_access::tokens::NewToken;
use bailiwick_access::{AccessError, Permission, Role};
use bailiwick_store::{AccountId, Actor};
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
    assert!(matches!(world.access.sessions(&program).await, Err(AccessError::NotAPerson)));
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
    let listed = world.access.tokens(&world.platform, world.a1).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].last_used_at.is_some());
    assert_eq!(listed[0].created_at, issued.token.created_at);
    assert!(world.access.tokens(&world.platform, world.a).await.unwrap().is_empty());
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
