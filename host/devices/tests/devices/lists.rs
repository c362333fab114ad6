//! The device list: filters, order and pages.

use bailiwick_devices::devices::{
    self, AlertFilter, DeviceChange, DeviceFilter, HeadlineValue, Order, Sort, SortKey, Status,
};
use bailiwick_devices::page::PageRequest;

use crate::ground::*;

async fn many(ground: &Ground) {
    let report = |n: u64| {
        let name = format!("Device {:02}", n % 7);
        let mut effects = vec![
            identify(&[("serial", format!("SN-{n}").as_str())]),
            facts(&[
                ("name", name.as_str()),
                ("serial", format!("SN-{n}").as_str()),
                ("status", if n.is_multiple_of(3) { "busy" } else { "idle" }),
            ]),
        ];
        if n.is_multiple_of(2) {
            effects.push(pages(ground.now_ms(), n as f64));
        }
        if n.is_multiple_of(5) {
            effects.push(conditions(&[("jam", None)]));
        }
        let mut report = ground.report(n, effects);
        report.address = format!("10.0.0.{n}").parse().unwrap();
        report
    };
    ground.send((1..=23).map(report).collect()).await;
}

#[tokio::test]
async fn every_order_pages_through_every_device_once() {
    let ground = Ground::new().await;
    many(&ground).await;
    for text in [
        "name",
        "-name",
        "model",
        "serial",
        "-serial",
        "address",
        "state",
        "headline.pages",
        "-headline.pages",
        "headline.left",
        "-alerts_open",
        "first_seen_at",
        "-last_seen_at",
    ] {
        let driver = ground.catalogue.active("test-sensor").unwrap();
        let sort = Sort::parse(text, Some(&driver.manifest)).unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let mut scope = ground.scope(ground.dealer).await;
            let request = PageRequest::new(5, after.take());
            let page =
                devices::list(&mut scope, &DeviceFilter::default(), sort, &request, ground.store.now()).await.unwrap();
            seen.extend(page.items);
            // through its text, as a caller has it
            match page.next {
                Some(next) => after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        let mut ids: Vec<_> = seen.iter().map(|device| device.id).collect();
        assert_eq!(ids.len(), 23, "{text}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 23, "{text}");
        if text == "-headline.pages" {
            assert_eq!(seen[0].headlines.values.get("pages"), Some(&HeadlineValue::Count(22)));
            assert_eq!(seen[22].headlines.values.get("pages"), None);
        }
        if text == "name" {
            assert!(seen.windows(2).all(|pair| pair[0].name <= pair[1].name));
        }
    }
    for unknown in ["colour", "headline.colour", "headline."] {
        let driver = ground.catalogue.active("test-sensor").unwrap();
        assert!(Sort::parse(unknown, Some(&driver.manifest)).is_err(), "{unknown}");
    }
    assert!(Sort::parse("headline.pages", None).is_err(), "a headline is one of a driver");
}

#[tokio::test]
async fn filters_narrow() {
    let ground = Ground::new().await;
    many(&ground).await;
    let count = |filter: DeviceFilter| {
        let ground = &ground;
        async move {
            let mut scope = ground.scope(ground.dealer).await;
            let sort = Sort { key: SortKey::Name, order: Order::Ascending };
            devices::list(&mut scope, &filter, sort, &PageRequest::new(500, None), ground.store.now())
                .await
                .unwrap()
                .items
                .len()
        }
    };
    let q = |text: &str| DeviceFilter { q: Some(text.into()), ..DeviceFilter::default() };
    assert_eq!(count(q("device 03")).await, 3);
    assert_eq!(count(q("sn-1")).await, 11);
    assert_eq!(count(q("10.0.0.2")).await, 5);
    assert_eq!(count(q("%")).await, 0);
    assert_eq!(count(q("  ")).await, 23);
    assert_eq!(count(DeviceFilter { alerts: AlertFilter::Open, ..DeviceFilter::default() }).await, 4);
    assert_eq!(count(DeviceFilter { state: Some("busy".into()), ..DeviceFilter::default() }).await, 7);
    assert_eq!(count(DeviceFilter { status: Some(Status::Offline), ..DeviceFilter::default() }).await, 0);
    assert_eq!(count(DeviceFilter { status: Some(Status::Online), ..DeviceFilter::default() }).await, 23);
    assert_eq!(count(DeviceFilter { driver: Some("test-sensor".into()), ..DeviceFilter::default() }).await, 23);
    assert_eq!(count(DeviceFilter { driver: Some("other".into()), ..DeviceFilter::default() }).await, 0);
    assert_eq!(count(DeviceFilter { site: Some(ground.who.site), ..DeviceFilter::default() }).await, 23);
}

#[tokio::test]
async fn an_operators_name_and_site_stay_whatever_is_reported() {
    let ground = Ground::new().await;
    let report = |n| ground.report(n, vec![identify(&[SERIAL]), facts(&[("name", "Reported")])]);
    ground.send(vec![report(1)]).await;
    let id = ground.device().await.id;
    let change = |name: Option<&str>| DeviceChange { name: Some(name.map(str::to_owned)), ..DeviceChange::default() };
    let mut scope = ground.scope(ground.dealer).await;
    devices::update(&mut scope, id, change(Some("Given")), ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(1);
    ground.send(vec![report(2)]).await;
    assert_eq!(ground.device().await.name, "Given");
    let mut scope = ground.scope(ground.dealer).await;
    assert_eq!(devices::update(&mut scope, id, change(None), ground.store.now()).await.unwrap().name, "Reported");
    let empty = devices::update(&mut scope, id, change(Some(" ")), ground.store.now()).await;
    assert!(matches!(empty, Err(devices::DeviceError::Name(_))));
    let elsewhere = DeviceChange { site: Some(Some(bailiwick_devices::SiteId::new())), ..DeviceChange::default() };
    let elsewhere = devices::update(&mut scope, id, elsewhere, ground.store.now()).await;
    assert!(matches!(elsewhere, Err(devices::DeviceError::UnknownSite)));
}
