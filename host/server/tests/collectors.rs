//! A collector's life, and what a hostile one tries.

use std::time::SystemTime;

use bailiwick_access::Role;
use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Cell, Condition, Fact, Identity, Point, Row, Scalar, Table},
};
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Api, Reply, Server, Tree, client, driver};

pub struct World {
    pub server: Server,
    pub tree: Tree,
    pub digest: String,
    pub collector: Api,
    id: String,
}

pub async fn enroll(server: &Server, tree: &Tree, account: AccountId) -> (Api, String) {
    let path = format!("/api/v1/accounts/{account}");
    let site = tree
        .owner
        .post(
            &format!("{path}/sites"),
            json!({ "name": "Site", "settings": { "ranges": ["10.1.0.0/24"], "community": "secret" } }),
        )
        .await;
    let site = site.expect(StatusCode::CREATED);
    let made = tree
        .owner
        .post(&format!("{path}/collectors/enrollments"), json!({ "site_id": site["id"], "name": "Keller" }))
        .await;
    let made = made.expect(StatusCode::CREATED);
    let token = made["token"].as_str().expect("a token");
    let line = made["command_line"].as_str().expect("a command line");
    assert!(line.ends_with(" --token-stdin") && !line.contains(token), "{line}");
    let body = json!({ "token": token, "version": "0.1.0" });
    let url = format!("{}/collector/v1/enroll", server.base);
    let enrolled = Reply::of(client().post(&url).json(&body)).await.expect(StatusCode::OK);
    assert_eq!(enrolled["account_id"], account.to_string());
    Reply::of(client().post(&url).json(&body)).await.refused(401, "invalid_enrollment_token");
    let key = enrolled["key"].as_str().expect("a key");
    (Api::new(&server.base, key), enrolled["collector_id"].as_str().expect("an id").to_owned())
}

pub async fn world() -> World {
    world_with(|_| {}).await
}

pub async fn world_with(change: impl FnOnce(&mut bailiwick::config::Config)) -> World {
    let server = Server::with(change).await;
    let tree = server.tree().await;
    let digest = driver::install(&server).await;
    let grant = format!("/api/v1/accounts/{}/drivers/test-driver", tree.customer);
    tree.owner.send(Method::PUT, &grant, json!({ "granted": true })).await.expect(StatusCode::OK);
    let (collector, id) = enroll(&server, &tree, tree.customer).await;
    World { server, tree, digest, collector, id }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis().try_into().expect("fits")
}

pub fn report(digest: &str, sequence: u64, address: &str, pages: f64) -> Report {
    let serial = Identity { kind: "serial".to_owned(), value: "ABC123".to_owned() };
    let model = Fact { attribute: "model".to_owned(), value: Scalar::Text("LaserJet".to_owned()) };
    let number = Fact { attribute: "serial".to_owned(), value: Scalar::Token("ABC123".to_owned()) };
    let point = Point { meter: "pages".to_owned(), row: None, value: pages, at: now() };
    let jam = Condition { key: "jam".to_owned(), row: None };
    Report {
        sequence,
        driver: "test-driver".to_owned(),
        digest: digest.to_owned(),
        address: address.parse().expect("an address"),
        observed_at: now(),
        clock_offset_ms: Some(0),
        effects: vec![
            Effect::Identify(vec![serial]),
            Effect::Facts(vec![model, number]),
            Effect::Readings(vec![point]),
            Effect::Conditions(vec![jam]),
        ],
    }
}

impl World {
    pub async fn send(&self, spool: Uuid, reports: &[Report]) -> Reply {
        self.collector
            .post("/collector/v1/reports", json!({ "spool": spool, "clock": now(), "reports": reports }))
            .await
    }

    pub async fn devices(&self, account: AccountId) -> Value {
        self.tree.owner.get(&format!("/api/v1/accounts/{account}/devices")).await.expect(StatusCode::OK)["items"]
            .clone()
    }
}

