//! Viewing as somebody else: what is seen, what is not, and how it ends.

use bailiwick_access::accounts::Kind;
use bailiwick_access::operators::Change;
use bailiwick_access::tokens::NewToken;
use bailiwick_access::view_as::NewView;
use bailiwick_access::{AccessError, Password, Permission as P, Permissions, Principal, Role};
use bailiwick_store::{AccountId, OperatorId, PageRequest};
use jiff::SignedDuration;
use secrecy::SecretString;

use crate::world::{PASSWORD, World};

fn view(operator: OperatorId) -> NewView {
    NewView { operator, reason: "ticket 42".into(), minutes: 30 }
}

async fn session(world: &World, account: AccountId, email: &str, role: Role) -> SecretString {
    world.add(account, email, role).await;
    world.sign_in(email).await.secret
}

async fn now(world: &World, session: &SecretString) -> Principal {
    world.access.authenticate_session(session).await.unwrap()
}

async fn may(world: &World, session: &SecretString, account: AccountId, permission: P) -> bool {
    world.access.authorize(&now(world, session).await, account, permission).await.is_ok()
}

#[tokio::test]
async fn it_shows_what_both_see_and_changes_nothing() {
    let world = World::new().await;
    let help = session(&world, world.a, "help@a", Role::Helpdesk).await;
    let owner = world.add(world.a1, "owner@a1", Role::Owner).await;
    let until = world.access.view_as(&now(&world, &help).await, world.a1, view(owner)).await.unwrap();
    let viewing = now(&world, &help).await;
    let told = viewing.viewing().unwrap();
    assert_eq!((told.whom, told.at, told.until), (owner, world.a1, until));
    assert_eq!(viewing.roots().map(|held| held.account).collect::<Vec<_>>(), [world.a1]);

    assert!(may(&world, &help, world.a1, P::ViewDevices).await);
    assert!(!may(&world, &help, world.a1, P::ViewAudit).await, "which the owner sees and the helper does not");
    for permission in P::ALL.iter().copied().filter(|permission| !permission.only_looks()) {
        assert!(!may(&world, &help, world.a1, permission).await, "{permission}");
    }
    for elsewhere in [world.a, world.b, world.b1, AccountId::ROOT] {
        assert!(!may(&world, &help, elsewhere, P::ViewAccounts).await, "also not where the helper sees by itself");
    }

    // nothing of its own is changed either, and of the other's nothing at all
    let read_only = |error: AccessError| matches!(error, AccessError::ViewAsReadOnly);
    let change = Change { name: Some("Other".into()), locale: None };
    assert!(read_only(world.access.change_me(&viewing, change).await.unwrap_err()));
    let new = Password::new("another horse battery".into()).unwrap();
    assert!(read_only(world.access.change_password(&viewing, &PASSWORD.into(), &new).await.unwrap_err()));
    assert!(read_only(world.access.begin_totp(&viewing, &world.key, &PASSWORD.into()).await.unwrap_err()));
    let bailiwick_access::Via::Session { id, .. } = viewing.via() else { panic!() };
    assert!(read_only(world.access.end_session(&viewing, id).await.unwrap_err()));
    assert!(world.access.view_as(&viewing, world.a1, view(owner)).await.is_err(), "nor a view within a view");
    assert_eq!(world.access.me(&viewing).await.unwrap().email, "help@a", "it stays who it is");
    assert_eq!(world.access.sessions(&viewing, &PageRequest::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn nobody_is_viewed_beside_or_above() {
    let world = World::new().await;
    let refused = async |session: &SecretString, account: AccountId, whom: OperatorId| {
        world.access.view_as(&now(&world, session).await, account, view(whom)).await.unwrap_err()
    };
    let help = session(&world, world.a, "help@a", Role::Helpdesk).await;
    let stranger = world.add(world.b1, "owner@b1", Role::Owner).await;
    let root = world.add(AccountId::ROOT, "root@x", Role::Owner).await;
    for whom in [stranger, root, OperatorId::new()] {
        for account in [world.a, world.a1] {
            assert!(matches!(refused(&help, account, whom).await, AccessError::NotFound));
        }
        for account in [world.b, world.b1] {
            assert!(matches!(refused(&help, account, whom).await, AccessError::NotFound));
        }
    }
    // a customer's admin does not look as its dealer does
    let customer = session(&world, world.a1, "admin@a1", Role::Admin).await;
    let dealer = world.add(world.a, "owner@a", Role::Owner).await;
    assert!(matches!(refused(&customer, world.a1, dealer).await, AccessError::NotFound));
    // who holds something here and elsewhere is viewed here only
    let both = world.add(world.a1, "both@x", Role::Owner).await;
    world.add(world.b1, "both@x", Role::Owner).await;
    world.access.view_as(&now(&world, &help).await, world.a1, view(both)).await.unwrap();
    assert!(may(&world, &help, world.a1, P::ViewDevices).await);
    assert!(!may(&world, &help, world.b1, P::ViewDevices).await);

    // who may not view as others, a token, the platform, and oneself
    let viewer = session(&world, world.a, "viewer@a", Role::Viewer).await;
    assert!(matches!(refused(&viewer, world.a1, both).await, AccessError::Denied { .. }));
    let platform = session(&world, AccountId::ROOT, "second@x", Role::Owner).await;
    assert!(matches!(refused(&platform, world.a1, both).await, AccessError::Denied { .. }));
    assert!(matches!(refused(&platform, AccountId::ROOT, root).await, AccessError::Denied { .. }));
    let admin = session(&world, world.a, "admin@a", Role::Admin).await;
    let own = now(&world, &admin).await.operator().unwrap();
    assert!(matches!(refused(&admin, world.a, own).await, AccessError::Invalid { field: "operator_id", .. }));
    for (minutes, reason) in [(0, "x"), (31, "x"), (30, "")] {
        let new = NewView { operator: both, reason: reason.into(), minutes };
        let refused = world.access.view_as(&now(&world, &admin).await, world.a1, new).await;
        assert!(matches!(refused, Err(AccessError::Invalid { .. })), "{minutes} {reason}");
    }
    let token = NewToken { name: "t".into(), permits: Role::Admin.into(), expires_at: None };
    let issued = world.access.create_token(&world.platform, world.a, token).await.unwrap();
    let program = world.access.authenticate_token(&issued.secret).await.unwrap();
    let refused = world.access.view_as(&program, world.a1, view(both)).await;
    assert!(matches!(refused, Err(AccessError::NotAPerson)));
}

#[tokio::test]
async fn it_ends_by_time_by_hand_and_with_what_it_rests_on() {
    let world = World::new().await;
    let help = session(&world, world.a, "help@a", Role::Helpdesk).await;
    let tech = world.add(world.a1, "tech@a1", Role::Technician).await;
    let helper = now(&world, &help).await.operator().unwrap();
    let begin = async || world.access.view_as(&now(&world, &help).await, world.a1, view(tech)).await.unwrap();
    let views = async || now(&world, &help).await.viewing().is_some();

    begin().await;
    world.clock.advance(SignedDuration::from_mins(29));
    assert!(views().await);
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(!views().await);
    assert!(may(&world, &help, world.a, P::HandleAlerts).await, "and the helper works again");

    begin().await;
    world.access.end_view_as(&now(&world, &help).await).await.unwrap();
    assert!(!views().await);
    let again = world.access.end_view_as(&now(&world, &help).await).await;
    assert!(matches!(again, Err(AccessError::NotFound)));

    begin().await;
    let owner = world.someone(world.a1, "owner@a1", Role::Owner).await;
    world.access.restrict(&owner, world.a1, [P::ViewAs].into_iter().collect()).await.unwrap();
    assert!(!views().await, "the customer shows its dealer's helpers out");
    assert!(world.access.view_as(&now(&world, &help).await, world.a1, view(tech)).await.is_err());
    world.access.restrict(&owner, world.a1, Permissions::NONE).await.unwrap();

    begin().await;
    world.access.change_grant(&world.platform, world.a, helper, Role::Viewer).await.unwrap();
    assert!(!views().await, "the helper helps no more");
    world.access.change_grant(&world.platform, world.a, helper, Role::Helpdesk).await.unwrap();
    assert!(!views().await, "and what ended does not come back");

    begin().await;
    world.access.remove_operator(&world.platform, world.a1, tech).await.unwrap();
    assert!(!views().await, "nobody is left to look as");

    world.add(world.a1, "tech@a1", Role::Technician).await;
    begin().await;
    let other = world.sign_in("help@a").await;
    assert!(other.principal.viewing().is_none(), "it is that session's alone");
    world.access.sign_out(&now(&world, &help).await).await.unwrap();
    assert!(matches!(world.access.authenticate_session(&help).await, Err(AccessError::SessionUnknown)));

    // another session of its own ends it as well
    let help = world.sign_in("help@a").await.secret;
    world.access.view_as(&now(&world, &help).await, world.a1, view(tech)).await.unwrap();
    let bailiwick_access::Via::Session { id, .. } = now(&world, &help).await.via() else { panic!() };
    world.access.end_session(&now(&world, &other.secret).await, id).await.unwrap();
    assert!(matches!(world.access.authenticate_session(&help).await, Err(AccessError::SessionUnknown)));

    // each is told with both identities, in the account that was looked at
    let mut scope = world.access.authorize(&owner, world.a1, P::ViewAudit).await.unwrap();
    let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(100, None)).await.unwrap();
    let told: Vec<_> = page.items.iter().rev().filter(|entry| entry.action.starts_with("view_as.")).collect();
    let how: Vec<_> = told
        .iter()
        .filter(|entry| entry.action == "view_as.ended")
        .map(|entry| entry.after.as_ref().unwrap()["how"].as_str().unwrap())
        .collect();
    assert_eq!(
        how,
        ["by_time", "by_hand", "by_rights", "by_rights", "by_rights", "with_the_session", "with_the_session"]
    );
    assert_eq!(told.len(), 14);
    for entry in told {
        assert_eq!(entry.actor, format!("operator:{helper}"));
        assert_eq!(entry.as_whom, Some(format!("operator:{tech}")));
        assert!(entry.action == "view_as.ended" || entry.reason.as_deref() == Some("ticket 42"));
    }
}

/// What denies it to those above is cut out wherever the view begins.
#[tokio::test]
async fn a_denied_view_does_not_work_one_account_higher() {
    let world = World::new().await;
    let other = crate::world::make(&world.access, &world.platform, world.a, "A2", Kind::Customer).await;
    let help = session(&world, world.a, "help@a", Role::Helpdesk).await;
    let owner = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let tech = world.add(world.a1, "tech@a1", Role::Technician).await;
    let both = world.add(world.a1, "both@x", Role::Viewer).await;
    world.add(other, "both@x", Role::Viewer).await;
    let dealers = world.add(world.a, "viewer@a", Role::Viewer).await;
    let began = async |at: AccountId, whom| world.access.view_as(&now(&world, &help).await, at, view(whom)).await;
    let end = async || world.access.end_view_as(&now(&world, &help).await).await.unwrap();

    // the customer shows them out while one looks from above
    began(world.a, tech).await.unwrap();
    assert!(may(&world, &help, world.a1, P::ViewDevices).await);
    world.access.restrict(&owner, world.a1, [P::ViewAs].into_iter().collect()).await.unwrap();
    assert!(now(&world, &help).await.viewing().is_none());

    assert!(matches!(began(world.a1, tech).await, Err(AccessError::Denied { .. })));
    assert!(matches!(began(world.a, tech).await, Err(AccessError::NotFound)));
    for whom in [both, dealers] {
        began(world.a, whom).await.unwrap();
        assert!(may(&world, &help, other, P::ViewDevices).await);
        assert!(!may(&world, &help, world.a1, P::ViewDevices).await);
        assert_eq!(may(&world, &help, world.a, P::ViewDevices).await, whom == dealers);
        if whom == dealers {
            let mut scope = world.access.authorize(&now(&world, &help).await, world.a, P::ViewDevices).await.unwrap();
            assert!(scope.bind(world.a1).await.is_err(), "nor by way of the dealer's lists");
        }
        end().await;
    }
}

/// Whose grants are looked through is told, wherever the view begins; and nobody else's are.
#[tokio::test]
async fn a_view_is_told_to_every_account_that_it_looks_through() {
    let world = World::new().await;
    let access = &world.access;
    let other = crate::world::make(access, &world.platform, world.a, "A2", Kind::Customer).await;
    let later = crate::world::make(access, &world.platform, world.a, "A3", Kind::Customer).await;
    let help = session(&world, world.a, "help@a", Role::Helpdesk).await;
    let both = world.add(world.a1, "both@x", Role::Viewer).await;
    world.add(other, "both@x", Role::Viewer).await;
    access.view_as(&now(&world, &help).await, world.a, view(both)).await.unwrap();
    world.add(later, "both@x", Role::Viewer).await;
    assert!(may(&world, &help, other, P::ViewDevices).await);
    assert!(!may(&world, &help, later, P::ViewDevices).await, "it was not told");
    access.end_view_as(&now(&world, &help).await).await.unwrap();
    for (account, told) in [(world.a, true), (world.a1, true), (other, true), (later, false), (world.b, false)] {
        let mut scope = access.store().scope(world.platform.actor(), account).await.unwrap();
        let page = bailiwick_audit::list(&mut scope, &Default::default(), &PageRequest::new(100, None)).await.unwrap();
        let found: Vec<_> = page
            .items
            .iter()
            .rev()
            .filter(|entry| entry.action.starts_with("view_as."))
            .map(|entry| {
                assert_eq!(entry.as_whom, Some(format!("operator:{both}")));
                entry.action.as_str()
            })
            .collect();
        let expected: &[&str] = if told { &["view_as.began", "view_as.ended"] } else { &[] };
        assert_eq!(found, expected);
    }
}
