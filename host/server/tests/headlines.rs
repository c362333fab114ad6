//! What lists, figures and files show of devices that the platform knows nothing about: what their manifest puts first.

use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Condition, Fact, Identity, Point, Scalar},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    collectors::{World, now, report, world},
    support::{Reply, driver},
};

const UPS: &str = include_str!("support/ups.toml");

/// A power supply as its driver reports it.
struct Supply {
    serial: &'static str,
    source: &'static str,
    charge: i64,
    runtime: i64,
    energy: f64,
    /// How long ago that was.
    seconds: u64,
}

fn supply(digest: &str, sequence: u64, address: &str, supply: &Supply) -> Report {
    let fact = |attribute: &str, value| Fact { attribute: attribute.to_owned(), value };
    let at = now() - supply.seconds * 1_000;
    let holding = (supply.source == "battery").then(|| Condition { key: "on_battery".to_owned(), row: None });
    Report {
        driver: "test-ups".to_owned(),
        observed_at: at,
        effects: vec![
            Effect::Identify(vec![Identity { kind: "serial".to_owned(), value: supply.serial.to_owned() }]),
            Effect::Facts(vec![
                fact("source", Scalar::Token(supply.source.to_owned())),
                fact("charge", Scalar::Integer(supply.charge)),
                fact("runtime", Scalar::Integer(supply.runtime)),
                fact("firmware", Scalar::Token("4.2".to_owned())),
            ]),
            Effect::Readings(vec![Point { meter: "energy".to_owned(), row: None, value: supply.energy, at }]),
            Effect::Conditions(holding.into_iter().collect()),
        ],
        ..report(digest, sequence, address, 0.0)
    }
}

/// Two power supplies beside a device of another driver.
async fn mixed() -> World {
    let world = world().await;
    let digest = driver::install_manifest(&world.server, UPS, b"a power supply").await;
    let grant = format!("/api/v1/accounts/{}/drivers/test-ups", world.tree.customer);
    world.tree.owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
    let well = Supply { serial: "UPS1", source: "mains", charge: 100, runtime: -1, energy: 10.0, seconds: 60 };
    let ill = Supply { serial: "UPS2", source: "battery", charge: 30, runtime: 12, energy: 7.0, seconds: 60 };
    let reports = [
        supply(&digest, 1, "10.1.0.20", &well),
        supply(&digest, 2, "10.1.0.21", &ill),
        report(&world.digest, 3, "10.1.0.7", 100.0),
        // a second point is needed for anything to have risen
        supply(&digest, 4, "10.1.0.20", &Supply { energy: 15.5, seconds: 0, ..well }),
    ];
    let reply = world.send(Uuid::now_v7(), &reports).await.expect(StatusCode::OK);
    assert_eq!(reply["rejected"], json!([]));
    world
}

fn headline<'a>(device: &'a Value, key: &str) -> &'a Value {
    device["headlines"].as_array().expect("headlines").iter().find(|h| h["key"] == key).unwrap_or(&Value::Null)
}