#[tokio::test]
async fn a_report_becomes_a_device_with_facts_readings_and_an_alert() {
    let world = world().await;
    let assignment = world.collector.get("/collector/v1/assignment").await;
    let etag = assignment.headers["etag"].clone();
    let assignment = assignment.expect(StatusCode::OK);
    assert_eq!(assignment["communities"], json!(["secret"]));
    assert_eq!(assignment["drivers"][0]["digest"], world.digest.as_str());
    let again = world.collector.call(Method::GET, "/collector/v1/assignment").header("if-none-match", etag);
    assert_eq!(Reply::of(again).await.status, StatusCode::NOT_MODIFIED);
    let bytes = world.collector.get(&format!("/collector/v1/drivers/{}", world.digest)).await;
    assert_eq!(bytes.text, "not run here");

    let mut events = world
        .tree
        .owner
        .call(Method::GET, &format!("/api/v1/events?account={}", world.tree.dealer))
        .send()
        .await
        .expect("listens");
    let spool = Uuid::now_v7();
    let first = world.send(spool, &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    assert_eq!(first["acknowledged_through"], 1);
    assert_eq!(first["rejected"], json!([]));
    let poke = async {
        let mut heard = String::new();
        while !heard.contains("\"devices\"") {
            heard.push_str(&String::from_utf8_lossy(&events.chunk().await.expect("reads").expect("goes on")));
        }
        heard
    };
    let heard = tokio::time::timeout(std::time::Duration::from_secs(5), poke).await.expect("a poke");
    assert!(heard.contains(&world.tree.customer.to_string()), "{heard}");

    let devices = world.devices(world.tree.dealer).await;
    assert_eq!(devices.as_array().map(Vec::len), Some(1));
    let device = &devices[0];
    assert_eq!(
        (&device["serial"], &device["model"], &device["headlines"][0]["value"]),
        (&json!("ABC123"), &json!("LaserJet"), &json!(100))
    );
    assert_eq!((&device["alerts_open"], &device["address"]), (&json!(1), &json!("10.1.0.7")));
    let path = format!("/api/v1/accounts/{}/devices/{}", world.tree.customer, device["id"].as_str().expect("an id"));
    let german = world.tree.owner.call(Method::GET, &path).header("accept-language", "de");
    let detail = Reply::of(german).await.expect(StatusCode::OK);
    assert_eq!((&detail["facts"][0]["title"], &detail["facts"][0]["value"]), (&json!("Modell"), &json!("LaserJet")));
    assert_eq!(detail["meters"][0]["last"]["value"], json!(100.0));
    let readings = world.tree.owner.get(&format!("{path}/readings?meter=pages")).await.expect(StatusCode::OK);
    assert_eq!((&readings["unit"], &readings["points"][0][1]), (&json!("pages"), &json!(100.0)));

    for (query, field) in [("meter=sheep", "meter"), ("meter=pages&form=2026", "form")] {
        let reply = world.tree.owner.get(&format!("{path}/readings?{query}")).await;
        reply.refused(422, "invalid_input");
        assert_eq!(reply.json()["errors"][0]["field"], field);
    }

    let alerts = format!("/api/v1/accounts/{}/alerts", world.tree.customer);
    let open = world.tree.owner.get(&format!("{alerts}?state=open")).await.expect(StatusCode::OK);
    assert_eq!(open["items"][0]["title"], "Paper jam");
    let acknowledge = format!("{alerts}/{}/acknowledge", open["items"][0]["id"].as_str().expect("an id"));
    let noted = Reply::of(world.tree.owner.call(Method::POST, &acknowledge)).await.expect(StatusCode::OK);
    assert_eq!(noted["acknowledged_by"]["kind"], "token");

    let elsewhere = world.server.token(world.tree.sibling, Role::Owner).await;
    elsewhere.get(&path).await.refused(404, "not_found");
    let own = path.replace(&world.tree.customer.to_string(), &world.tree.sibling.to_string());
    elsewhere.get(&own).await.refused(404, "not_found");
    assert_eq!(world.devices(world.tree.sibling).await, json!([]));
}

#[tokio::test]
async fn a_batch_sent_twice_applies_once() {
    let world = world().await;
    let spool = Uuid::now_v7();
    let batch = [report(&world.digest, 1, "10.1.0.7", 100.0), report(&world.digest, 2, "10.1.0.7", 101.0)];
    for _ in 0..2 {
        let reply = world.send(spool, &batch).await.expect(StatusCode::OK);
        assert_eq!(reply["acknowledged_through"], 2);
    }
    assert_eq!(world.devices(world.tree.customer).await.as_array().map(Vec::len), Some(1));
    let reports = world.server.app.metrics().text().expect("figures");
    let text = String::from_utf8(reports).expect("UTF-8");
    assert!(text.contains("bailiwick_ingest_reports_total{outcome=\"repeated\"} 2"), "{text}");
}

#[tokio::test]
async fn poison_is_acknowledged_with_its_reason_and_nothing_of_it_is_kept() {
    let world = world().await;
    let foreign = report(&world.digest, 1, "192.168.9.9", 1.0);
    let mut undeclared = report(&world.digest, 2, "10.1.0.8", 1.0);
    undeclared
        .effects
        .push(Effect::Facts(vec![Fact { attribute: "diary".to_owned(), value: Scalar::Text("dear".to_owned()) }]));
    let unknown = report(&"0".repeat(64), 3, "10.1.0.9", 1.0);
    let mut command = report(&world.digest, 4, "10.1.0.10", 1.0);
    command.effects.push(Effect::Wake);
    let good = report(&world.digest, 5, "10.1.0.11", 1.0);
    let reply = world.send(Uuid::now_v7(), &[foreign, undeclared, unknown, command, good]).await.expect(StatusCode::OK);
    assert_eq!(reply["acknowledged_through"], 5);
    let rejected = reply["rejected"].as_array().expect("a list");
    let sequences: Vec<_> = rejected.iter().map(|r| r["sequence"].as_u64()).collect();
    assert_eq!(sequences, [Some(1), Some(2), Some(3), Some(4)], "{reply}");
    assert!(rejected.iter().all(|r| r["code"].as_str().is_some_and(|c| !c.is_empty())));
    assert!(!reply.to_string().contains("dear"), "a reason holds no value");
    let devices = world.devices(world.tree.customer).await;
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "{devices}");
}

