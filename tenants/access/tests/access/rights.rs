//! Rights: what a grant, a branch left out, a restriction, a suspension and the root's place let through.

use bailiwick_access::accounts::{FirstOwner, Kind, NewAccount};
use bailiwick_access::grants::Given;
use bailiwick_access::roles::NewRole;
use bailiwick_access::tokens::{NewToken, Permits};
use bailiwick_access::{AccessError, Permission as P, Permissions, Principal, Role, RoleRef};
use bailiwick_store::{AccountId, PageRequest};

use crate::world::{World, make};

fn permits(of: &[P]) -> Permissions {
    of.iter().copied().collect()
}

async fn may(world: &World, who: &Principal, account: AccountId, permission: P) -> Result<(), &'static str> {
    match world.access.authorize(who, account, permission).await {
        Ok(_) => Ok(()),
        Err(AccessError::Denied { .. }) => Err("denied"),
        Err(AccessError::NotFound) => Err("not found"),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_root_runs_the_platform_and_sees_nothing_of_what_dealers_have() {
    let world = World::new().await;
    let root = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    for account in [world.a, world.a1] {
        for permission in [P::ViewAccounts, P::ManageAccounts, P::ViewUsage, P::ManageQuotas] {
            assert_eq!(may(&world, &root, account, permission).await, Ok(()), "{permission}");
        }
        for permission in [P::ViewDevices, P::ViewOperators, P::ManageOperators, P::ViewAudit, P::ManageTokens] {
            assert_eq!(may(&world, &root, account, permission).await, Err("denied"), "{permission}");
        }
    }
    // at the root itself it manages who else runs the platform; a list from there would be everybody's devices
    assert_eq!(may(&world, &root, AccountId::ROOT, P::ManageOperators).await, Ok(()));
    assert_eq!(may(&world, &root, AccountId::ROOT, P::ViewDevices).await, Err("denied"));
    let another = bailiwick_access::operators::NewOperator {
        email: "second@x".parse().unwrap(),
        name: "Second".into(),
        given: Role::Owner.into(),
        password: None,
    };
    world.access.add_operator(&root, AccountId::ROOT, another.clone()).await.unwrap();
    let at_dealer = world.access.add_operator(&root, world.a, another).await;
    assert!(matches!(at_dealer, Err(AccessError::Denied { .. })), "it cannot let itself in by another name");
    // a token of the root has no more
    let token = NewToken { name: "t".into(), permits: Role::Owner.into(), expires_at: None };
    let issued = world.access.create_token(&root, AccountId::ROOT, token).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    assert_eq!(may(&world, &program, world.a1, P::ViewDevices).await, Err("denied"));
}

#[tokio::test]
async fn a_branch_left_out_does_not_exist() {
    let world = World::new().await;
    let sub = make(&world.access, &world.platform, world.a, "Sub", Kind::Dealer).await;
    let inner = make(&world.access, &world.platform, sub, "Inner", Kind::Customer).await;
    let operator = world.add(world.a, "tech@a", Role::Technician).await;
    let given = Given { role: Role::Technician.into(), excluded: vec![sub] };
    world.access.change_grant(&world.platform, world.a, operator, given).await.unwrap();
    let tech = world.sign_in("tech@a").await.principal;
    for account in [sub, inner] {
        assert_eq!(may(&world, &tech, account, P::ViewDevices).await, Err("not found"));
    }
    assert_eq!(may(&world, &tech, world.a1, P::ViewDevices).await, Ok(()));
    let mut scope = world.access.authorize(&tech, world.a, P::ViewDevices).await.unwrap();
    assert!(scope.bind(inner).await.is_err(), "nor by way of the dealer's scope");
    drop(scope);
    let listed = world
        .access
        .accounts(&tech, world.a, bailiwick_access::accounts::Reach::Subtree, None, &PageRequest::new(100, None))
        .await
        .unwrap();
    assert_eq!(listed.items.iter().map(|account| account.id).collect::<Vec<_>>(), [world.a1]);

    // a grant of its own inside the branch still counts
    let viewer = bailiwick_access::operators::NewOperator {
        email: "tech@a".parse().unwrap(),
        name: "x".into(),
        given: Role::Viewer.into(),
        password: None,
    };
    world.access.add_operator(&world.platform, inner, viewer).await.unwrap();
    let tech = world.sign_in("tech@a").await.principal;
    assert_eq!(may(&world, &tech, inner, P::ViewDevices).await, Ok(()));
    assert_eq!(may(&world, &tech, inner, P::ManageDevices).await, Err("denied"));
    assert_eq!(may(&world, &tech, sub, P::ViewDevices).await, Err("not found"));
    let roots: Vec<_> = tech.roots().map(|held| held.account).collect();
    assert!(roots.contains(&world.a) && roots.contains(&inner));

    // only what lies below can be left out
    for wrong in [vec![world.b1], vec![world.a], vec![sub, sub], vec![AccountId::new()]] {
        let given = Given { role: Role::Technician.into(), excluded: wrong };
        let refused = world.access.change_grant(&world.platform, world.a, operator, given).await;
        assert!(matches!(refused, Err(AccessError::Invalid { field: "excluded", .. })));
    }
}

#[tokio::test]
async fn nobody_gives_what_he_does_not_have() {
    let world = World::new().await;
    let admin = world.someone(world.a, "admin@a", Role::Admin).await;
    let owner = world.add(world.a, "owner@a", Role::Owner).await;
    let new = |email: &str, role: Role| bailiwick_access::operators::NewOperator {
        email: email.parse().unwrap(),
        name: "N".into(),
        given: role.into(),
        password: None,
    };
    let refused = world.access.add_operator(&admin, world.a1, new("o@a1", Role::Owner)).await;
    assert!(matches!(refused, Err(AccessError::Excess(lacking)) if lacking.contains(P::DeleteAccounts)));
    world.access.add_operator(&admin, world.a1, new("a@a1", Role::Admin)).await.unwrap();
    let demoted = world.access.change_grant(&admin, world.a, owner, Role::Viewer).await;
    assert!(matches!(demoted, Err(AccessError::Excess(_))), "nor takes from somebody who has more");
    assert!(matches!(world.access.remove_operator(&admin, world.a, owner).await, Err(AccessError::Excess(_))));
    let token = NewToken { name: "t".into(), permits: Role::Owner.into(), expires_at: None };
    assert!(matches!(world.access.create_token(&admin, world.a, token).await, Err(AccessError::Excess(_))));
    let permits = Permits::Permissions(permits(&[P::ViewDevices]));
    let token = NewToken { name: "t".into(), permits, expires_at: None };
    let issued = world.access.create_token(&admin, world.a, token).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    assert_eq!(may(&world, &program, world.a1, P::ViewDevices).await, Ok(()));
    assert_eq!(may(&world, &program, world.a1, P::ViewAccounts).await, Err("denied"));
}

#[tokio::test]
async fn a_role_of_ones_own_is_given_below_and_changes_for_all_who_hold_it() {
    let world = World::new().await;
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let alerts = NewRole { name: "Night watch".into(), permissions: permits(&[P::ViewDevices, P::HandleAlerts]) };
    let role = world.access.create_role(&owner, world.a, alerts).await.unwrap();
    let RoleRef::Made(id) = role.role else { panic!("a made role") };
    let watch = world.add(world.a1, "watch@a1", Role::Viewer).await;
    world.access.change_grant(&owner, world.a1, watch, role.role).await.unwrap();
    let signed_in = world.sign_in("watch@a1").await;
    assert_eq!(may(&world, &signed_in.principal, world.a1, P::HandleAlerts).await, Ok(()));
    assert_eq!(may(&world, &signed_in.principal, world.a1, P::ManageSites).await, Err("denied"));

    let less = NewRole { name: "Night watch".into(), permissions: permits(&[P::ViewDevices]) };
    world.access.change_role(&owner, world.a, id, less).await.unwrap();
    let watching = world.access.authenticate_session(&signed_in.secret).await.unwrap();
    assert_eq!(
        may(&world, &watching, world.a1, P::HandleAlerts).await,
        Err("denied"),
        "at once, not at the next sign-in"
    );
    assert!(matches!(world.access.delete_role(&owner, world.a, id).await, Err(AccessError::Conflict(_))));

    // another dealer neither sees nor gives it, and a customer's admin does not know what its dealer made
    let other = world.someone(world.b, "owner@b", Role::Owner).await;
    assert!(
        !world
            .access
            .roles(&other, world.b, &PageRequest::default())
            .await
            .unwrap()
            .items
            .iter()
            .any(|role| role.role == RoleRef::Made(id))
    );
    let viewer = world.add(world.b1, "v@b1", Role::Viewer).await;
    let stolen = world.access.change_grant(&other, world.b1, viewer, role.role).await;
    assert!(matches!(stolen, Err(AccessError::Invalid { field: "role", .. })));
    let customer = world.someone(world.a1, "c@a1", Role::Owner).await;
    let unseen = world.access.roles(&customer, world.a1, &PageRequest::default()).await.unwrap().items;
    assert_eq!(unseen.len(), Role::ALL.len());
    // who lacks a permission makes no role with it
    let admin = world.someone(world.a, "admin@a", Role::Admin).await;
    let attempt = NewRole { name: "Mine".into(), permissions: permits(&[P::DeleteAccounts]) };
    assert!(world.access.create_role(&admin, world.a, attempt).await.is_err());
    // nor does one bear the name of another
    let posing = NewRole { name: " Owner".into(), permissions: permits(&[P::ViewDevices]) };
    let posed = world.access.create_role(&owner, world.a, posing).await;
    assert!(matches!(posed, Err(AccessError::Invalid { field: "name", .. })));
}

#[tokio::test]
async fn what_a_customer_denies_its_dealer_cannot() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let customer = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let denied = permits(&[P::ManageDevices, P::LocateDevices]);
    assert_eq!(may(&world, &dealer, world.a1, P::ManageDevices).await, Ok(()));
    let by_dealer = world.access.restrict(&dealer, world.a1, denied).await;
    assert!(matches!(by_dealer, Err(AccessError::Denied { .. })), "it is the customer's own to say");
    world.access.restrict(&customer, world.a1, denied).await.unwrap();
    for permission in [P::ManageDevices, P::LocateDevices] {
        assert_eq!(may(&world, &dealer, world.a1, permission).await, Err("denied"));
        assert_eq!(may(&world, &customer, world.a1, permission).await, Ok(()));
    }
    assert_eq!(may(&world, &dealer, world.a1, P::ViewDevices).await, Ok(()));
    let left = world.access.permissions(&dealer, world.a1).await.unwrap();
    assert!(!left.contains(P::ManageDevices) && left.contains(P::ManageSites));
    // nor by way of the dealer's own scope
    let mut scope = world.access.authorize(&dealer, world.a, P::ManageDevices).await.unwrap();
    assert!(scope.bind(world.a1).await.is_err());
    drop(scope);
    let mut scope = world.access.authorize(&dealer, world.a, P::ManageSites).await.unwrap();
    scope.bind(world.a1).await.unwrap();
    drop(scope);
    // nor lifts it
    let lifted = world.access.restrict(&dealer, world.a1, Permissions::NONE).await;
    assert!(matches!(lifted, Err(AccessError::Denied { .. })));
    assert_eq!(world.access.restrictions(&dealer, world.a1).await.unwrap().len(), 2, "but it sees what is denied");
    let absurd = world.access.restrict(&customer, world.a1, permits(&[P::ViewDevices])).await;
    assert!(matches!(absurd, Err(AccessError::Invalid { field: "denied", .. })));
    world.access.restrict(&customer, world.a1, Permissions::NONE).await.unwrap();
    assert_eq!(may(&world, &dealer, world.a1, P::ManageDevices).await, Ok(()));
    let audited = world.audited(world.a1).await;
    assert_eq!(audited.iter().filter(|action| *action == "restrictions.changed").count(), 2);
}

