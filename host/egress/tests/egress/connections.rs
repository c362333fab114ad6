//! TCP, as mail uses it.

use bailiwick_egress::{Behalf, EgressError, Purpose};
use bailiwick_store::testing;

use crate::site::{Scripted, Site, counted};

const PLATFORM: Behalf = Behalf::Platform;

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_refused() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let store = testing::store().await;
    for inside in [
        "127.0.0.2",
        "10.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "192.168.1.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "fe80::1",
        "64:ff9b::7f00:1",
    ] {
        let resolver = Scripted::default().says("x.test", &[&[inside]]);
        let (egress, _, registry) = site.egress(store.clone(), resolver, &["x.test"]);
        let refused = egress.connect(PLATFORM, Purpose::Webhook, "x.test", site.port).await;
        assert!(matches!(refused, Err(EgressError::Forbidden(_))), "{inside}: {refused:?}");
        assert_eq!(counted(&registry, "forbidden_address"), 1.0);
    }
    // one bad address among good ones spoils the name
    let resolver = Scripted::default().says("x.test", &[&["127.0.0.1", "127.0.0.2"]]);
    let (egress, ..) = site.egress(store, resolver, &["x.test"]);
    let refused = egress.connect(PLATFORM, Purpose::Webhook, "x.test", site.port).await;
    assert!(matches!(refused, Err(EgressError::Forbidden(_))));
    assert_eq!(site.hits(), [0, 0], "nobody was reached");
}

#[tokio::test]
async fn an_address_is_judged_in_every_spelling_also_where_it_stands_on_the_list() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let store = testing::store().await;
    for spelling in
        ["127.0.0.2", "2130706434", "0x7f000002", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]", "::ffff:7f00:2", "[::1]"]
    {
        let (egress, resolver, _) = site.egress(store.clone(), Scripted::default(), &[spelling]);
        let refused = egress.connect(PLATFORM, Purpose::Webhook, spelling, site.port).await;
        assert!(matches!(refused, Err(EgressError::Forbidden(_))), "{spelling}: {refused:?}");
        assert_eq!(resolver.asked.load(std::sync::atomic::Ordering::SeqCst), 0, "an address is not resolved");
    }
    let (egress, ..) = site.egress(store, Scripted::default(), &["127.0.0.1"]);
    egress.connect(PLATFORM, Purpose::Webhook, "127.0.0.1", site.port).await.unwrap();
    // the own network in another spelling is another network
    let refused = egress.connect(PLATFORM, Purpose::Webhook, "::ffff:127.0.0.1", site.port).await;
    assert!(refused.is_err());
    assert_eq!(site.hits()[1], 0);
}

#[tokio::test]
async fn an_answer_that_changes_changes_nothing() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let resolver = Scripted::default().says("x.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let (egress, resolver, _) = site.egress(testing::store().await, resolver, &["x.test"]);
    egress.connect(PLATFORM, Purpose::Webhook, "x.test", site.port).await.unwrap();
    assert_eq!(resolver.asked.load(std::sync::atomic::Ordering::SeqCst), 1, "one question a connection");
    let rebound = egress.connect(PLATFORM, Purpose::Webhook, "x.test", site.port).await;
    assert!(matches!(rebound, Err(EgressError::Forbidden(_))));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(site.hits(), [1, 0]);
}

#[tokio::test]
async fn what_is_not_on_the_list_is_not_even_resolved() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let resolver = Scripted::default().says("y.test", &[&["127.0.0.1"]]).says("x.test", &[&["127.0.0.1"]]);
    let (egress, resolver, registry) = site.egress(testing::store().await, resolver, &["x.test"]);
    for (purpose, host, port) in [
        (Purpose::Webhook, "y.test", site.port),
        (Purpose::Smtp, "x.test", site.port),
        (Purpose::Webhook, "x.test", site.port ^ 1),
        (Purpose::Webhook, "x.test.evil.test", site.port),
        (Purpose::Webhook, "evil@x.test", site.port),
        (Purpose::Webhook, "x.test\0.evil.test", site.port),
    ] {
        let refused = egress.connect(PLATFORM, purpose, host, port).await;
        assert!(matches!(refused, Err(EgressError::NotAllowed(_))), "{host}: {refused:?}");
    }
    assert_eq!(resolver.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
    assert_eq!(counted(&registry, "not_allowed"), 6.0);
    // another spelling of the same name is the same name
    egress.connect(PLATFORM, Purpose::Webhook, "X.TEST.", site.port).await.unwrap();
    assert_eq!(counted(&registry, "ok"), 1.0);
}
