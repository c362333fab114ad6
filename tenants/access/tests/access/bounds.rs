//! Bounds: what was denied, imposed or given at one place is not undone from another.

use bailiwick_access::accounts::Kind;
use bailiwick_access::accounts::moves::{Conflict, MoveId, Plan};
use bailiwick_access::roles::NewRole;
use bailiwick_access::tokens::{NewToken, Permits};
use bailiwick_access::{AccessError, Permission as P, Permissions, Principal, Role, RoleRef};
use bailiwick_store::{AccountId, Actor};
use jiff::SignedDuration;

use crate::world::{World, make};

fn permits(of: &[P]) -> Permissions {
    of.iter().copied().collect()
}

fn deniable() -> Permissions {
    P::ALL.iter().copied().filter(|permission| permission.restrictable()).collect()
}

/// What of all that can be denied somebody may do on an account.
async fn may(world: &World, who: &Principal, account: AccountId) -> Permissions {
    let mut may = Vec::new();
    for permission in deniable().iter() {
        if world.access.authorize(who, account, permission).await.is_ok() {
            may.push(permission);
        }
    }
    permits(&may)
}

async fn asked(world: &World, who: &Principal, account: AccountId, to: AccountId) -> (AccountId, MoveId) {
    let begun = world.access.begin_move(who, account, to).await.unwrap();
    (begun.scope.account(), begun.commit().await.unwrap())
}

async fn done(world: &World, account: AccountId, (top, id): (AccountId, MoveId)) {
    let mut scope = world.access.store().scope(&Actor::system("account-move"), top).await.unwrap();
    world.access.run_move(&mut scope, account, id).await.unwrap();
    scope.commit().await.unwrap();
}

async fn moved(world: &World, who: &Principal, account: AccountId, to: AccountId) -> Plan {
    let plan = world.access.plan_move(who, account, to).await.unwrap();
    assert_eq!(plan.conflicts, []);
    let asked = asked(world, who, account, to).await;
    done(world, account, asked).await;
    plan
}

async fn changes_of_restrictions(world: &World, account: AccountId) -> usize {
    world.audited(account).await.iter().filter(|action| *action == "restrictions.changed").count()
}

/// A sub-dealer that denies its dealer all that can be denied, and what lies in it.
struct Sub {
    dealer: Principal,
    owner: Principal,
    account: AccountId,
    /// With an owner of its own, by this address.
    customer: AccountId,
    /// A dealer in it whose owner the dealer above made.
    trojan: AccountId,
    puppet: Principal,
}

const CUSTOMER: &str = "owner@c2";

impl Sub {
    async fn of(world: &World) -> Self {
        let access = &world.access;
        let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
        let account = make(access, &world.platform, world.a, "Sub", Kind::Dealer).await;
        let owner = world.someone(account, "owner@sub", Role::Owner).await;
        let customer = make(access, &owner, account, "C2", Kind::Customer).await;
        world.add(customer, CUSTOMER, Role::Owner).await;
        let trojan = make(access, &dealer, account, "Trojan", Kind::Dealer).await;
        let puppet = world.someone(trojan, "puppet@trojan", Role::Owner).await;
        access.restrict(&owner, account, deniable()).await.unwrap();
        Self { dealer, owner, account, customer, trojan, puppet }
    }
}