#[tokio::test]
async fn a_collector_is_held_to_its_own_key_and_shapes() {
    let world = world().await;
    let spool = Uuid::now_v7();
    let fine = report(&world.digest, 1, "10.1.0.7", 1.0);
    world.send(spool, &[fine.clone(), fine.clone()]).await.refused(422, "invalid_input");
    let many: Vec<Report> = (1..=501).map(|n| report(&world.digest, n, "10.1.0.7", 1.0)).collect();
    world.send(spool, &many).await.refused(422, "invalid_input");
    let post = |body: &'static str| {
        Reply::of(
            world
                .collector
                .call(Method::POST, "/collector/v1/reports")
                .header("content-type", "application/json")
                .body(body),
        )
    };
    post("{\"spool\":").await.refused(400, "malformed_json");
    post("{\"spool\": 1}").await.refused(422, "invalid_input");
    let stranger = Api::new(&world.server.base, "bwc_nonsense");
    stranger.get("/collector/v1/assignment").await.refused(401, "invalid_credentials");
    world.tree.owner.get("/collector/v1/assignment").await.refused(401, "invalid_credentials");
    world.collector.get("/api/v1/drivers").await.refused(401, "invalid_credentials");
    assert_eq!(world.devices(world.tree.customer).await, json!([]));
}

