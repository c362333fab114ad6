//! Passkeys over the wire, by a software authenticator.

mod attacks;
mod making;

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    factors::Browser,
    support::{
        PASSWORD, Reply, Server,
        authenticator::{Credential, Said},
        client_builder, client_under,
    },
};

const ORIGIN: &str = "https://portal.example";

async fn server() -> Server {
    Server::with(|config| ORIGIN.clone_into(&mut config.public_url)).await
}

/// What a call sends of an answer.
fn answer(asked: &Value, credential: Value) -> Value {
    json!({ "challenge": asked["challenge"], "credential": credential })
}

impl Browser {
    /// Begins to add a passkey, by a proof.
    async fn begin(&self, proof: Value) -> Value {
        self.post("/session/passkeys", proof).await.expect(StatusCode::CREATED)
    }

    /// Adds a passkey, by the password.
    async fn make(&self) -> Credential {
        let asked = self.begin(json!({ "password": PASSWORD })).await;
        let (credential, sent) = Credential::make(&asked["options"], &Said::at(ORIGIN));
        let body = json!({ "name": "Key", "passkey": answer(&asked, sent) });
        self.post("/session/passkeys/confirm", body).await.expect(StatusCode::CREATED);
        credential
    }

    /// Asks to sign in, and signs what comes.
    async fn answered(&self, credential: &mut Credential, said: &Said) -> Value {
        let asked = self.get("/session/passkey").await.expect(StatusCode::OK);
        answer(&asked, credential.sign(&asked["options"], said))
    }

    /// Answers what one's own session is asked.
    async fn shown(&self, credential: &mut Credential) -> Value {
        let asked = self.get("/session/passkeys/challenge").await.expect(StatusCode::OK);
        answer(&asked, credential.sign(&asked["options"], &Said::at(ORIGIN)))
    }
}