/// The dealer moves the customer to where it could do all, or to where somebody of its own making could.
#[tokio::test]
async fn a_move_undoes_nothing_of_what_is_denied_above() {
    let world = World::new().await;
    let sub = Sub::of(&world).await;
    let customer = sub.customer;
    assert_eq!(may(&world, &sub.dealer, customer).await, Permissions::NONE);
    assert_eq!(may(&world, &sub.owner, customer).await, deniable());

    let plan = moved(&world, &sub.dealer, customer, sub.trojan).await;
    assert_eq!(plan.restrictions_kept.iter().copied().collect::<Permissions>(), deniable());
    assert_eq!(plan.restrictions_go, []);
    for who in [&sub.dealer, &sub.puppet] {
        assert_eq!(may(&world, who, customer).await, Permissions::NONE);
    }
    let plan = moved(&world, &sub.dealer, customer, world.a).await;
    assert_eq!((plan.restrictions_kept, plan.restrictions_go), (vec![], vec![]), "it denies them itself by now");
    assert_eq!(may(&world, &sub.dealer, customer).await, Permissions::NONE);
    assert_eq!(changes_of_restrictions(&world, customer).await, 1, "its audit says so");

    // nor does the dealer lift it, or put somebody there who could; the customer itself lifts it
    let lifted = world.access.restrict(&sub.dealer, customer, Permissions::NONE).await;
    assert!(matches!(lifted, Err(AccessError::Denied { .. })));
    let itself = world.sign_in(CUSTOMER).await.principal;
    assert_eq!(may(&world, &itself, customer).await, deniable());
    world.access.restrict(&itself, customer, Permissions::NONE).await.unwrap();
    assert_eq!(may(&world, &sub.dealer, customer).await, deniable());
}

/// Whoever decides what is denied moves as he likes, as long as he does when the move is done.
#[tokio::test]
async fn who_decides_what_is_denied_leaves_it_behind() {
    let world = World::new().await;
    let sub = Sub::of(&world).await;
    let access = &world.access;
    let second = world.someone(sub.account, "second@sub", Role::Owner).await;
    let plan = moved(&world, &second, sub.customer, sub.trojan).await;
    assert_eq!(plan.restrictions_kept, []);
    assert_eq!(may(&world, &sub.puppet, sub.customer).await, deniable());
    // it may no more when the move that it asked for is done
    let asked = asked(&world, &second, sub.customer, sub.account).await;
    access.remove_operator(&sub.owner, sub.account, second.operator().unwrap()).await.unwrap();
    assert_eq!(changes_of_restrictions(&world, sub.customer).await, 0);
    done(&world, sub.customer, asked).await;
    assert_eq!(changes_of_restrictions(&world, sub.customer).await, 1);
}

/// There would be no way back.
#[tokio::test]
async fn an_account_where_nobody_could_lift_it_is_not_moved() {
    let world = World::new().await;
    let sub = Sub::of(&world).await;
    let alone = make(&world.access, &sub.owner, sub.account, "Alone", Kind::Customer).await;
    world.add(alone, "admin@alone", Role::Admin).await;
    let refused = world.access.begin_move(&sub.dealer, alone, world.a).await;
    assert!(matches!(refused, Err(AccessError::CannotMove(conflicts)) if conflicts == [Conflict::NobodyToLift]));
    world.add(alone, "owner@alone", Role::Owner).await;
    moved(&world, &sub.dealer, alone, world.a).await;
    assert_eq!(may(&world, &sub.dealer, alone).await, Permissions::NONE);
}

#[tokio::test]
async fn nobody_takes_by_way_of_the_role_what_somebody_has_more() {
    let world = World::new().await;
    let access = &world.access;
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    let made = async |name: &str, of: &[P]| {
        let new = NewRole { name: name.into(), permissions: permits(of) };
        let made = access.create_role(&owner, world.a, new).await.unwrap();
        let RoleRef::Made(id) = made.role else { panic!("a made role") };
        id
    };
    let more = made("More", &[P::ViewAccounts, P::ManageAccounts, P::DeleteAccounts]).await;
    let less = made("Less", &[P::ViewAccounts]).await;
    let maker = made("Maker", &[P::ViewAccounts, P::ManageAccounts, P::ManageRoles]).await;
    let operator = world.add(world.a, "maker@a", Role::Viewer).await;
    access.change_grant(&owner, world.a, operator, RoleRef::Made(maker)).await.unwrap();
    let maker = world.sign_in("maker@a").await.principal;
    for (name, of) in [("Less now", vec![P::ViewAccounts]), ("Other name", vec![P::ViewAccounts, P::ManageAccounts])] {
        let new = NewRole { name: name.into(), permissions: permits(&of) };
        let changed = access.change_role(&maker, world.a, more, new).await;
        assert!(
            matches!(changed, Err(AccessError::Excess(lacking)) if lacking == permits(&[P::DeleteAccounts])),
            "{name}"
        );
    }
    assert!(matches!(access.delete_role(&maker, world.a, more).await, Err(AccessError::Excess(_))));
    let grown = NewRole { name: "Less".into(), permissions: permits(&[P::ViewAccounts, P::ManageAccounts]) };
    access.change_role(&maker, world.a, less, grown).await.unwrap();
    access.delete_role(&maker, world.a, less).await.unwrap();
    access.delete_role(&owner, world.a, more).await.unwrap();
}