#[tokio::test]
async fn a_collector_is_seen_asked_to_scan_and_revoked() {
    let world = world().await;
    let status = json!({ "version": "0.2.0", "clock": now(), "pending": 3, "dead_letters": 1, "last_sweep": null });
    world.collector.post("/collector/v1/status", status).await.expect(StatusCode::NO_CONTENT);
    let collectors = format!("/api/v1/accounts/{}/collectors", world.tree.customer);
    let listed = world.tree.owner.get(&collectors).await.expect(StatusCode::OK)["items"][0].clone();
    assert_eq!(
        (&listed["state"], &listed["version"], &listed["spool"]["pending"]),
        (&json!("online"), &json!("0.2.0"), &json!(3))
    );
    let before =
        world.collector.get("/collector/v1/assignment").await.expect(StatusCode::OK)["scan_requested"].as_u64();
    Reply::of(world.tree.owner.call(Method::POST, &format!("{collectors}/{}/scan", world.id)))
        .await
        .expect(StatusCode::ACCEPTED);
    let after = world.collector.get("/collector/v1/assignment").await.expect(StatusCode::OK)["scan_requested"].as_u64();
    assert!(after > before, "{before:?} {after:?}");
    world.tree.owner.delete(&format!("{collectors}/{}", world.id)).await.expect(StatusCode::NO_CONTENT);
    world.collector.get("/collector/v1/assignment").await.refused(401, "collector_revoked");
}

#[tokio::test]
async fn a_driver_that_was_not_granted_is_neither_assigned_nor_heard() {
    let world = world().await;
    let (other, _) = enroll(&world.server, &world.tree, world.tree.sibling).await;
    let assignment = other.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    assert_eq!(assignment["drivers"], json!([]));
    other.get(&format!("/collector/v1/drivers/{}", world.digest)).await.refused(404, "not_found");
    let body =
        json!({ "spool": Uuid::now_v7(), "clock": now(), "reports": [report(&world.digest, 1, "10.1.0.7", 1.0)] });
    let reply = other.post("/collector/v1/reports", body).await.expect(StatusCode::OK);
    assert_eq!(reply["rejected"].as_array().map(Vec::len), Some(1), "{reply}");
    assert_eq!(world.devices(world.tree.sibling).await, json!([]));
}

#[tokio::test]
async fn only_the_platform_installs_and_garbage_is_no_driver() {
    let world = world().await;
    let install = |api: &Api| {
        Reply::of(api.call(Method::POST, "/api/v1/drivers").header("content-type", "application/wasm").body("garbage"))
    };
    let dealer = world.server.token(world.tree.dealer, Role::Owner).await;
    install(&dealer).await.refused(403, "denied");
    let refused = install(&world.tree.root).await;
    refused.refused(422, "driver_invalid");
    assert_eq!(refused.json()["errors"][0]["field"], "component");
    // a command that nobody could ever be permitted to send
    let command = "[asks]\ncommands = true\nsnmp";
    let order = "[[command]]\nkey = \"restart\"\npermission = \"restart_devices\"
        title = { en = \"Restart\", de = \"Neu starten\", nl = \"Herstarten\", fr = \"Redémarrer\" }\n\n[asks]";
    let manifest = include_str!("support/ups.toml").replacen("[asks]\nsnmp", command, 1).replacen("[asks]", order, 1);
    let refused = driver::upload(&world.tree.root, "", driver::component(&manifest)).await;
    refused.refused(422, "driver_invalid");
    assert_eq!(refused.json()["errors"][0]["field"], "command[0].permission", "{}", refused.text);
    let known = manifest.replacen("restart_devices", "command_devices", 1);
    driver::upload(&world.tree.root, "", driver::component(&known)).await.expect(StatusCode::CREATED);
    let listed = dealer.get("/api/v1/drivers").await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["name"], "test-driver");
    assert_eq!(listed["items"][1]["name"], "test-ups");
    assert_eq!(listed["items"][0]["statement"]["items"][1]["category"], "device");
}

