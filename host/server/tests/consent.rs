//! Consent follows what a manifest asks, not a name: what a hostile author tries with an update, a downgrade or other
//! bytes, and what accounts at several versions see of each other.

use bailiwick_access::Role;
use bailiwick_contract::{
    exchange::Effect,
    report::Report,
    value::{Fact, Scalar},
};
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    collectors::{self, now, report},
    support::{Api, Reply, Server, Tree, driver},
};

/// A column's beginning, before which attributes can be added.
const FIRST_ATTRIBUTE: &str = "[[attribute]]\nkey = \"model\"";
/// A free text that a person's name would fit in.
const OWNER: &str = "[[attribute]]\nkey = \"owner\"\ntype = \"text\"\nmax = 64\ncategory = \"device\"\n\
    title = { en = \"Owner\", de = \"Eigentümer\", nl = \"Eigenaar\", fr = \"Propriétaire\" }\n\n";
const OIDS: &str = "\"1.3.6.1.2.1.43\"";
const METER_AND_CONDITIONS: &str = "[[meter]]";

struct World {
    server: Server,
    tree: Tree,
    /// Of the first version.
    first: String,
}

/// A platform with the first version, granted by the customer.
async fn world() -> World {
    let server = Server::start().await;
    let tree = server.tree().await;
    let world = World { first: String::new(), server, tree };
    let first = world.install("1.0.0", &[]).await;
    world.consent(world.tree.customer, json!({ "granted": true })).await.expect(StatusCode::OK);
    World { first, ..world }
}

fn wider() -> String {
    format!("{OWNER}{FIRST_ATTRIBUTE}")
}

impl World {
    /// Uploads a version; gives its digest.
    async fn install(&self, version: &str, changes: &[(&str, &str)]) -> String {
        let installed = self.upload("", version, changes).await.expect(StatusCode::CREATED);
        installed["digest"].as_str().expect("a digest").to_owned()
    }

    async fn upload(&self, query: &str, version: &str, changes: &[(&str, &str)]) -> Reply {
        driver::upload(&self.tree.root, query, driver::component(&driver::changed(version, changes))).await
    }

    /// Wider OIDs and a free text.
    async fn hostile_update(&self) -> String {
        self.install("1.1.0", &[(FIRST_ATTRIBUTE, &wider()), (OIDS, "\"1.3.6.1.2.1\"")]).await
    }

    async fn consent(&self, account: AccountId, body: Value) -> Reply {
        self.tree.owner.send(Method::PUT, &format!("/api/v1/accounts/{account}/drivers/test-driver"), body).await
    }

    async fn at(&self, account: AccountId) -> Value {
        let path = format!("/api/v1/accounts/{account}/drivers/test-driver");
        self.tree.owner.get(&path).await.expect(StatusCode::OK)
    }

    /// Actions on drivers in an account's own audit, the latest first.
    async fn told(&self, account: AccountId) -> Vec<(String, Value)> {
        let path = format!("/api/v1/accounts/{account}/audit?action=driver.");
        let audit = self.tree.owner.get(&path).await.expect(StatusCode::OK);
        let entry = |entry: &Value| (entry["action"].as_str().expect("a text").to_owned(), entry["after"].clone());
        audit["items"].as_array().expect("a list").iter().map(entry).collect()
    }

    async fn actions(&self, account: AccountId) -> Vec<String> {
        self.told(account).await.into_iter().map(|(action, _)| action).collect()
    }

    async fn devices(&self, account: AccountId) -> Vec<Value> {
        let path = format!("/api/v1/accounts/{account}/devices");
        self.tree.owner.get(&path).await.expect(StatusCode::OK)["items"].as_array().expect("a list").clone()
    }

    /// The account's only device.
    async fn device(&self, account: AccountId) -> Value {
        let devices = self.devices(account).await;
        assert_eq!(devices.len(), 1, "{devices:?}");
        let id = devices[0]["id"].as_str().expect("an id");
        let detail = self.tree.owner.get(&format!("/api/v1/accounts/{account}/devices/{id}")).await;
        detail.expect(StatusCode::OK)
    }