/// Whoever is denied something from above gets it by nobody that it puts there: neither itself, nor a puppet, a token,
/// a role that grows, nor the one who set the limits taken away.
#[tokio::test]
async fn what_is_denied_from_above_is_not_given_there_from_above() {
    let world = World::new().await;
    let access = &world.access;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let admin = world.someone(world.a, "admin@a", Role::Admin).await;
    let customer = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let viewing = NewRole { name: "Grows".into(), permissions: permits(&[P::ViewDevices]) };
    let grows = access.create_role(&dealer, world.a, viewing).await.unwrap().role;
    let RoleRef::Made(grows) = grows else { panic!("a made role") };
    let puppet = |email: &str, role: RoleRef| bailiwick_access::operators::NewOperator {
        email: email.parse().unwrap(),
        name: "Puppet".into(),
        given: Given { role, excluded: Vec::new() },
        password: Some(bailiwick_access::Password::new(crate::world::PASSWORD.into()).unwrap()),
    };
    access.add_operator(&dealer, world.a1, puppet("grows@a1", RoleRef::Made(grows))).await.unwrap();
    access.restrict(&customer, world.a1, permits(&[P::LocateDevices])).await.unwrap();

    for who in [&dealer, &admin] {
        for (email, role) in [("admin@a", Role::Admin), ("puppet@a1", Role::Owner), ("puppet@a1", Role::Admin)] {
            let added = access.add_operator(who, world.a1, puppet(email, role.into())).await;
            assert!(matches!(added, Err(AccessError::Excess(_))), "{email} {role}: {added:?}");
        }
        for permission in [P::LocateDevices, P::ManagePrivacy] {
            let permits = Permits::Permissions(permits(&[permission]));
            let token = NewToken { name: "t".into(), permits, expires_at: None };
            let made = access.create_token(who, world.a1, token).await;
            assert!(matches!(made, Err(AccessError::Excess(_))), "{permission}");
        }
        let taken = access.remove_operator(who, world.a1, customer.operator().unwrap()).await;
        assert!(matches!(taken, Err(AccessError::Excess(_))), "nor is who set the limits taken away");
    }
    for permission in [P::LocateDevices, P::ManagePrivacy] {
        let grown = NewRole { name: "Grows".into(), permissions: permits(&[P::ViewDevices, permission]) };
        let changed = access.change_role(&dealer, world.a, grows, grown).await;
        assert!(matches!(changed, Err(AccessError::Excess(_))), "{permission}");
    }
    // what is not denied is given as before, and all of it by the customer itself
    access.add_operator(&dealer, world.a1, puppet("viewer@a1", Role::Viewer.into())).await.unwrap();
    access.add_operator(&customer, world.a1, puppet("second@a1", Role::Owner.into())).await.unwrap();
}

