//! Operators and their grants.

use bailiwick_access::operators::{Change, NewOperator};
use bailiwick_access::sessions::SignInOutcome;
use bailiwick_access::{AccessError, Password, PasswordError, Role};
use bailiwick_store::{AccountId, PageRequest};
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World};

fn new(email: &str, role: Role) -> NewOperator {
    NewOperator { email: email.parse().unwrap(), name: "N".into(), given: role.into(), password: None }
}

#[tokio::test]
async fn one_identity_whatever_the_spelling_and_however_many_grants() {
    let world = World::new().await;
    let first =
        world.access.add_operator(&world.platform, world.a, new("Ann@Example.org", Role::Viewer)).await.unwrap();
    let told = first.initial_password.expect("a new operator is told a password");
    let again =
        world.access.add_operator(&world.platform, world.b, new("ann@example.ORG ", Role::Owner)).await.unwrap();
    assert_eq!(again.operator, first.operator);
    assert!(again.initial_password.is_none(), "somebody who exists keeps the password");
    let twice = world.access.add_operator(&world.platform, world.b, new("ann@example.org", Role::Viewer)).await;
    assert!(matches!(twice, Err(AccessError::Conflict(_))));
    let SignInOutcome::SignedIn(ann) = world.access.sign_in("ANN@example.org", &told, None, None).await.unwrap() else {
        panic!("refused")
    };
    let held: Vec<_> = ann.principal.held().iter().map(|held| (held.account, held.role.role)).collect();
    assert!(
        held.len() == 2
            && held.contains(&(world.a, Role::Viewer.into()))
            && held.contains(&(world.b, Role::Owner.into()))
    );
    assert_eq!(world.access.me(&ann.principal).await.unwrap().email, "Ann@Example.org");
}

#[tokio::test]
async fn an_owner_of_one_account_cannot_take_over_an_identity() {
    let world = World::new().await;
    let victim = world.add(world.b, "victim@b", Role::Owner).await;
    let attacker = world.someone(world.a, "attacker@a", Role::Owner).await;
    let mut grab = new("victim@b", Role::Viewer);
    grab.password = Some(Password::new("chosen by the attacker".into()).unwrap());
    let refused = world.access.add_operator(&attacker, world.a, grab.clone()).await;
    assert!(matches!(refused, Err(AccessError::Conflict(_))), "nor is anything told of it");
    let added = world.access.add_operator(&world.platform, world.a, grab).await.unwrap();
    assert_eq!(added.operator, victim);
    let outcome = world.access.sign_in("victim@b", &"chosen by the attacker".into(), None, None).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::Refused));
    world.sign_in("victim@b").await;
    // and by the database itself, past the service
    let mut scope = world.access.store().scope(attacker.actor(), world.a).await.unwrap();
    let changed = sqlx::query("update operators set password_hash = $1 where id = $2")
        .bind("x")
        .bind(victim)
        .execute(scope.sql())
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 0);
}

#[tokio::test]
async fn members_are_seen_as_far_up_as_the_caller_sees() {
    let world = World::new().await;
    world.add(AccountId::ROOT, "root@x", Role::Owner).await;
    let dealer = world.someone(world.a, "dealer@a", Role::Owner).await;
    let customer = world.someone(world.a1, "customer@a1", Role::Owner).await;
    let members = async |who| {
        let members = world.access.members(who, world.a1, &PageRequest::default()).await.unwrap().items;
        members.into_iter().map(|member| (member.name, member.inherited_from.map(|(_, name)| name))).collect::<Vec<_>>()
    };
    let own = ("customer".to_owned(), None);
    let inherited = ("dealer".to_owned(), Some("A".to_owned()));
    assert_eq!(members(&customer).await, std::slice::from_ref(&own));
    assert_eq!(members(&dealer).await, [own.clone(), inherited.clone()]);
    let top = ("root".to_owned(), Some("Platform".to_owned()));
    assert_eq!(members(&world.platform).await, [own, inherited, top]);
}

#[tokio::test]
async fn roles_are_changed_and_taken_on_their_own_account_only() {
    let world = World::new().await;
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let other = world.add(world.a1, "other@a1", Role::Viewer).await;
    let strange = world.add(world.b, "strange@b", Role::Viewer).await;
    for (account, operator) in [(world.a, other), (world.a1, strange)] {
        let change = world.access.change_grant(&owner, account, operator, Role::Owner).await;
        assert!(matches!(change, Err(AccessError::NotFound)));
        let remove = world.access.remove_operator(&owner, account, operator).await;
        assert!(matches!(remove, Err(AccessError::NotFound)));
    }
    world.access.change_grant(&owner, world.a1, other, Role::Technician).await.unwrap();
    let signed_in = world.sign_in("other@a1").await;
    assert_eq!(signed_in.principal.held()[0].role, Role::Technician.into());
    world.access.remove_operator(&owner, world.a1, other).await.unwrap();
    // the session does not outlive the last grant, and there is no new one
    let gone = world.access.authenticate_session(&signed_in.secret).await;
    assert!(matches!(gone, Err(AccessError::NothingHeld)));
    let outcome = world.access.sign_in("other@a1", &PASSWORD.into(), None, None).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::Refused));
    assert_eq!(
        world.audited(world.a1).await,
        ["account.created", "operator.added", "grant.changed", "session.started", "grant.removed"]
    );
}