    /// The facts of the account's only device.
    async fn facts(&self, account: AccountId) -> Vec<String> {
        let detail = self.device(account).await;
        let facts = detail["facts"].as_array().expect("a list").iter();
        facts.map(|fact| fact["attribute"].as_str().expect("a key").to_owned()).collect()
    }

    async fn collector(&self, account: AccountId) -> Api {
        collectors::enroll(&self.server, &self.tree, account).await.0
    }
}

/// The version that a collector is to run.
async fn assigned(collector: &Api) -> Vec<String> {
    let assignment = collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    let drivers = assignment["drivers"].as_array().expect("a list").iter();
    drivers.map(|driver| driver["digest"].as_str().expect("a digest").to_owned()).collect()
}

/// The codes of what was set aside of these reports, in a spool of their own.
async fn send(collector: &Api, reports: &[Report]) -> Vec<String> {
    let body = json!({ "spool": Uuid::now_v7(), "clock": now(), "reports": reports });
    let reply = collector.post("/collector/v1/reports", body).await.expect(StatusCode::OK);
    assert_eq!(reply["acknowledged_through"], reports.len(), "{reply}");
    let rejected = reply["rejected"].as_array().expect("a list").iter();
    rejected.map(|rejected| rejected["code"].as_str().expect("a code").to_owned()).collect()
}

/// A report that tells a person's name.
fn telling(digest: &str) -> Report {
    let mut report = report(digest, 1, "10.1.0.7", 100.0);
    let owner = Fact { attribute: "owner".into(), value: Scalar::Text("Erika Muster 0171 234567".into()) };
    report.effects.push(Effect::Facts(vec![owner]));
    report
}

#[tokio::test]
async fn an_update_that_asks_for_more_collects_nothing_more_until_the_account_consents() {
    let world = world().await;
    let customer = world.tree.customer;
    let collector = world.collector(customer).await;
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await, Vec::<String>::new());

    let installed = world.upload("", "1.1.0", &[(FIRST_ATTRIBUTE, &wider()), (OIDS, "\"1.3.6.1.2.1\"")]).await;
    let installed = installed.expect(StatusCode::CREATED);
    assert_eq!((&installed["followed"], &installed["asked"]), (&json!(0), &json!(1)));
    let second = installed["digest"].as_str().expect("a digest").to_owned();
    // the collector goes on with what was consented to, and does not even get the other
    assert_eq!(assigned(&collector).await, [world.first.as_str()]);
    collector.get(&format!("/collector/v1/drivers/{second}")).await.refused(404, "not_found");
    // a collector that runs it all the same is not heard
    assert_eq!(send(&collector, &[telling(&second)]).await, ["version_not_granted"]);
    assert!(!world.facts(customer).await.contains(&"owner".to_owned()));
    // the account is told, and asked for just what is new
    let (action, after) = world.told(customer).await.remove(0);
    assert_eq!(action, "driver.update_waits");
    let expected = json!([
        { "name": "snmp:1.3.6.1.2.1", "how": "widened" },
        { "name": "owner", "how": "added" },
    ]);
    assert_eq!((&after["asks_more"], &after["version"]), (&expected, &json!("1.1.0")));
    let at = world.at(customer).await;
    assert_eq!((&at["version"], &at["offered"]["version"]), (&json!("1.0.0"), &json!("1.1.0")));
    assert_eq!(at["offered"]["asks_more"][1]["title"], "Owner");

    // a change of the grant that does not name the version consents to nothing new
    world.consent(customer, json!({ "granted": true })).await.expect(StatusCode::OK);
    assert_eq!(assigned(&collector).await, [world.first.as_str()]);
    // consent to the version without its free text
    let body = json!({ "granted": true, "digest": second, "texts": [], "withheld": ["owner"] });
    let granted = world.consent(customer, body).await.expect(StatusCode::OK);
    assert_eq!((&granted["version"], &granted["offered"]), (&json!("1.1.0"), &Value::Null));
    assert_eq!(assigned(&collector).await, [second.as_str()]);
    assert_eq!(send(&collector, &[telling(&second)]).await, Vec::<String>::new());
    assert!(!world.facts(customer).await.contains(&"owner".to_owned()));
    // and with it
    world.consent(customer, json!({ "granted": true, "digest": second })).await.expect(StatusCode::OK);
    send(&collector, &[telling(&second)]).await;
    assert!(world.facts(customer).await.contains(&"owner".to_owned()));
}