/// Whose grant leaves a branch out gives nothing that would reach it, nor takes the exception from itself.
#[tokio::test]
async fn a_branch_left_out_is_not_reached_by_what_one_gives() {
    let world = World::new().await;
    let access = &world.access;
    let operator = world.add(world.a, "admin@a", Role::Admin).await;
    let given = Given { role: Role::Admin.into(), excluded: vec![world.a1] };
    access.change_grant(&world.platform, world.a, operator, given).await.unwrap();
    let admin = world.sign_in("admin@a").await.principal;
    assert_eq!(may(&world, &admin, world.a1, P::ViewAccounts).await, Err("not found"));
    let lifted = access.change_grant(&admin, world.a, operator, Role::Admin).await;
    assert!(matches!(lifted, Err(AccessError::Excess(_))), "{lifted:?}");
    let token = NewToken { name: "t".into(), permits: Role::Viewer.into(), expires_at: None };
    let made = access.create_token(&admin, world.a, token).await;
    assert!(matches!(made, Err(AccessError::Excess(_))));
    let puppet = bailiwick_access::operators::NewOperator {
        email: "puppet@a".parse().unwrap(),
        name: "Puppet".into(),
        given: Role::Viewer.into(),
        password: None,
    };
    let added = access.add_operator(&admin, world.a, puppet).await;
    assert!(matches!(added, Err(AccessError::Excess(_))), "{added:?}");
    // beside the branch it gives what it has
    let beside = make(access, &world.platform, world.a, "Beside", Kind::Customer).await;
    let token = NewToken { name: "t".into(), permits: Role::Viewer.into(), expires_at: None };
    access.create_token(&admin, beside, token).await.unwrap();
}

