//! The tree, and who may do what in it.

use bailiwick_access::accounts::{Kind, NewAccount, Reach};
use bailiwick_access::{AccessError, Permission, Principal, Role};
use bailiwick_store::{AccountId, Cursor, PageRequest};

use crate::world::{World, make};

#[tokio::test]
async fn out_of_sight_is_not_found_and_in_sight_is_denied() {
    let world = World::new().await;
    let (a, a1, b, b1) = (world.a, world.a1, world.b, world.b1);
    let owner = world.someone(a, "owner@a", Role::Owner).await;
    let technician = world.someone(a, "tech@a", Role::Technician).await;
    let viewer = world.someone(a1, "viewer@a1", Role::Viewer).await;
    // (who, where, needs) → what becomes of it
    let cases: [(&Principal, AccountId, Permission, Option<&str>); 12] = [
        (&owner, a, Permission::ManageOperators, None),
        (&owner, a1, Permission::ManageDrivers, None),
        (&owner, b, Permission::ViewDevices, Some("not_found")),
        (&owner, b1, Permission::ViewDevices, Some("not_found")),
        (&owner, AccountId::ROOT, Permission::ViewDevices, Some("not_found")),
        (&owner, AccountId::new(), Permission::ViewDevices, Some("not_found")),
        (&technician, a1, Permission::ManageDevices, None),
        (&technician, a1, Permission::ManageAccounts, Some("denied")),
        (&technician, b1, Permission::ManageAccounts, Some("not_found")),
        (&viewer, a1, Permission::ViewDevices, None),
        (&viewer, a1, Permission::ManageDevices, Some("denied")),
        (&viewer, a, Permission::ViewDevices, Some("not_found")),
    ];
    for (who, account, needs, expected) in cases {
        let outcome = world.access.authorize(who, account, needs).await;
        let code = outcome.as_ref().err().map(AccessError::code);
        assert_eq!(code, expected, "{:?} {needs:?}", who.actor());
        if let Ok(scope) = outcome {
            assert_eq!((scope.account(), scope.actor()), (account, who.actor()));
        }
    }
}

#[tokio::test]
async fn accounts_lie_where_their_kind_has_a_place() {
    let world = World::new().await;
    let cases = [
        (AccountId::ROOT, Kind::Customer, false),
        (AccountId::ROOT, Kind::Platform, false),
        (AccountId::ROOT, Kind::Dealer, true),
        (world.a, Kind::Dealer, true),
        (world.a, Kind::Customer, true),
        (world.a, Kind::Platform, false),
        (world.a1, Kind::Dealer, false),
        (world.a1, Kind::Customer, false),
    ];
    for (parent, kind, fits) in cases {
        let made = world
            .access
            .create_account(&world.platform, parent, NewAccount { name: "X".into(), kind, owner: None })
            .await;
        assert_eq!(made.is_ok(), fits, "{kind:?}: {made:?}");
    }
    for name in ["", "  ", "a\nb", &"x".repeat(201)] {
        let new = NewAccount { name: name.into(), kind: Kind::Dealer, owner: None };
        let refused = world.access.create_account(&world.platform, world.a, new).await.unwrap_err();
        assert!(matches!(refused, AccessError::Invalid { field: "name", .. }));
    }
}

#[tokio::test]
async fn the_way_down_begins_where_the_caller_sees() {
    let world = World::new().await;
    let path = |placed: &bailiwick_access::accounts::Placed| {
        placed.path.iter().map(|step| step.name.clone()).collect::<Vec<_>>()
    };
    let seen = world.access.account(&world.platform, world.a1).await.unwrap();
    assert_eq!(path(&seen), ["Platform", "A", "A1"]);
    assert_eq!(seen.account.parent_id, Some(world.a));
    let dealer = world.someone(world.a, "d@a", Role::Viewer).await;
    let seen = world.access.account(&dealer, world.a1).await.unwrap();
    assert_eq!(path(&seen), ["A", "A1"]);
    let customer = world.someone(world.a1, "c@a1", Role::Viewer).await;
    let seen = world.access.account(&customer, world.a1).await.unwrap();
    assert_eq!(path(&seen), ["A1"]);
    assert_eq!(seen.account.parent_id, None, "what lies above does not exist");
    let roots = world.access.roots(&customer).await.unwrap();
    assert_eq!(
        roots.iter().map(|(account, role)| (account.id, role.role)).collect::<Vec<_>>(),
        [(world.a1, Role::Viewer.into())]
    );
}

#[tokio::test]
async fn lists_go_by_name_page_by_page() {
    let world = World::new().await;
    for name in ["delta", "alpha", "echo", "Bravo", "charlie"] {
        crate::world::make(&world.access, &world.platform, world.a, name, Kind::Customer).await;
    }
    let list = async |reach, search: Option<&str>, after: Option<Cursor>, limit: u32| {
        world.access.accounts(&world.platform, world.a, reach, search, &PageRequest::new(limit, after)).await.unwrap()
    };
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = list(Reach::Children, None, after, 4).await;
        names.extend(page.items.into_iter().map(|account| account.name));
        match page.next {
            Some(next) => after = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(names, ["A1", "alpha", "Bravo", "charlie", "delta", "echo"]);
    let found = list(Reach::Subtree, Some("RAV"), None, 10).await;
    assert_eq!(found.items.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["Bravo"]);
    let all = world
        .access
        .accounts(&world.platform, AccountId::ROOT, Reach::Subtree, None, &PageRequest::new(100, None))
        .await
        .unwrap();
    assert_eq!(all.items.len(), 9);
    let direct = world
        .access
        .accounts(&world.platform, AccountId::ROOT, Reach::Children, None, &PageRequest::new(100, None))
        .await
        .unwrap();
    assert_eq!(direct.items.len(), 2);
}

#[tokio::test]
async fn what_is_done_is_audited_where_it_was_done() {
    let world = World::new().await;
    let owner = world.someone(world.a, "o@a", Role::Owner).await.from_source(Some("192.0.2.9".into()));
    world.access.rename_account(&owner, world.a1, "A one").await.unwrap();
    assert_eq!(world.audited(world.a1).await, ["account.created", "account.renamed"]);
    assert_eq!(world.audited(world.a).await, ["account.created", "operator.added", "session.started"]);
    let mut scope = world.access.authorize(&owner, world.a1, Permission::ViewAudit).await.unwrap();
    let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(1, None)).await.unwrap();
    assert_eq!(page.items[0].source.as_deref(), Some("192.0.2.9"));
    assert_eq!(page.items[0].actor, owner.actor().to_string());
    drop(scope);
    // refused: nothing is done and nothing is written
    let viewer = world.someone(world.a1, "v@a1", Role::Viewer).await;
    let before = world.audited(world.a1).await;
    world.access.rename_account(&viewer, world.a1, "mine").await.unwrap_err();
    assert_eq!(world.audited(world.a1).await, before);
}

#[tokio::test]
async fn names_stand_where_people_look_for_them() {
    let world = World::new().await;
    let names = ["zwei", "Österreich", "ärzte", "Bau", "Apotheke", "straße", "Strasser", "Émile"];
    for name in names {
        make(&world.access, &world.platform, world.b, name, Kind::Customer).await;
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .access
            .accounts(&world.platform, world.b, Reach::Children, None, &PageRequest::new(2, after))
            .await
            .unwrap();
        found.extend(page.items.into_iter().map(|account| account.name));
        let Some(next) = page.next else { break };
        after = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(found, ["Apotheke", "ärzte", "B1", "Bau", "Émile", "Österreich", "straße", "Strasser", "zwei"]);
}