#[tokio::test]
async fn an_update_that_asks_for_the_same_or_less_follows_and_is_told() {
    let world = world().await;
    let customer = world.tree.customer;
    let collector = world.collector(customer).await;
    let installed = world.upload("", "1.0.1", &[(OIDS, "\"1.3.6.1.2.1.43.5\"")]).await.expect(StatusCode::CREATED);
    assert_eq!((&installed["followed"], &installed["asked"]), (&json!(1), &json!(0)));
    let second = installed["digest"].as_str().expect("a digest");
    assert_eq!(assigned(&collector).await, [second]);
    let (action, after) = world.told(customer).await.remove(0);
    assert_eq!((action.as_str(), &after["version"]), ("driver.updated", &json!("1.0.1")));
    // what was spooled by the version before is taken: it was consented to
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await, Vec::<String>::new());
    assert_eq!(world.devices(customer).await.len(), 1);
    // an account that never granted it hears nothing
    assert_eq!(world.actions(world.tree.sibling).await, Vec::<String>::new());
}

#[tokio::test]
async fn versions_only_rise_unless_a_rollback_is_ordered_which_is_judged_the_same() {
    let world = world().await;
    let (customer, sibling) = (world.tree.customer, world.tree.sibling);
    let collector = world.collector(customer).await;
    let lower = [(FIRST_ATTRIBUTE, wider())];
    let lower: Vec<(&str, &str)> = lower.iter().map(|(from, to)| (*from, to.as_str())).collect();
    for version in ["0.9.0", "1.0.0-beta.1", "0.1.0"] {
        world.upload("", version, &lower).await.refused(409, "version_not_above");
    }
    assert_eq!(assigned(&collector).await, [world.first.as_str()]);
    assert_eq!(world.actions(customer).await, ["driver.granted"]);

    // ordered, and it asks for more: the account keeps what it has
    let back = world.upload("?rollback=true", "0.9.0", &lower).await.expect(StatusCode::CREATED);
    assert_eq!((&back["followed"], &back["asked"]), (&json!(0), &json!(1)));
    assert_eq!(assigned(&collector).await, [world.first.as_str()]);
    assert_eq!(world.actions(customer).await, ["driver.update_waits", "driver.granted"]);
    // an account that comes to grant it now gets what is offered
    world.consent(sibling, json!({ "granted": true })).await.expect(StatusCode::OK);
    assert_eq!(world.at(sibling).await["version"], "0.9.0");

    // up again: the customer has it already, the sibling consented to more
    let again = world.upload("", "1.0.0", &[]).await.expect(StatusCode::OK);
    assert_eq!((&again["followed"], &again["asked"]), (&json!(1), &json!(0)));
    assert_eq!(world.at(sibling).await["version"], "1.0.0");
    assert_eq!(world.at(customer).await["offered"], Value::Null);
    // and back, to what it had consented to
    let back = world.upload("?rollback=true", "0.9.0", &lower).await.expect(StatusCode::OK);
    assert_eq!((&back["followed"], &back["asked"]), (&json!(1), &json!(1)));
    assert_eq!(world.actions(sibling).await, ["driver.updated", "driver.updated", "driver.granted"]);
}

#[tokio::test]
async fn other_bytes_under_a_version_that_was_installed_are_refused() {
    let world = world().await;
    let collector = world.collector(world.tree.customer).await;
    let other = [("Test driver", "Other driver")];
    for query in ["", "?rollback=true"] {
        world.upload(query, "1.0.0", &other).await.refused(409, "version_taken");
    }
    // nor once it was followed by another, nor after it was uninstalled
    world.install("1.0.1", &[]).await;
    world.upload("?rollback=true", "1.0.0", &other).await.refused(409, "version_taken");
    world.tree.root.delete("/api/v1/drivers/test-driver?grants=end").await.expect(StatusCode::NO_CONTENT);
    world.upload("", "1.0.0", &other).await.refused(409, "version_taken");
    assert_eq!(assigned(&collector).await, Vec::<String>::new());
    // the very bytes are no other bytes
    world.upload("", "1.0.0", &[]).await.expect(StatusCode::OK);
    assert_eq!(assigned(&collector).await, Vec::<String>::new(), "nobody grants it any more");
}