/// A move says who sees an account: it takes all that an owner may there, or an elevation.
#[tokio::test]
async fn nobody_moves_an_account_to_where_others_may_more() {
    let world = World::new().await;
    let access = &world.access;
    let admin = world.someone(world.a, "admin@a", Role::Admin).await;
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let root = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    let trojan = make(access, &admin, world.a, "Trojan", Kind::Dealer).await;
    let moved = access.plan_move(&admin, world.a1, trojan).await;
    assert!(matches!(moved, Err(AccessError::Excess(_))), "{:?}", moved.err());
    for to in [trojan, world.b] {
        let moved = access.plan_move(&root, world.a1, to).await;
        assert!(matches!(moved, Err(AccessError::ElevationMissing)), "{:?}", moved.err());
    }
    access.plan_move(&owner, world.a1, trojan).await.unwrap();
    let (app, _) = world.enrol(&root).await;
    let new = bailiwick_access::elevations::NewElevation {
        reason: "A1 was sold to B".into(),
        minutes: 15,
        evidence: world.code(&app).into(),
    };
    access.elevate(&root, &world.key, world.a1, new).await.unwrap();
    let challenge = world.challenge("root@x").await;
    let root = world.answer(&challenge, &world.code(&app)).await.unwrap().principal;
    access.plan_move(&root, world.a1, world.b).await.unwrap();
    assert!(world.audited(world.a1).await.contains(&"elevation.began".to_owned()));
}