async fn is_suspended(world: &World, account: AccountId) -> bool {
    world.access.account(&world.platform, account).await.unwrap().account.suspended_at.is_some()
}

#[tokio::test]
async fn a_suspension_is_lifted_from_where_it_was_imposed() {
    let world = World::new().await;
    let (sub, access) = (Sub::of(&world).await, &world.access);
    let root = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    let customer = sub.customer;
    let refused = async |who: &Principal, account: AccountId| {
        let resumed = access.resume_account(who, account).await;
        assert!(matches!(resumed, Err(AccessError::ImposedFromAbove)), "{resumed:?}");
        assert!(is_suspended(&world, account).await);
    };
    access.suspend_account(&root, world.a1, None).await.unwrap();
    refused(&sub.dealer, world.a1).await;
    access.resume_account(&root, world.a1).await.unwrap();

    access.suspend_account(&sub.dealer, customer, None).await.unwrap();
    // nor by saying it again first
    access.suspend_account(&sub.owner, customer, None).await.unwrap();
    refused(&sub.owner, customer).await;
    access.resume_account(&sub.dealer, customer).await.unwrap();

    // what was imposed below is lifted from above, and taken over by saying it again
    access.suspend_account(&sub.owner, customer, None).await.unwrap();
    access.resume_account(&sub.dealer, customer).await.unwrap();
    access.suspend_account(&sub.owner, customer, None).await.unwrap();
    access.suspend_account(&sub.dealer, customer, None).await.unwrap();
    refused(&sub.owner, customer).await;
    // whoever holds something on both counts by the higher one
    world.add(sub.account, "owner@a", Role::Owner).await;
    let both = world.sign_in("owner@a").await.principal;
    access.resume_account(&both, customer).await.unwrap();
    access.suspend_account(&both, customer, None).await.unwrap();
    refused(&sub.owner, customer).await;
    // one from before that was kept is lifted by who stands above
    let forget = "update accounts set suspended_through = null where tenant_id = $1";
    sqlx::query(forget).bind(customer).execute(&mut world.database.superuser().await).await.unwrap();
    access.resume_account(&sub.owner, customer).await.unwrap();
}

#[tokio::test]
async fn a_deletion_is_cancelled_from_where_it_was_asked_for() {
    let world = World::new().await;
    let (sub, access, week) = (Sub::of(&world).await, &world.access, SignedDuration::from_hours(168));
    let root = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    let customer = sub.customer;
    access.delete_account(&sub.dealer, customer, "C2", week).await.unwrap();
    let kept = access.keep_account(&sub.owner, customer).await;
    assert!(matches!(kept, Err(AccessError::ImposedFromAbove)), "{kept:?}");
    assert!(access.account(&sub.dealer, customer).await.unwrap().account.erase_at.is_some());
    access.keep_account(&sub.dealer, customer).await.unwrap();
    assert!(!is_suspended(&world, customer).await);

    // a suspension from before stays, and whose it was
    access.suspend_account(&sub.owner, customer, None).await.unwrap();
    access.delete_account(&sub.dealer, customer, "C2", week).await.unwrap();
    access.keep_account(&sub.dealer, customer).await.unwrap();
    assert!(is_suspended(&world, customer).await);
    access.resume_account(&sub.owner, customer).await.unwrap();

    // one that came meanwhile from higher above stays as well
    access.delete_account(&sub.dealer, customer, "C2", week).await.unwrap();
    access.suspend_account(&root, customer, None).await.unwrap();
    access.keep_account(&sub.dealer, customer).await.unwrap();
    assert!(is_suspended(&world, customer).await);
    let resumed = access.resume_account(&sub.dealer, customer).await;
    assert!(matches!(resumed, Err(AccessError::ImposedFromAbove)));
    access.resume_account(&root, customer).await.unwrap();
}