#[tokio::test]
async fn an_uninstalled_driver_works_nowhere_and_each_account_is_told() {
    let world = world().await;
    let (customer, sibling) = (world.tree.customer, world.tree.sibling);
    let collector = world.collector(customer).await;
    send(&collector, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await;
    world.consent(sibling, json!({ "granted": true })).await.expect(StatusCode::OK);

    let dealer = world.server.token(world.tree.dealer, Role::Owner).await;
    dealer.delete("/api/v1/drivers/test-driver?grants=end").await.refused(403, "denied");
    world.tree.root.delete("/api/v1/drivers/test-driver").await.refused(409, "driver_granted");
    assert_eq!(assigned(&collector).await, [world.first.as_str()]);
    world.tree.root.delete("/api/v1/drivers/test-driver?grants=end").await.expect(StatusCode::NO_CONTENT);

    assert_eq!(assigned(&collector).await, Vec::<String>::new());
    collector.get(&format!("/collector/v1/drivers/{}", world.first)).await.refused(404, "not_found");
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 2.0)]).await, ["driver_not_granted"]);
    for account in [customer, sibling] {
        assert_eq!(world.actions(account).await, ["driver.uninstalled", "driver.granted"]);
    }
    world.tree.owner.get("/api/v1/drivers/test-driver").await.refused(404, "not_found");
    world.consent(customer, json!({ "granted": true })).await.refused(404, "not_found");
    world.tree.root.delete("/api/v1/drivers/test-driver").await.refused(404, "not_found");
    // what it collected stays, and reads as before
    assert_eq!(world.facts(customer).await, ["model", "serial"]);
    let alerts = world.tree.owner.get(&format!("/api/v1/accounts/{customer}/alerts")).await.expect(StatusCode::OK);
    assert_eq!(alerts["items"][0]["title"], "Paper jam");
}

#[tokio::test]
async fn two_accounts_of_one_platform_work_with_different_versions_side_by_side() {
    let world = world().await;
    let (customer, sibling) = (world.tree.customer, world.tree.sibling);
    let condition = format!(
        "[[condition]]\nkey = \"door_open\"\nseverity = \"warning\"\ncategory = \"health\"\n\
         title = {{ en = \"Door open\", de = \"Klappe offen\", nl = \"Klep open\", fr = \"Capot ouvert\" }}\n\n\
         {METER_AND_CONDITIONS}"
    );
    world.consent(sibling, json!({ "granted": true })).await.expect(StatusCode::OK);
    let second = world.install("1.1.0", &[(METER_AND_CONDITIONS, &condition)]).await;
    let body = json!({ "granted": true, "digest": second });
    world.consent(sibling, body).await.expect(StatusCode::OK);

    let (theirs, others) = (world.collector(customer).await, world.collector(sibling).await);
    assert_eq!(assigned(&theirs).await, [world.first.as_str()]);
    assert_eq!(assigned(&others).await, [second.as_str()]);
    for (collector, mine, other) in [(&theirs, &world.first, &second), (&others, &second, &world.first)] {
        collector.get(&format!("/collector/v1/drivers/{mine}")).await.expect(StatusCode::OK);
        collector.get(&format!("/collector/v1/drivers/{other}")).await.refused(404, "not_found");
    }
    let open = |digest: &str| {
        let mut report = report(digest, 1, "10.1.0.7", 1.0);
        let condition = bailiwick_contract::value::Condition { key: "door_open".into(), row: None };
        report.effects.pop();
        report.effects.push(Effect::Conditions(vec![condition]));
        report
    };
    assert_eq!(send(&theirs, &[open(&second)]).await, ["version_not_granted"]);
    assert_eq!(send(&theirs, &[open(&world.first)]).await, ["undeclared_condition"]);
    assert_eq!(send(&theirs, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await, Vec::<String>::new());
    assert_eq!(send(&others, &[open(&second)]).await, Vec::<String>::new());
    let title = async |account| {
        let alerts = world.tree.owner.get(&format!("/api/v1/accounts/{account}/alerts")).await.expect(StatusCode::OK);
        alerts["items"][0]["title"].clone()
    };
    assert_eq!((title(customer).await, title(sibling).await), (json!("Paper jam"), json!("Door open")));
    assert_eq!((world.facts(customer).await.len(), world.facts(sibling).await.len()), (2, 2));
}

#[tokio::test]
async fn reports_that_were_spooled_are_judged_by_the_consent_of_today() {
    let world = world().await;
    let customer = world.tree.customer;
    let collector = world.collector(customer).await;
    // withdrawn while they wait
    world.consent(customer, json!({ "granted": false })).await.expect(StatusCode::OK);
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await, ["driver_not_granted"]);
    assert_eq!(world.devices(customer).await, Vec::<Value>::new());
    // given again, for less
    let body = json!({ "granted": true, "categories": ["device", "identifier"], "withheld": ["serial"] });
    world.consent(customer, body).await.expect(StatusCode::OK);
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 1.0)]).await, Vec::<String>::new());
    assert_eq!(world.facts(customer).await, ["model"]);
    let device = world.device(customer).await;
    assert_eq!((&device["meters"], &device["alerts_open"]), (&json!([]), &json!(0)));
    // consent to a version that asks for less than one whose reports still wait: those asked for more
    let less = world
        .install(
            "1.0.1",
            &[
                ("[[meter]]\nkey = \"pages\"", "[[meter]]\nkey = \"sheets\""),
                ("meter = \"pages\"", "meter = \"sheets\""),
            ],
        )
        .await;
    world.consent(customer, json!({ "granted": true, "digest": less })).await.expect(StatusCode::OK);
    assert_eq!(send(&collector, &[report(&world.first, 1, "10.1.0.7", 2.0)]).await, ["version_not_granted"]);
}