#[tokio::test]
async fn an_alert_of_a_row_says_what_the_row_is_called() {
    let world = world().await;
    let mut low = report(&world.digest, 1, "10.1.0.7", 100.0);
    let name = Cell { column: "description".to_owned(), value: Scalar::Text("Black toner".to_owned()) };
    let rows = vec![Row { key: "1.1".to_owned(), cells: vec![name] }];
    let condition = Condition { key: "supply_low".to_owned(), row: Some("1.1".to_owned()) };
    low.effects.pop();
    low.effects.push(Effect::Table(Table { attribute: "supplies".to_owned(), complete: true, rows }));
    low.effects.push(Effect::Conditions(vec![condition]));
    world.send(Uuid::now_v7(), &[low]).await.expect(StatusCode::OK);
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    let device = world.devices(world.tree.customer).await[0]["id"].as_str().expect("an id").to_owned();
    for path in [format!("{account}/alerts"), format!("{account}/devices/{device}/alerts")] {
        let listed = world.tree.owner.get(&path).await.expect(StatusCode::OK);
        assert_eq!(
            (&listed["items"][0]["row"], &listed["items"][0]["row_name"]),
            (&json!("1.1"), &json!("Black toner"))
        );
        let csv = Reply::of(world.tree.owner.call(Method::GET, &path).header("accept", "text/csv")).await;
        let mut lines = csv.text.lines();
        assert!(lines.next().is_some_and(|head| head.contains("row_name")), "{}", csv.text);
        assert!(lines.next().is_some_and(|line| line.contains("Black toner")), "{}", csv.text);
    }
}

