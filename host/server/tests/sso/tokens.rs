//! ID tokens that prove nothing.

use bailiwick_access::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Browser, CLIENT, DOMAIN, SECRET,
    hostile::{Hostile, Manner, shared, unsigned},
    reaching,
};
use crate::support::{Reply, Server, Tree};

struct Lair {
    server: Server,
    tree: Tree,
    hostile: Hostile,
}

impl Lair {
    async fn start() -> Self {
        let hostile = Hostile::start().await;
        let server = Server::with(reaching(&hostile.authority)).await;
        let tree = server.tree().await;
        let path = format!("/api/v1/accounts/{}", tree.dealer);
        let allow = json!({ "purpose": "oidc", "host": "localhost", "port": hostile.port() });
        tree.owner.post(&format!("{path}/egress"), allow).await.expect(StatusCode::CREATED);
        let body = json!({
            "issuer": hostile.issuer(), "client_id": CLIENT, "client_secret": SECRET, "default_role": "viewer",
            "passwords": "refused", "domains": [DOMAIN],
        });
        tree.owner.send(reqwest::Method::PUT, &format!("{path}/sign-in"), body).await.expect(StatusCode::OK);
        let confirm = format!("{path}/sign-in/domains/{DOMAIN}");
        tree.root.send(reqwest::Method::PUT, &confirm, json!({ "confirmed": true })).await.expect(StatusCode::OK);
        Self { server, tree, hostile }
    }

    /// What becomes of a token that is made of the claims that would be right.
    async fn answer(&self, token: impl FnOnce(Value) -> String, iss: Option<&str>) -> Reply {
        let browser = Browser::new(&self.server.base);
        let asked = url::Url::parse(&browser.begin("ann@rhein.example").await).unwrap();
        let value = |name: &str| asked.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let now = self.server.app.store().now().as_second();
        self.hostile.issue(token(json!({
            "iss": self.hostile.issuer(), "aud": CLIENT, "sub": "ann", "nonce": value("nonce"), "iat": now,
            "exp": now + 300, "email": "ann@rhein.example", "email_verified": true,
        })));
        browser.post("/session/sso/finish", json!({ "state": value("state"), "code": "c", "iss": iss })).await
    }
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_token_counts_where_every_part_of_it_does() {
    let lair = Lair::start().await;
    lair.answer(|claims| lair.hostile.signed(&claims), None).await.expect(StatusCode::OK);
    let now = lair.server.app.store().now().as_second();
    let changes = [
        ("iss", json!("https://accounts.example")),
        ("iss", json!(format!("{}/", lair.hostile.issuer()))),
        ("aud", json!("another-client")),
        ("aud", json!([])),
        ("aud", json!([CLIENT, "another-client"])),
        ("azp", json!("another-client")),
        ("nonce", json!("0".repeat(64))),
        ("nonce", Value::Null),
        ("exp", json!(now - 120)),
        ("iat", json!(now - 24 * 3600)),
        ("iat", json!(now + 3600)),
        ("sub", Value::Null),
    ];
    for (name, value) in changes {
        let shown = format!("{name} {value}");
        let refused = lair.answer(|claims| lair.hostile.signed(&with(claims, name, value)), None).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (403, Some("sso_refused")), "{shown}");
        assert!(!refused.text.contains("another-client"), "nothing of the token is repeated");
    }
}

#[tokio::test]
async fn only_a_signature_by_the_issuer_s_key_counts() {
    let lair = Lair::start().await;
    let stranger = Hostile::start().await;
    type Forge<'a> = Box<dyn Fn(Value) -> String + 'a>;
    let forgeries: [(&str, Forge<'_>); 8] = [
        ("none", Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "none" }), &claims)))),
        ("None", Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "None" }), &claims)))),
        ("by the client's secret", Box::new(|claims| shared(SECRET, &claims))),
        ("by the public key as a secret", Box::new(|claims| lair.hostile.confused(&claims))),
        ("by another key of the same name", Box::new(|claims| stranger.signed(&claims))),
        (
            "changed after it was signed",
            Box::new(|claims| {
                let signed = lair.hostile.signed(&claims);
                let signature = signed.rsplit('.').next().unwrap();
                let other = with(claims, "email", json!("ed@rhein.example"));
                format!("{}.{signature}", unsigned(&json!({ "alg": "ES256", "kid": "k" }), &other))
            }),
        ),
        (
            "with a key of its own in its head",
            Box::new(|claims| {
                let head = json!({ "alg": "ES256", "jwk": { "kty": "EC" }, "jku": "https://evil.example/jwks" });
                format!("{}.AAAA", unsigned(&head, &claims))
            }),
        ),
        ("no token", Box::new(|_| "nonsense".to_owned())),
    ];
    for (what, forge) in forgeries {
        let refused = lair.answer(forge, None).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (403, Some("sso_refused")), "{what}");
    }
    let operators = format!("/api/v1/accounts/{}/operators", lair.tree.dealer);
    let found = lair.tree.owner.get(&operators).await.expect(StatusCode::OK);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "nobody was made");
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_refused_before_the_code_is_sent() {
    let lair = Lair::start().await;
    let before = lair.hostile.exchanges();
    let refused = lair.answer(|claims| lair.hostile.signed(&claims), Some("https://accounts.example")).await;
    refused.refused(403, "sso_refused");
    assert_eq!(lair.hostile.exchanges(), before);
    // it names itself rightly, though it does not have to
    let issuer = lair.hostile.issuer().to_owned();
    lair.answer(|claims| lair.hostile.signed(&claims), Some(&issuer)).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn entra_s_word_for_a_proven_domain_counts_as_a_verified_address() {
    let lair = Lair::start().await;
    let without = |mut claims: Value| {
        claims.as_object_mut().unwrap().remove("email_verified");
        claims
    };
    let refused = lair.answer(|claims| lair.hostile.signed(&without(claims)), None).await;
    refused.refused(403, "sso_unverified");
    let no = lair.answer(|claims| lair.hostile.signed(&with(without(claims), "xms_edov", json!(false))), None).await;
    no.refused(403, "sso_unverified");
    let yes = lair.answer(|claims| lair.hostile.signed(&with(without(claims), "xms_edov", json!(true))), None).await;
    yes.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_provider_that_changes_what_it_is_ends_at_that() {
    let lair = Lair::start().await;
    // its page of sign-in is no page
    for url in ["javascript:alert(1)", "http://localhost/auth", "https://user@localhost/auth"] {
        lair.hostile.behave(Manner::Plain(json!({ "authorization_endpoint": url })));
        let browser = Browser::new(&lair.server.base);
        let refused = browser.post("/session/sso", json!({ "email": "ann@rhein.example" })).await;
        refused.refused(502, "sso_unavailable");
    }
    let viewer = lair.server.token(lair.tree.dealer, Role::Viewer).await;
    viewer.get(&format!("/api/v1/accounts/{}/sign-in", lair.tree.dealer)).await.refused(403, "denied");
}