#[tokio::test]
async fn a_dealer_grants_for_chosen_customers_and_each_of_them_is_told() {
    let world = world().await;
    let (dealer, customer, sibling) = (world.tree.dealer, world.tree.customer, world.tree.sibling);
    let path = format!("/api/v1/accounts/{dealer}/drivers/test-driver/grants");
    let body = |accounts: &[AccountId], extent: &str| {
        let accounts: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        json!({ "accounts": accounts, "digest": world.first, "extent": extent })
    };
    // all or none: an account that is not there, one of another dealer, one that decides by itself
    let elsewhere = world.server.token(AccountId::ROOT, Role::Owner).await;
    let made = elsewhere
        .post(
            "/api/v1/accounts/00000000-0000-7000-8000-000000000000/accounts",
            json!({ "name": "Elsewhere", "kind": "dealer" }),
        )
        .await
        .expect(StatusCode::CREATED);
    let stranger: AccountId = made["id"].as_str().expect("an id").parse().expect("a UUID");
    for missing in [AccountId::from(Uuid::now_v7()), stranger] {
        world.tree.owner.post(&path, body(&[sibling, missing], "all")).await.refused(404, "not_found");
        assert_eq!(world.actions(sibling).await, Vec::<String>::new());
    }
    let made = world.tree.owner.post(&path, body(&[customer, sibling], "all")).await.expect(StatusCode::OK);
    assert_eq!(made, json!({ "accounts": 2 }));
    assert_eq!(world.actions(sibling).await, ["driver.granted"]);
    assert_eq!(world.actions(customer).await, ["driver.granted", "driver.granted"]);
    assert_eq!(world.at(sibling).await["version"], "1.0.0");
    // one that denies it to those above
    world.server.operator(sibling, "owner@example.org", Role::Owner).await;
    let own = world.server.token(sibling, Role::Owner).await;
    let deny = json!({ "denied": ["manage_drivers"] });
    own.send(Method::PUT, &format!("/api/v1/accounts/{sibling}/restrictions"), deny).await.expect(StatusCode::OK);
    world.tree.owner.post(&path, body(&[customer, sibling], "all")).await.refused(404, "not_found");
    assert_eq!(world.actions(customer).await.len(), 2);
    // a version that is not offered
    let second = world.hostile_update().await;
    world.tree.owner.post(&path, body(&[customer], "all")).await.expect(StatusCode::OK);
    let third = world.install("1.2.0", &[(FIRST_ATTRIBUTE, &wider())]).await;
    let mut late = body(&[customer], "all");
    late["digest"] = json!(second);
    world.tree.owner.post(&path, late).await.refused(409, "version_not_offered");
    let mut offered = body(&[customer], "basic");
    offered["digest"] = json!(third);
    world.tree.owner.post(&path, offered).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_basic_set_is_what_the_author_marks_and_nothing_beside() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let manifest = format!("basic = [\"identity:serial\", \"model\"]\n{}", driver::changed("1.0.0", &[]));
    driver::upload(&tree.root, "", driver::component(&manifest)).await.expect(StatusCode::CREATED);
    let path = format!("/api/v1/accounts/{}/drivers/test-driver", tree.customer);
    let body = json!({ "granted": true, "extent": "basic" });
    tree.owner.send(Method::PUT, &path, body).await.expect(StatusCode::OK);
    let statement = tree.owner.get(&path).await.expect(StatusCode::OK)["statement"].clone();
    let items = statement["items"].as_array().expect("a list");
    let fates: Vec<(&str, &str)> =
        items.iter().map(|i| (i["name"].as_str().expect("a name"), i["company"].as_str().expect("a fate"))).collect();
    let collected: Vec<&str> = fates.iter().filter(|(_, fate)| *fate == "collected").map(|(name, _)| *name).collect();
    assert_eq!(collected, ["identity:serial", "model"], "{fates:?}");
    // and only that is kept
    let (collector, _) = collectors::enroll(&server, &tree, tree.customer).await;
    let assignment = collector.get("/collector/v1/assignment").await.expect(StatusCode::OK);
    let digest = assignment["drivers"][0]["digest"].as_str().expect("a digest").to_owned();
    send(&collector, &[report(&digest, 1, "10.1.0.7", 5.0)]).await;
    let world = World { first: digest, server, tree };
    let device = world.device(world.tree.customer).await;
    assert_eq!(world.facts(world.tree.customer).await, ["model"]);
    assert_eq!((&device["meters"], &device["alerts_open"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn the_statement_shows_identities_and_bounds_and_follows_the_account() {
    let world = world().await;
    let customer = world.tree.customer;
    let item = |at: &Value, name: &str| {
        let items = at["statement"]["items"].as_array().expect("a list");
        items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name}: {items:?}")).clone()
    };
    let at = world.at(customer).await;
    let serial = item(&at, "identity:serial");
    assert_eq!((&serial["category"], &serial["type"]), (&json!("identifier"), &json!("identity")));
    assert!(serial["bounds"]["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("[A-Z0-9]")), "{serial}");
    assert_eq!((&serial["company"], &serial["personal"]), (&json!("collected"), &json!("denied_by_policy")));
    let pages = item(&at, "meter:pages");
    assert_eq!((&pages["unit"], &pages["bounds"]["min"]), (&json!("pages"), &json!(0.0)));
    let never = at["statement"]["never"].as_array().expect("a list");
    assert!(never.iter().all(|never| never["category"] != "identifier"), "{never:?}");
    assert!(never.iter().any(|never| never["category"] == "location"));
    assert_eq!(at["proposal"], Value::Null, "nothing waits");

    let body = json!({ "granted": true, "categories": ["device", "identifier"], "withheld": ["identity:serial"] });
    world.consent(customer, body).await.expect(StatusCode::OK);
    let at = world.at(customer).await;
    assert_eq!(item(&at, "identity:serial")["company"], "not_granted");
    assert_eq!(item(&at, "serial")["company"], "collected");
    assert_eq!(item(&at, "meter:pages")["company"], "not_granted");
    world.consent(customer, json!({ "granted": false })).await.expect(StatusCode::OK);
    let at = world.at(customer).await;
    assert_eq!(item(&at, "model")["company"], "not_asked");
    assert_eq!(at["proposal"]["items"][0]["company"], "collected");
    // what is granted is declared
    let beyond = json!({ "granted": true, "withheld": ["nothing"] });
    world.consent(customer, beyond).await.refused(422, "invalid_input");
}