async fn list(world: &World, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/accounts/{}/devices?{query}", world.tree.dealer);
    let german = world.tree.owner.call(Method::GET, &path).header("accept-language", "de");
    Reply::of(german).await.expect(StatusCode::OK)["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn each_device_shows_what_its_own_driver_puts_first() {
    let world = mixed().await;
    let all = list(&world, "sort=address").await;
    assert_eq!(all.len(), 3);
    let (well, ill, other) = (&all[0], &all[1], &all[2]);
    let keys = |device: &Value| -> Vec<String> {
        let headlines = device["headlines"].as_array().expect("headlines");
        headlines.iter().map(|h| h["key"].as_str().expect("a key").to_owned()).collect()
    };
    assert_eq!(keys(other), ["pages"], "a power supply's words are not a printer's");
    assert_eq!(keys(well), ["source", "charge", "runtime", "firmware"]);
    let of = |device, key, field: &str| headline(device, key)[field].clone();
    assert_eq!((of(well, "source", "label"), of(well, "source", "tone")), (json!("Am Netz"), json!("good")));
    assert_eq!((of(ill, "source", "label"), of(ill, "source", "tone")), (json!("Im Akkubetrieb"), json!("bad")));
    assert_eq!((of(well, "charge", "value"), of(well, "charge", "low")), (json!(100), json!(false)));
    assert_eq!((of(ill, "charge", "value"), of(ill, "charge", "low")), (json!(30), json!(true)));
    // a number that is a word is not a figure, and one that is none is
    assert_eq!((of(well, "runtime", "label"), of(well, "runtime", "value")), (json!("Wird gemessen"), Value::Null));
    assert_eq!((of(ill, "runtime", "label"), of(ill, "runtime", "value")), (Value::Null, json!(12)));
    assert_eq!(of(ill, "runtime", "unit"), json!("Minuten"));
    assert_eq!(of(ill, "firmware", "label"), json!("4.2"));
}

#[tokio::test]
async fn a_list_sorts_and_filters_by_what_its_driver_declares() {
    let world = mixed().await;
    let serials = |devices: Vec<Value>| -> Vec<String> {
        devices.iter().map(|d| d["serial"].as_str().unwrap_or_default().to_owned()).collect()
    };
    // serial numbers have no headline here, so the columns of identities stay empty
    let addresses = |devices: Vec<Value>| -> Vec<String> {
        devices.iter().map(|d| d["address"].as_str().expect("an address").to_owned()).collect()
    };
    assert_eq!(addresses(list(&world, "driver=test-ups&sort=headline.charge").await), ["10.1.0.21", "10.1.0.20"]);
    assert_eq!(addresses(list(&world, "driver=test-ups&sort=-headline.runtime").await), ["10.1.0.21", "10.1.0.20"]);
    assert_eq!(addresses(list(&world, "level=low").await), ["10.1.0.21"]);
    assert_eq!(addresses(list(&world, "state=battery").await), ["10.1.0.21"]);
    assert_eq!(serials(list(&world, "driver=test-driver").await), ["ABC123"]);
    let path = format!("/api/v1/accounts/{}/devices", world.tree.dealer);
    for query in
        ["sort=headline.charge", "driver=test-driver&sort=headline.charge", "driver=test-ups&sort=headline.pages"]
    {
        world.tree.owner.get(&format!("{path}?{query}")).await.refused(422, "invalid_input");
    }
}

#[tokio::test]
async fn figures_are_those_that_each_driver_declares() {
    let world = mixed().await;
    let path = format!("/api/v1/accounts/{}/summary", world.tree.dealer);
    let summary = world.tree.owner.get(&path).await.expect(StatusCode::OK);
    let drivers = summary["drivers"].as_array().expect("drivers");
    let figures = |name: &str| drivers.iter().find(|d| d["driver"] == name).expect(name);
    let ups = figures("test-ups");
    assert_eq!(
        (&ups["devices"], &ups["low"]["devices"], &ups["low"]["headline"]),
        (&json!(2), &json!(1), &json!("charge"))
    );
    assert_eq!(ups["rose"], json!([{ "meter": "energy", "title": "Energy delivered", "unit": "kWh", "amount": 5.5 }]));
    assert_eq!(figures("test-driver")["low"], Value::Null, "a driver without levels has no tile of them");
    assert_eq!(summary["devices"], 3);
}

#[tokio::test]
async fn a_file_has_the_columns_of_the_drivers_that_are_granted() {
    let world = mixed().await;
    let file = async |query: &str| {
        let path = format!("/api/v1/accounts/{}/devices?{query}", world.tree.dealer);
        Reply::of(world.tree.owner.call(Method::GET, &path).header("accept", "text/csv")).await.text
    };
    let one = file("driver=test-ups&sort=address").await;
    let lines: Vec<&str> = one.lines().collect();
    assert!(lines[0].ends_with(",headline.source,headline.charge,headline.runtime,headline.firmware"), "{}", lines[0]);
    assert!(lines[1].ends_with(",On mains,100,,4.2"), "{}", lines[1]);
    assert!(lines[2].ends_with(",On battery,30,12,4.2"), "{}", lines[2]);
    let head = file("sort=address").await.lines().next().unwrap_or_default().to_owned();
    for column in ["headline.test-driver.pages", "headline.test-ups.charge", "headline.test-ups.source"] {
        assert!(head.split(',').any(|name| name == column), "{column} in {head}");
    }
}

#[tokio::test]
async fn readings_of_two_drivers_do_not_meet() {
    let world = mixed().await;
    let ups = list(&world, "driver=test-ups&sort=address").await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/accounts/{}/devices/{ups}/readings", world.tree.customer);
    let own = world.tree.owner.get(&format!("{path}?meter=energy")).await.expect(StatusCode::OK);
    assert_eq!((&own["rose"], &own["unit"]), (&json!(5.5), &json!("kWh")));
    let named = world.tree.owner.get(&format!("{path}?meter=energy&driver=test-ups")).await.expect(StatusCode::OK);
    assert_eq!(named["points"], own["points"]);
    world.tree.owner.get(&format!("{path}?meter=energy&driver=test-driver")).await.refused(422, "invalid_input");
    let other = world.tree.owner.get(&format!("{path}?meter=pages&driver=test-driver")).await.expect(StatusCode::OK);
    assert_eq!(other["points"], json!([]));
}