#[tokio::test]
async fn the_platform_keeps_an_owner() {
    let world = World::new().await;
    let one = world.add(AccountId::ROOT, "one@x", Role::Owner).await;
    for _ in 0..2 {
        let refused = world.access.change_grant(&world.platform, AccountId::ROOT, one, Role::Viewer).await;
        assert!(matches!(refused, Err(AccessError::LastOwner)));
        let refused = world.access.remove_operator(&world.platform, AccountId::ROOT, one).await;
        assert!(matches!(refused, Err(AccessError::LastOwner)));
    }
    let two = world.add(AccountId::ROOT, "two@x", Role::Owner).await;
    world.access.remove_operator(&world.platform, AccountId::ROOT, one).await.unwrap();
    let refused = world.access.remove_operator(&world.platform, AccountId::ROOT, two).await;
    assert!(matches!(refused, Err(AccessError::LastOwner)));
}

#[tokio::test]
async fn an_account_keeps_an_owner_unless_somebody_above_decides() {
    let world = World::new().await;
    world.add(AccountId::ROOT, "root@x", Role::Owner).await;
    let last = world.add(world.a, "last@a", Role::Owner).await;
    let last_itself = world.sign_in("last@a").await.principal;
    let refused = world.access.change_grant(&last_itself, world.a, last, Role::Viewer).await;
    assert!(matches!(refused, Err(AccessError::LastOwner)), "the platform's owner is no owner of the dealer");
    let refused = world.access.remove_operator(&last_itself, world.a, last).await;
    assert!(matches!(refused, Err(AccessError::LastOwner)));
    // a customer has its dealer's owner to turn to
    let customer = world.add(world.a1, "customer@a1", Role::Owner).await;
    let customer_itself = world.sign_in("customer@a1").await.principal;
    world.access.change_grant(&customer_itself, world.a1, customer, Role::Viewer).await.unwrap();
    // which a customer of another dealer has not
    let alone = world.add(world.b1, "alone@b1", Role::Owner).await;
    let alone_itself = world.sign_in("alone@b1").await.principal;
    let refused = world.access.remove_operator(&alone_itself, world.b1, alone).await;
    assert!(matches!(refused, Err(AccessError::LastOwner)));
    // with a second owner one may go; whoever is no owner always may; and those above decide
    world.add(world.b1, "second@b1", Role::Owner).await;
    world.access.remove_operator(&alone_itself, world.b1, alone).await.unwrap();
    let viewer = world.add(world.a, "viewer@a", Role::Viewer).await;
    world.access.remove_operator(&last_itself, world.a, viewer).await.unwrap();
    world.access.remove_operator(&world.platform, world.a, last).await.unwrap();
}

#[tokio::test]
async fn the_e_mail_address_is_no_password() {
    let world = World::new().await;
    let mut same = new("somebody@example.org", Role::Viewer);
    same.password = Some(Password::new("Somebody@Example.org".into()).unwrap());
    let refused = world.access.add_operator(&world.platform, world.a, same).await;
    assert!(matches!(refused, Err(AccessError::Password(PasswordError::SameAsEmail))));
    world.add(world.a, "somebody.else@example.org", Role::Viewer).await;
    let here = world.sign_in("somebody.else@example.org").await;
    let same = Password::new("somebody.else@example.org".into()).unwrap();
    let refused = world.access.change_password(&here.principal, &PASSWORD.into(), &same).await;
    assert!(matches!(refused, Err(AccessError::Password(PasswordError::SameAsEmail))));
}

#[tokio::test]
async fn an_operator_changes_itself() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    let here = world.sign_in("ann@a").await;
    let elsewhere = world.sign_in("ann@a").await;
    let change = Change { name: Some(" Ann ".into()), locale: Some("de-AT".into()) };
    let changed = world.access.change_me(&here.principal, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.locale.as_str()), ("Ann", "de-AT"));
    assert_eq!(world.access.me(&here.principal).await.unwrap(), changed);
    for locale in ["", "d", "de_AT", "DE", "de-", "deu", "é"] {
        let change = Change { name: None, locale: Some(locale.into()) };
        assert!(world.access.change_me(&here.principal, change).await.is_err(), "{locale}");
    }
    let next = Password::new("another horse battery".into()).unwrap();
    let wrong = world.access.change_password(&here.principal, &"not the password".into(), &next).await;
    assert!(matches!(wrong, Err(AccessError::WrongPassword)));
    world.access.change_password(&here.principal, &PASSWORD.into(), &next).await.unwrap();
    assert!(world.access.authenticate_session(&here.secret).await.is_ok(), "this session goes on");
    let other = world.access.authenticate_session(&elsewhere.secret).await;
    assert!(matches!(other, Err(AccessError::SessionUnknown)), "the others end");
    let old = world.access.sign_in("ann@a", &PASSWORD.into(), None, None).await.unwrap();
    assert!(matches!(old, SignInOutcome::Refused));
    let new = world.access.sign_in("ann@a", &next.secret().expose_secret().into(), None, None).await.unwrap();
    assert!(matches!(new, SignInOutcome::SignedIn(_)));
}