#[tokio::test]
async fn a_retired_device_is_listed_apart_ignored_and_restored() {
    let world = world().await;
    let spool = Uuid::now_v7();
    world.send(spool, &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    let list = format!("/api/v1/accounts/{}/devices", world.tree.customer);
    let device = world.devices(world.tree.customer).await[0]["id"].as_str().expect("an id").to_owned();
    let restore = format!("{list}/{device}/restore");
    world.tree.owner.post(&restore, json!({})).await.refused(409, "not_retired");
    world.tree.owner.delete(&format!("{list}/{device}")).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(world.devices(world.tree.customer).await, json!([]));
    let retired = world.tree.owner.get(&format!("{list}?status=retired")).await.expect(StatusCode::OK);
    assert_eq!((&retired["items"][0]["id"], &retired["items"][0]["status"]), (&json!(device), &json!("retired")));

    // it keeps its page, with what was known; nothing of it changes
    let page = world.tree.owner.get(&format!("{list}/{device}")).await.expect(StatusCode::OK);
    assert_eq!((&page["status"], &page["alerts_open"]), (&json!("retired"), &json!(0)));
    assert!(page["facts"].as_array().is_some_and(|facts| !facts.is_empty()));
    let renamed = world.tree.owner.send(Method::PATCH, &format!("{list}/{device}"), json!({"name": "x"})).await;
    renamed.refused(409, "retired");
    world.tree.owner.delete(&format!("{list}/{device}")).await.refused(409, "retired");

    let reply = world.send(spool, &[report(&world.digest, 2, "10.1.0.7", 101.0)]).await.expect(StatusCode::OK);
    assert_eq!((&reply["acknowledged_through"], &reply["rejected"]), (&json!(2), &json!([])));
    let figures = String::from_utf8(world.server.app.metrics().text().expect("figures")).expect("UTF-8");
    assert!(figures.contains("bailiwick_ingest_reports_total{outcome=\"ignored\"} 1"), "{figures}");

    let viewer = world.server.token(world.tree.customer, Role::Viewer).await;
    viewer.post(&restore, json!({})).await.refused(403, "denied");
    let stranger = world.server.token(world.tree.sibling, Role::Owner).await;
    stranger.post(&restore, json!({})).await.refused(404, "not_found");
    let nobody = format!("{list}/{}/restore", Uuid::now_v7());
    world.tree.owner.post(&nobody, json!({})).await.refused(404, "not_found");
    let restored = world.tree.owner.post(&restore, json!({})).await.expect(StatusCode::OK);
    assert_eq!(restored["id"], json!(device));
    let reply = world.send(spool, &[report(&world.digest, 3, "10.1.0.7", 102.0)]).await.expect(StatusCode::OK);
    assert_eq!(reply["rejected"], json!([]));
    let devices = world.devices(world.tree.customer).await;
    assert_eq!((&devices[0]["id"], &devices[0]["alerts_open"]), (&json!(device), &json!(1)), "raised anew");
    let none = world.tree.owner.get(&format!("{list}?status=retired")).await.expect(StatusCode::OK);
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn a_report_of_an_unknown_shape_holds_nothing_back() {
    let world = world().await;
    let spool = Uuid::now_v7();
    let good = |sequence| serde_json::to_value(report(&world.digest, sequence, "10.1.0.7", 100.0)).expect("JSON");
    let newer = json!({ "sequence": 2, "driver": "test-driver", "from_the_future": { "x": 1 } });
    let body = json!({ "spool": spool, "clock": now(), "reports": [good(1), newer, good(3)] });
    let send = || world.collector.post("/collector/v1/reports", body.clone());
    let reply = send().await.expect(StatusCode::OK);
    assert_eq!(reply["acknowledged_through"], 3);
    assert_eq!((&reply["rejected"][0]["sequence"], &reply["rejected"][0]["code"]), (&json!(2), &json!("unreadable")));
    assert_eq!(reply["rejected"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.devices(world.tree.customer).await.as_array().map(Vec::len), Some(1));
    assert_eq!(send().await.expect(StatusCode::OK)["acknowledged_through"], 3, "sent again, nothing happens twice");
    // what has no sequence cannot be told apart from the others: the batch is wrong
    let nameless = json!({ "spool": spool, "clock": now(), "reports": [good(4), { "from_the_future": 1 }] });
    world.collector.post("/collector/v1/reports", nameless).await.refused(422, "invalid_input");
}

#[tokio::test]
async fn a_site_goes_when_its_collectors_are_revoked() {
    let world = world().await;
    world.send(Uuid::now_v7(), &[report(&world.digest, 1, "10.1.0.7", 100.0)]).await.expect(StatusCode::OK);
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    let device = world.devices(world.tree.customer).await[0].clone();
    let site = format!("{account}/sites/{}", device["site"]["id"].as_str().expect("a site"));
    world.tree.owner.delete(&site).await.refused(409, "site_in_use");
    world.tree.owner.delete(&format!("{account}/collectors/{}", world.id)).await.expect(StatusCode::NO_CONTENT);
    world.tree.owner.delete(&site).await.expect(StatusCode::NO_CONTENT);
    world.tree.owner.get(&site).await.refused(404, "not_found");
    world.tree.owner.delete(&site).await.refused(404, "not_found");
    assert_eq!(world.tree.owner.get(&format!("{account}/sites")).await.expect(StatusCode::OK)["items"], json!([]));
    let device = world.devices(world.tree.customer).await[0].clone();
    assert_eq!(device["site"], json!(null), "the device stays, without a site");
    let moved = json!({ "site_id": site.rsplit('/').next() });
    let path = format!("{account}/devices/{}", device["id"].as_str().expect("an id"));
    world.tree.owner.send(Method::PATCH, &path, moved).await.refused(422, "invalid_input");
}

#[tokio::test]
async fn enrollment_tokens_are_listed_and_revoked() {
    let world = world().await;
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    let sites = world.tree.owner.get(&format!("{account}/sites")).await.expect(StatusCode::OK);
    let body = |name: &str| json!({ "site_id": sites["items"][0]["id"], "name": name });
    let path = format!("{account}/collectors/enrollments");
    let mut made = Vec::new();
    for name in ["First", "Second", "Third"] {
        made.push(world.tree.owner.post(&path, body(name)).await.expect(StatusCode::CREATED));
    }
    // seen from above, a page after the other, and never the token
    let above = format!("/api/v1/accounts/{}/collectors/enrollments", world.tree.dealer);
    let page = world.tree.owner.get(&format!("{above}?limit=2")).await.expect(StatusCode::OK);
    let names = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|t| t["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&page), ["Third", "Second"]);
    assert!(!page.to_string().contains("bwe_"));
    let next = format!("{above}?limit=2&cursor={}", page["next"].as_str().expect("more"));
    let rest = world.tree.owner.get(&next).await.expect(StatusCode::OK);
    assert_eq!((names(&rest), &rest["next"]), (vec!["First".to_owned()], &Value::Null));
    assert_eq!(rest["items"][0]["site"]["name"], "Site");

    let enroll = |token: &Value| {
        let body = json!({ "token": token["token"], "version": "0.1.0" });
        Reply::of(client().post(format!("{}/collector/v1/enroll", world.server.base)).json(&body))
    };
    let one = format!("{path}/{}", made[0]["id"].as_str().expect("an id"));
    let stranger = world.server.token(world.tree.sibling, Role::Owner).await;
    stranger.delete(&one).await.refused(404, "not_found");
    let viewer = world.server.token(world.tree.customer, Role::Viewer).await;
    viewer.delete(&one).await.refused(403, "denied");
    viewer.get(&path).await.refused(403, "denied");
    world.tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    world.tree.owner.delete(&one).await.refused(404, "not_found");
    enroll(&made[0]).await.refused(401, "invalid_enrollment_token");
    // one that was used waits no more
    enroll(&made[1]).await.expect(StatusCode::OK);
    let left = world.tree.owner.get(&path).await.expect(StatusCode::OK);
    assert_eq!(names(&left), ["Third"]);
    let audit = world.tree.owner.get(&format!("{account}/audit?action=collector.token_revoked")).await;
    assert_eq!(audit.expect(StatusCode::OK)["items"][0]["object"]["name"], "First");
}

/// Attack: somebody may enroll collectors, and not say what a site's secrets are; a collector of its own reads them.
#[tokio::test]
async fn a_site_s_secrets_go_to_collectors_of_those_who_may_write_them() {
    let world = world().await;
    let account = format!("/api/v1/accounts/{}", world.tree.customer);
    let sites = world.tree.owner.get(&format!("{account}/sites")).await.expect(StatusCode::OK);
    let site = sites["items"][0]["id"].clone();
    let body = json!({ "name": "Installer", "permissions": ["view_devices", "manage_collectors"] });
    let made = world.tree.owner.post(&format!("{account}/tokens"), body).await.expect(StatusCode::CREATED);
    let installer = Api::new(&world.server.base, made["secret"].as_str().expect("a secret"));
    let path = format!("{account}/collectors/enrollments");
    let token = installer.post(&path, json!({ "site_id": site, "name": "X" })).await.expect(StatusCode::CREATED);
    let body = json!({ "token": token["token"], "version": "0.1.0" });
    let url = format!("{}/collector/v1/enroll", world.server.base);
    let enrolled = Reply::of(client().post(&url).json(&body)).await.expect(StatusCode::OK);
    let (key, id) = (enrolled["key"].as_str().expect("a key"), enrolled["collector_id"].as_str().expect("an id"));
    let collector = Api::new(&world.server.base, key);
    let communities =
        async || collector.get("/collector/v1/assignment").await.expect(StatusCode::OK)["communities"].clone();
    assert_eq!(communities().await, json!([]), "its maker may not write them");
    let shown = async || {
        let list = world.tree.owner.get(&format!("{account}/collectors")).await.expect(StatusCode::OK);
        let found = list["items"].as_array().expect("items").iter().find(|c| c["id"] == id).cloned();
        found.expect("listed")["secrets_withheld_at"].clone()
    };
    assert!(shown().await.is_string(), "and that is shown");
    let vouch = format!("{account}/collectors/{id}/vouch");
    installer.post(&vouch, json!({})).await.refused(403, "denied");
    world.tree.owner.post(&vouch, json!({})).await.expect(StatusCode::NO_CONTENT);
    assert_eq!((communities().await, shown().await), (json!(["secret"]), Value::Null));
    // what it had it is given again, whoever answers for it; another version only where somebody does
    let audit = world.tree.owner.get(&format!("{account}/audit?action=collector.secrets_withheld")).await;
    assert_eq!(audit.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(1), "once");
    let rotate = json!({ "settings": { "community": "rotated" } });
    let path = format!("{account}/sites/{}", site.as_str().expect("an id"));
    let written = world.tree.owner.send(Method::PATCH, &path, rotate).await.expect(StatusCode::OK);
    assert!(!written.to_string().contains("rotated"), "never shown");
    assert_eq!(communities().await, json!(["rotated"]), "who vouched may write them");
    for path in ["/sites".to_owned(), format!("/sites/{}", site.as_str().expect("an id")), "/collectors".to_owned()] {
        let shown = world.tree.owner.get(&format!("{account}{path}")).await;
        assert!(!shown.text.contains("rotated"), "{path}");
    }
}