/// Nobody from above lifts a restriction or names who could: the last one who can does not go.
#[tokio::test]
async fn the_last_one_who_lifts_what_is_denied_stays() {
    let world = World::new().await;
    let access = &world.access;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let owner = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let id = owner.operator().unwrap();
    access.restrict(&owner, world.a1, permits(&[P::LocateDevices])).await.unwrap();
    let last = |done: Result<(), AccessError>| {
        assert!(matches!(&done, Err(AccessError::LastToLift)), "{done:?}");
        assert_eq!(done.unwrap_err().code(), "last_owner");
    };
    last(access.remove_operator(&owner, world.a1, id).await.map(drop));
    last(access.change_grant(&owner, world.a1, id, Role::Admin).await);
    // the server's own command line makes no dead end either
    last(access.remove_operator(&world.platform, world.a1, id).await.map(drop));

    // another one may be there by a role that was made
    let privacy = permits(&[P::ViewAccounts, P::ManagePrivacy]);
    let new = NewRole { name: "Privacy".into(), permissions: privacy };
    let role = access.create_role(&dealer, world.a, new).await.unwrap().role;
    let RoleRef::Made(made) = role else { panic!("a made role") };
    let keeper = world.add(world.a1, "keeper@a1", Role::Viewer).await;
    access.change_grant(&world.platform, world.a1, keeper, role).await.unwrap();
    access.remove_operator(&owner, world.a1, id).await.unwrap();
    let shrunk = NewRole { name: "Privacy".into(), permissions: permits(&[P::ViewAccounts]) };
    last(access.change_role(&dealer, world.a, made, shrunk.clone()).await.map(drop));
    assert!(matches!(access.delete_role(&dealer, world.a, made).await, Err(AccessError::Conflict(_))));

    // without anything denied all of that is as before
    let keeper = world.sign_in("keeper@a1").await.principal;
    access.restrict(&keeper, world.a1, Permissions::NONE).await.unwrap();
    access.change_role(&dealer, world.a, made, shrunk).await.unwrap();
    access.remove_operator(&dealer, world.a1, keeper.operator().unwrap()).await.unwrap();

    // and where nobody is there nothing comes to be denied
    let token = NewToken { name: "t".into(), permits: Permits::Permissions(privacy), expires_at: None };
    let issued = access.create_token(&world.platform, world.b1, token).await.unwrap();
    let program = access.authenticate_token(&issued.secret).await.unwrap();
    last(access.restrict(&program, world.b1, permits(&[P::LocateDevices])).await);
}

/// Two owners leave at once: one of them stays.
#[tokio::test]
async fn two_who_leave_at_once_do_not_both() {
    let world = World::new().await;
    world.add(world.a, "owner@a", Role::Owner).await;
    let one = world.someone(world.a1, "one@a1", Role::Owner).await;
    let two = world.someone(world.a1, "two@a1", Role::Owner).await;
    world.access.restrict(&one, world.a1, permits(&[P::LocateDevices])).await.unwrap();
    let leave = async |who: &Principal| world.access.remove_operator(who, world.a1, who.operator().unwrap()).await;
    let (first, second) = tokio::join!(leave(&one), leave(&two));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
}
