//! Setting a provider up: by whom, and what a discovery URL can be made to reach.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use async_trait::async_trait;
use bailiwick_access::Role;
use bailiwick_egress::Resolver;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Browser, CLIENT, SECRET, World,
    hostile::{Hostile, Manner},
    reaching,
};
use crate::support::{Api, Server};

fn body(issuer: &str) -> Value {
    json!({ "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "default_role": "viewer",
            "passwords": "refused", "domains": ["rhein.example"] })
}

async fn put(api: &Api, account: AccountId, body: Value) -> crate::support::Reply {
    api.send(Method::PUT, &format!("/api/v1/accounts/{account}/sign-in"), body).await
}

#[tokio::test]
async fn a_secret_is_never_shown_and_never_sent_to_another() {
    let world = World::start().await;
    let shown = world.tree.owner.get(&world.path()).await;
    assert!(!shown.text.contains(SECRET));
    let shown = shown.expect(StatusCode::OK);
    assert_eq!(shown["connection"]["client_secret_set"], true);
    assert_eq!(shown["redirect_uris"], json!([format!("{}/sign-in/callback", super::PORTAL)]));
    // a change that leaves it out keeps it
    let mut without = world.body();
    without.as_object_mut().unwrap().remove("client_secret");
    without["default_role"] = json!("viewer");
    world.set(without.clone()).await.expect(StatusCode::OK);
    world.sign_in("bo").await.1.expect(StatusCode::OK);
    // but not for another issuer, to whom it would be told
    without["issuer"] = json!("https://evil.example");
    let moved = world.set(without).await.expect(StatusCode::OK);
    assert_eq!(moved["connection"]["client_secret_set"], false);
    let audit = world.tree.owner.get(&format!("/api/v1/accounts/{}/audit", world.tree.dealer)).await;
    assert!(!audit.text.contains(SECRET));
    let kept: Vec<Option<Vec<u8>>> = sqlx::query_scalar("select secret from sign_in_connections where tenant_id = $1")
        .bind(world.tree.dealer)
        .fetch_all(&mut world.server.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(kept, [None]);
}

#[tokio::test]
async fn nobody_gives_by_a_mapping_what_he_may_not_do_himself() {
    let world = World::start().await;
    let admin = world.server.token(world.tree.dealer, Role::Admin).await;
    let roles = format!("/api/v1/accounts/{}/roles", world.tree.dealer);
    let all = json!({ "name": "All", "permissions": ["view_accounts", "delete_accounts", "manage_privacy"] });
    let made = world.tree.owner.post(&roles, all).await.expect(StatusCode::CREATED);
    let mut greater = world.body();
    greater["mapping"] = json!([{ "value": "field", "role": made["role"] }]);
    put(&admin, world.tree.dealer, greater.clone()).await.refused(403, "exceeds_own_permissions");
    greater["mapping"] = json!([]);
    greater["default_role"] = made["role"].clone();
    put(&admin, world.tree.dealer, greater.clone()).await.refused(403, "exceeds_own_permissions");
    put(&world.tree.owner, world.tree.dealer, greater.clone()).await.expect(StatusCode::OK);
    // nor does he take over what somebody greater set up, by pointing it at a provider of his own
    greater["issuer"] = json!("https://idp.of-the-admin.example");
    put(&admin, world.tree.dealer, greater).await.refused(403, "exceeds_own_permissions");
    // nobody is made an owner, whoever asks
    for owner in [json!({ "mapping": [{ "value": "x", "role": "owner" }] }), json!({ "default_role": "owner" })] {
        let mut body = world.body();
        for (name, value) in owner.as_object().unwrap() {
            body[name] = value.clone();
        }
        put(&world.tree.owner, world.tree.dealer, body).await.refused(422, "invalid_input");
    }
    // a role of somebody else's, and fields that are not there to be set
    let mut body = world.body();
    body["default_role"] = json!("0190c0de-0000-7000-8000-000000000001");
    put(&world.tree.owner, world.tree.dealer, body).await.refused(422, "invalid_input");
    for extra in ["confirmed", "tenant_id", "id", "redirect_uris", "permissions"] {
        let mut body = world.body();
        body[extra] = json!(true);
        put(&world.tree.owner, world.tree.dealer, body).await.refused(422, "invalid_input");
    }
}

#[tokio::test]
async fn a_domain_counts_once_who_runs_the_platform_confirmed_it() {
    let world = World::start().await;
    let mut more = world.body();
    more["domains"] = json!(["rhein.example", "gmail.com"]);
    world.set(more).await.expect(StatusCode::OK);
    let offered = async |domain: &str| {
        let reply = world.browser().post("/session/sso/offer", json!({ "domain": domain })).await;
        reply.expect(StatusCode::OK)["offered"] == true
    };
    assert!(!offered("gmail.com").await && offered("rhein.example").await);
    world.browser().post("/session/sso", json!({ "email": "x@gmail.com" })).await.refused(404, "sso_not_offered");
    let domains = format!("{}/domains", world.path());
    let confirm = json!({ "confirmed": true });
    for domain in ["gmail.com", "rhein.example", "unknown.example"] {
        let refused = world.tree.owner.send(Method::PUT, &format!("{domains}/{domain}"), confirm.clone()).await;
        refused.refused(403, "denied");
    }
    let stranger = world.server.token(world.tree.sibling, Role::Owner).await;
    stranger.send(Method::PUT, &format!("{domains}/gmail.com"), confirm.clone()).await.refused(404, "not_found");
    world.confirm(world.tree.dealer, "unknown.example").await.refused(404, "not_found");
    world.confirm(world.tree.dealer, "no-domain").await.refused(404, "not_found");
    // who runs the platform sees what waits, and nothing else of how the dealer's people sign in
    let waiting = world.tree.root.get(&format!("/api/v1/accounts/{}/sign-in/domains", AccountId::ROOT)).await;
    assert_eq!(waiting.expect(StatusCode::OK)["items"][0]["domain"], "gmail.com");
    world.tree.root.get(&world.path()).await.refused(403, "denied");
    // what was confirmed is withdrawn, and nobody comes in by it
    let withdraw = format!("{domains}/rhein.example");
    world.tree.root.send(Method::PUT, &withdraw, json!({ "confirmed": false })).await.expect(StatusCode::OK);
    assert!(!offered("rhein.example").await);
    assert_eq!(world.audit("sign_in.domain_withdrawn").await.len(), 1);
    // that two accounts ask for one is no secret kept from the second, nor does it keep it from asking
    let customer = world.server.token(world.tree.customer, Role::Owner).await;
    put(&customer, world.tree.customer, body("https://login.kunde.example")).await.expect(StatusCode::OK);
    world.confirm(world.tree.customer, "rhein.example").await.expect(StatusCode::OK);
    world.confirm(world.tree.dealer, "rhein.example").await.refused(409, "conflict");
}

#[tokio::test]
async fn what_is_no_issuer_is_not_taken() {
    let world = World::start().await;
    for issuer in [
        "http://login.example",
        "https://",
        "https://user:password@login.example",
        "https://login.example?x=https://",
        "https://login.example/#x",
        "https://login.example\\@evil.example",
        "file:///etc/passwd",
        "https://a b",
        "",
    ] {
        put(&world.tree.owner, world.tree.dealer, body(issuer)).await.refused(422, "invalid_input");
    }
    for domain in ["localhost", "127.0.0.1", "*.example", "a@b.example", "-x.example", ""] {
        let mut body = body("https://login.example");
        body["domains"] = json!([domain]);
        put(&world.tree.owner, world.tree.dealer, body).await.refused(422, "invalid_input");
    }
}

async fn tested(api: &Api, account: AccountId, issuer: &str) -> Value {
    let path = format!("/api/v1/accounts/{account}/sign-in/test");
    api.post(&path, json!({ "issuer": issuer })).await.expect(StatusCode::OK)
}

#[tokio::test]
async fn a_test_says_what_is_missing_and_what_is_wrong() {
    let world = World::start().await;
    let fine = tested(&world.tree.owner, world.tree.dealer, &world.provider.issuer).await;
    assert_eq!((&fine["problem"], &fine["missing_hosts"]), (&Value::Null, &json!([])));
    assert_eq!(fine["names_issuer"], true);
    let missing = tested(&world.tree.owner, world.tree.dealer, "https://login.example.org").await;
    assert_eq!(missing["problem"], "not_allowed");
    assert_eq!(missing["missing_hosts"], json!([{ "host": "login.example.org", "port": 443 }]));
    let other = format!("{}/tenant", world.provider.issuer);
    assert_eq!(tested(&world.tree.owner, world.tree.dealer, &other).await["problem"], "bad_status");
}

#[tokio::test]
async fn a_discovery_url_reaches_nothing_inside() {
    let hostile = Hostile::start().await;
    let server = Server::with(reaching(&hostile.authority)).await;
    let tree = server.tree().await;
    let allow = json!({ "purpose": "oidc", "host": "localhost", "port": hostile.port() });
    tree.owner.post(&format!("/api/v1/accounts/{}/egress", tree.dealer), allow).await.expect(StatusCode::CREATED);
    for issuer in [
        "https://169.254.169.254",
        "https://2852039166",
        "https://[::ffff:169.254.169.254]",
        "https://10.0.0.1",
        "https://127.0.0.2",
        "https://metadata.google.internal",
        "https://localhost:22",
        "http://169.254.169.254",
        "file:///etc/passwd",
    ] {
        let found = tested(&tree.owner, tree.dealer, issuer).await;
        let code = found["problem"].as_str().expect("a problem").to_owned();
        assert!(["not_allowed", "bad_url"].contains(&code.as_str()), "{issuer}: {found}");
    }
    for (to, code) in [
        ("https://169.254.169.254/latest/meta-data/", "not_allowed"),
        ("http://169.254.169.254/latest/meta-data/", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
    ] {
        hostile.behave(Manner::Redirect(to.to_owned()));
        assert_eq!(tested(&tree.owner, tree.dealer, hostile.issuer()).await["problem"], code, "{to}");
    }
    // keys and exchange elsewhere
    hostile.behave(Manner::Plain(json!({ "jwks_uri": "https://169.254.169.254/keys" })));
    let found = tested(&tree.owner, tree.dealer, hostile.issuer()).await;
    assert_eq!(found["problem"], "not_allowed");
    assert_eq!(found["missing_hosts"][0]["host"], "169.254.169.254");
    // and what others answer there
    for (manner, code) in [
        (Manner::Status(500), "bad_status"),
        (Manner::Nonsense, "malformed"),
        (Manner::Gigantic(10 << 20), "oversized"),
        (Manner::Plain(json!({ "issuer": "https://accounts.example" })), "other_issuer"),
        (Manner::Plain(json!({ "id_token_signing_alg_values_supported": ["HS256", "none"] })), "unsupported"),
    ] {
        hostile.behave(manner.clone());
        assert_eq!(tested(&tree.owner, tree.dealer, hostile.issuer()).await["problem"], code, "{manner:?}");
    }
    let began = Instant::now();
    hostile.behave(Manner::Slow);
    assert_eq!(tested(&tree.owner, tree.dealer, hostile.issuer()).await["problem"], "unreachable");
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_name_on_the_list_that_stands_for_a_private_address_is_not_called() {
    let hostile = Hostile::start().await;
    let server = Server::with(|config| {
        reaching(&hostile.authority)(config);
        config.outbound.private_networks.clear();
    })
    .await;
    let tree = server.tree().await;
    let allow = json!({ "purpose": "oidc", "host": "localhost", "port": hostile.port() });
    tree.owner.post(&format!("/api/v1/accounts/{}/egress", tree.dealer), allow).await.expect(StatusCode::CREATED);
    assert_eq!(tested(&tree.owner, tree.dealer, hostile.issuer()).await["problem"], "unreachable");
    assert_eq!(hostile.hits(), 0);
}

/// A name that stands for a good address first, and for one inside from then on.
struct Rebinding(Mutex<HashMap<String, Vec<&'static str>>>);

#[async_trait]
impl Resolver for Rebinding {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut left = self.0.lock().unwrap();
        let answers = left.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        let now = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        Ok(vec![now.parse().unwrap()])
    }
}

#[tokio::test]
async fn a_name_that_is_bound_anew_between_discovery_and_exchange_is_not_called() {
    let hostile = Hostile::start().await;
    // discovery and keys at the good address; the exchange, with the client's secret, would go inside
    let names = HashMap::from([("localhost".to_owned(), vec!["127.0.0.1", "127.0.0.1", "127.0.0.2"])]);
    let database = bailiwick_store::testing::database().await;
    let server =
        Server::resolving(database, None, Arc::new(Rebinding(Mutex::new(names))), reaching(&hostile.authority)).await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}", tree.dealer);
    let allow = json!({ "purpose": "oidc", "host": "localhost", "port": hostile.port() });
    tree.owner.post(&format!("{path}/egress"), allow).await.expect(StatusCode::CREATED);
    put(&tree.owner, tree.dealer, body(hostile.issuer())).await.expect(StatusCode::OK);
    let confirm = format!("{path}/sign-in/domains/rhein.example");
    tree.root.send(Method::PUT, &confirm, json!({ "confirmed": true })).await.expect(StatusCode::OK);
    let browser = Browser::new(&server.base);
    let asked = url::Url::parse(&browser.begin("ann@rhein.example").await).unwrap();
    let state = asked.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let refused = browser.post("/session/sso/finish", json!({ "state": state, "code": "c" })).await;
    refused.refused(502, "sso_unavailable");
    assert_eq!(hostile.exchanges(), 0);
    let audit = tree.owner.get(&format!("{path}/audit?action=sign_in.refused")).await.expect(StatusCode::OK);
    assert_eq!(audit["items"][0]["after"]["reason"], "unreachable");
}
