//! Brands: inherited part by part, set by whom they belong to, and worn by whoever lies below.

use bailiwick_access::branding::{Brand, NewBrand};
use bailiwick_access::{AccessError, Role};
use bailiwick_store::AccountId;

use crate::world::World;

fn named(name: &str) -> NewBrand {
    NewBrand { name: Some(name.into()), ..NewBrand::default() }
}

#[tokio::test]
async fn each_part_comes_from_the_nearest_that_says_it() {
    let world = World::new().await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let customer = world.someone(world.a1, "owner@a1", Role::Owner).await;
    let accent = Some("#aa2200".parse().unwrap());
    let brand = NewBrand { accent, support_email: Some("help@a.example".into()), ..named("Dealer A") };
    world.access.set_branding(&dealer, world.a, brand).await.unwrap();
    let worn = world.access.branding(&customer, world.a1).await.unwrap();
    assert_eq!(worn.own, Brand::default());
    assert_eq!(worn.effective.name.as_deref(), Some("Dealer A"), "though the dealer is out of its sight");
    world.access.set_branding(&customer, world.a1, named("Praxis Nord")).await.unwrap();
    let worn = world.access.branding(&customer, world.a1).await.unwrap().effective;
    assert_eq!((worn.name.as_deref(), worn.accent), (Some("Praxis Nord"), accent));
    assert_eq!(worn.support_email.as_deref(), Some("help@a.example"));
    let beside = world.someone(world.b1, "owner@b1", Role::Owner).await;
    assert_eq!(world.access.branding(&beside, world.b1).await.unwrap().effective, Brand::default());
    let audited = world.audited(world.a1).await;
    assert!(audited.contains(&"branding.changed".to_owned()));
}

#[tokio::test]
async fn a_host_name_comes_from_above_and_belongs_to_one() {
    let world = World::new().await;
    let root = world.someone(AccountId::ROOT, "root@x", Role::Owner).await;
    let dealer = world.someone(world.a, "owner@a", Role::Owner).await;
    let host = || Some("portal.a.example".parse().unwrap());
    let own = world.access.set_portal_host(&dealer, world.a, host()).await;
    assert!(matches!(own, Err(AccessError::Denied { .. })), "nobody takes a name for himself");
    world.access.set_portal_host(&root, world.a, host()).await.unwrap();
    let taken = world.access.set_portal_host(&root, world.b, host()).await;
    assert!(matches!(taken, Err(AccessError::Conflict(_))));
    world.access.set_branding(&dealer, world.a, named("Dealer A")).await.unwrap();
    let shown = world.access.brand_of_host(host().as_ref()).await.unwrap();
    assert_eq!(shown.name.as_deref(), Some("Dealer A"));
    let stranger = Some("portal.b.example".parse().unwrap());
    assert_eq!(world.access.brand_of_host(stranger.as_ref()).await.unwrap(), Brand::default());
    // it stays when the rest is said anew
    assert!(world.access.branding(&dealer, world.a).await.unwrap().own.host.is_some());
}

#[tokio::test]
async fn only_who_may_changes_a_brand() {
    let world = World::new().await;
    let technician = world.someone(world.a, "tech@a", Role::Technician).await;
    let stranger = world.someone(world.b, "owner@b", Role::Owner).await;
    let refused = world.access.set_branding(&technician, world.a, named("x")).await;
    assert!(matches!(refused, Err(AccessError::Denied { .. })));
    assert!(matches!(world.access.set_branding(&stranger, world.a, named("x")).await, Err(AccessError::NotFound)));
    let owner = world.someone(world.a, "owner@a", Role::Owner).await;
    for wrong in [
        named("two\nlines"),
        named(&"x".repeat(61)),
        NewBrand { support_url: Some("javascript:alert(1)".into()), ..NewBrand::default() },
        NewBrand { support_email: Some("nobody".into()), ..NewBrand::default() },
    ] {
        let refused = world.access.set_branding(&owner, world.a, wrong).await;
        assert!(matches!(refused, Err(AccessError::Invalid { .. })));
    }
}