async fn audited(server: &Server, action: &str) -> Vec<Value> {
    let path = format!("/api/v1/accounts/{}/audit?action={action}", AccountId::ROOT);
    let found = server.token(AccountId::ROOT, Role::Owner).await.get(&path).await.expect(StatusCode::OK);
    found["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn a_passkey_alone_signs_in() {
    let server = server().await;
    server.operator(AccountId::ROOT, "ann@x.example", Role::Owner).await;
    let at_home = Browser::signed_in(&server, "ann@x.example").await;
    let mut key = at_home.make().await;
    let made = at_home.get("/session/passkeys").await.expect(StatusCode::OK);
    assert_eq!(
        (&made["items"][0]["name"], &made["items"][0]["host"], &made["items"][0]["last_used_at"]),
        (&json!("Key"), &json!("portal.example"), &Value::Null)
    );

    let mut browser = Browser::new(&server);
    let asked = browser.get("/session/passkey").await;
    let cookie = asked.headers["set-cookie"].to_str().expect("ASCII").to_owned();
    for part in ["bailiwick-browser=bwb_", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let asked = asked.expect(StatusCode::OK);
    let options = &asked["options"];
    assert_eq!(
        (&options["rpId"], &options["userVerification"], &options["allowCredentials"]),
        (&json!("portal.example"), &json!("required"), &json!([])),
        "asked of everybody alike"
    );
    let body = answer(&asked, key.sign(options, &Said::at(ORIGIN)));
    let done = browser.post("/session/passkey", body).await;
    let session = done.headers["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(session.contains("bws_") && session.contains("HttpOnly"), "{session}");
    let done = done.expect(StatusCode::OK);
    assert_eq!(done["operator"]["email"], "ann@x.example");
    done["csrf"].as_str().expect("csrf").clone_into(&mut browser.csrf);

    let used = browser.get("/session/passkeys").await.expect(StatusCode::OK);
    assert!(used["items"][0]["last_used_at"].is_string());
    let seen = browser.get(&format!("/accounts/{}/operators", AccountId::ROOT)).await.expect(StatusCode::OK);
    let ann = seen["items"].as_array().expect("items").iter().find(|o| o["email"] == "ann@x.example").expect("ann");
    assert!(ann["last_seen_at"].is_string(), "{ann}");

    // its own session is replaced where the browser signs in again
    let again = browser.answered(&mut key, &Said::at(ORIGIN)).await;
    browser.post("/session/passkey", again).await.expect(StatusCode::OK);
    assert_eq!(browser.get("/sessions").await.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(audited(&server, "operator.passkey_added").await.len(), 1);
    assert_eq!(audited(&server, "operator.passkey_used").await.len(), 2);
}

#[tokio::test]
async fn a_passkey_stands_for_a_code_wherever_one_is_asked_for() {
    let server = server().await;
    let tree = server.tree().await;
    server.operator(AccountId::ROOT, "root@x.example", Role::Owner).await;
    let root = Browser::signed_in(&server, "root@x.example").await;
    let mut key = root.make().await;
    let elevation = format!("/accounts/{}/elevation", tree.customer);
    let ask = |passkey: Value| json!({ "reason": "ticket 4711", "minutes": 30, "passkey": passkey });

    // elevation, without an authenticator app
    let may_ask = server.access.elevators(&Server::platform()).await.expect("a list");
    assert!(may_ask.iter().all(|elevator| elevator.second_factor) && may_ask.len() == 1, "{may_ask:?}");
    let shown = root.shown(&mut key).await;
    root.post(&elevation, ask(shown.clone())).await.expect(StatusCode::CREATED);
    root.get(&format!("/accounts/{}/devices", tree.customer)).await.expect(StatusCode::OK);
    root.call(Method::DELETE, &elevation, Value::Null).await.expect(StatusCode::NO_CONTENT);
    root.post(&elevation, ask(shown)).await.refused(403, "passkey_refused");
    let both = json!({ "reason": "x", "minutes": 1, "code": "000000", "passkey": root.shown(&mut key).await });
    root.post(&elevation, both).await.refused(422, "invalid_input");
    root.post(&elevation, json!({ "reason": "x", "minutes": 1 })).await.refused(422, "invalid_input");

    // without a generator, recovery codes are for nothing
    let shown = json!({ "passkey": root.shown(&mut key).await });
    root.post("/session/recovery-codes", shown).await.refused(403, "second_factor_required");

    // the second step of a sign-in, by the same operator's passkey only
    let _app = root.enrol(&server).await;
    let step = async |browser: &Browser, key: &mut Credential| {
        let first = browser.password("root@x.example").await.expect(StatusCode::ACCEPTED);
        let passkey = browser.answered(key, &Said::at(ORIGIN)).await;
        browser.post("/session/second-factor", json!({ "challenge": first["challenge"], "passkey": passkey })).await
    };
    step(&Browser::new(&server), &mut key).await.expect(StatusCode::OK);
    server.operator(AccountId::ROOT, "ben@x.example", Role::Owner).await;
    let mut bens = Browser::signed_in(&server, "ben@x.example").await.make().await;
    step(&Browser::new(&server), &mut bens).await.refused(401, "invalid_credentials");

    // fresh codes, and the end of the generator
    let shown = json!({ "passkey": root.shown(&mut key).await });
    root.post("/session/recovery-codes", shown).await.expect(StatusCode::OK);
    let body = json!({ "password": PASSWORD, "passkey": root.shown(&mut key).await });
    root.post("/session/totp/remove", body).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn passkeys_take_a_host_name_and_a_dealers_portal_has_its_own() {
    let bare = Server::with(|config| "https://192.0.2.1".clone_into(&mut config.public_url)).await;
    Browser::new(&bare).get("/session/passkey").await.refused(409, "passkeys_unavailable");

    let server = server().await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "ann@d.example", Role::Owner).await;
    let path = format!("/api/v1/accounts/{}/branding/host", tree.dealer);
    let named = tree.root.send(Method::PUT, &path, json!({ "host": "portal.dealer.example" })).await;
    named.expect(StatusCode::OK);
    let asked = async |host: &str| {
        let (client, base) = client_under(host, &server.base, client_builder());
        Reply::of(client.get(format!("{base}/api/v1/session/passkey"))).await
    };
    for (host, party) in [
        ("portal.dealer.example", "portal.dealer.example"),
        ("portal.example", "portal.example"),
        // what is not set up is not taken at its word
        ("evil.example", "portal.example"),
        ("portal.dealer.example.evil.example", "portal.example"),
    ] {
        let asked = asked(host).await.expect(StatusCode::OK);
        assert_eq!(asked["options"]["rpId"], json!(party), "{host}");
    }

    // made under the platform's own name, it is for nothing under the dealer's, also where the browser were fooled
    let mut key = Browser::signed_in(&server, "ann@d.example").await.make().await;
    let there = asked("portal.dealer.example").await;
    let cookie = there.headers["set-cookie"].to_str().expect("ASCII").split(';').next().expect("a cookie").to_owned();
    let there = there.expect(StatusCode::OK);
    let fooled = Said { party: Some("portal.dealer.example".to_owned()), ..Said::at("https://portal.dealer.example") };
    let body = answer(&there, key.sign(&there["options"], &fooled));
    let signed = async |host: &str, body: &Value| {
        let (client, base) = client_under(host, &server.base, client_builder());
        Reply::of(client.post(format!("{base}/api/v1/session/passkey")).header("cookie", &cookie).json(body)).await
    };
    signed("portal.dealer.example", &body).await.refused(401, "invalid_credentials");
    // and a challenge of there is none of here
    signed("portal.example", &body).await.refused(401, "invalid_credentials");
}