#[tokio::test]
async fn less_than_before_takes_the_keys_along() {
    let world = World::new().await;
    let maker = world.someone(world.a, "maker@a", Role::Owner).await;
    let id = maker.operator().unwrap();
    world.add(world.a, "other@a", Role::Owner).await;
    let token = NewToken { name: "t".into(), permits: Role::Technician.into(), expires_at: None };
    let issued = world.access.create_token(&maker, world.a1, token).await.unwrap();
    world.access.change_grant(&world.platform, world.a, id, Role::Viewer).await.unwrap();
    let refused = world.access.authenticate_token(&issued.secret).await;
    assert!(matches!(refused, Err(AccessError::TokenRevoked)));
}

/// What happens to all of an account happens to a branch of it too: who is kept out of that does not do it.
#[tokio::test]
async fn a_branch_left_out_is_not_suspended_moved_or_deleted_from_above() {
    let world = World::new().await;
    let sub = make(&world.access, &world.platform, world.a, "Sub", Kind::Dealer).await;
    let other = make(&world.access, &world.platform, world.a, "Other", Kind::Dealer).await;
    let inner = make(&world.access, &world.platform, sub, "Inner", Kind::Customer).await;
    let operator = world.add(world.a, "boss@a", Role::Owner).await;
    world.add(world.a, "another@a", Role::Owner).await;
    let given = Given { role: Role::Owner.into(), excluded: vec![inner] };
    world.access.change_grant(&world.platform, world.a, operator, given).await.unwrap();
    let boss = world.sign_in("boss@a").await.principal;
    let hour = jiff::SignedDuration::from_hours(1);
    let refused = [
        world.access.suspend_account(&boss, sub, None).await.err(),
        world.access.delete_account(&boss, sub, "Sub", hour).await.err(),
        world.access.begin_move(&boss, sub, other).await.err(),
        world.access.set_quotas(&boss, sub, Default::default()).await.err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(AccessError::Denied { .. })), "{error:?}");
    }
    assert!(matches!(world.access.suspend_account(&boss, inner, None).await, Err(AccessError::NotFound)));
    world.access.suspend_account(&boss, other, None).await.unwrap();
    let another = world.sign_in("another@a").await.principal;
    world.access.suspend_account(&another, sub, None).await.unwrap();
}

/// Attack: an account that one makes comes with an owner, who may more than oneself.
#[tokio::test]
async fn a_first_owner_is_given_by_who_may_give_one() {
    let world = World::new().await;
    let access = &world.access;
    let sub = make(access, &world.platform, world.a, "Sub", Kind::Dealer).await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let admin = world.someone(world.a, "admin@a", Role::Admin).await;
    let below = world.someone(sub, "owner@sub", Role::Owner).await;
    access.restrict(&below, sub, permits(&[P::LocateDevices])).await.unwrap();
    let account = |email: &str| NewAccount {
        name: "Kid".into(),
        kind: Kind::Dealer,
        owner: Some(FirstOwner { email: email.parse().unwrap(), name: "Puppet".into(), password: None }),
    };
    for (who, parent, email) in [
        (&admin, world.a, "admin@a"),
        (&admin, world.a, "puppet@a"),
        (&dealer, sub, "owner@a"),
        (&dealer, sub, "p@sub"),
    ] {
        let made = access.create_account(who, parent, account(email)).await;
        assert!(matches!(made, Err(AccessError::Excess(_))), "{email}: {made:?}");
    }
    // without one, by who may, and by who runs the platform
    access.create_account(&admin, world.a, NewAccount { owner: None, ..account("x@x") }).await.unwrap();
    access.create_account(&dealer, world.a, account("owner@kid")).await.unwrap();
    access.create_account(&below, sub, account("owner@subkid")).await.unwrap();
    let root = world.someone(AccountId::ROOT, "root@x", Role::Admin).await;
    access.create_account(&root, AccountId::ROOT, account("owner@new")).await.unwrap();
}
