//! Single sign-on through a real, certified provider (node-oidc-provider) that runs as a process of its own, and through
//! a hostile one; attacks on both.

mod attacks;
mod claims;
mod flow;
mod hostile;
mod linking;
mod provider;
mod settings;
mod tokens;

use std::path::Path;

use bailiwick::config::{Config, Outbound};
use bailiwick_store::AccountId;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, Reply, Server, Tree, client_builder};
pub use hostile::Hostile;
use provider::Provider;
pub use provider::{CLIENT, SECRET};

/// The platform's address, as a provider knows it.
pub const PORTAL: &str = "http://127.0.0.1:8080";
const DOMAIN: &str = "rhein.example";

/// Reaches providers on this machine, by the authorities of a file.
pub fn reaching(authorities: &Path) -> impl FnOnce(&mut Config) {
    let authorities = authorities.to_owned();
    move |config| {
        config.public_url = PORTAL.to_owned();
        config.outbound = Outbound {
            hosts: Vec::new(),
            private_networks: vec!["127.0.0.1/32".parse().unwrap(), "::1/128".parse().unwrap()],
            authorities: Some(authorities),
        };
    }
}

/// A dealer whose people a provider signs in.
pub struct World {
    pub server: Server,
    pub tree: Tree,
    pub provider: Provider,
}

impl World {
    /// Ann is a technician, Bo has no group.
    pub async fn start() -> Self {
        let provider = Provider::start(people()).await;
        let server = Server::with(reaching(&provider.authority)).await;
        let tree = server.tree().await;
        let world = Self { server, tree, provider };
        world.set(world.body()).await.expect(StatusCode::OK);
        world.allow(&world.tree.owner, world.tree.dealer, world.provider.port()).await;
        world.confirm(world.tree.dealer, DOMAIN).await.expect(StatusCode::OK);
        world
    }

    pub fn body(&self) -> Value {
        json!({
            "issuer": self.provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "claim": "groups",
            "mapping": [{ "value": "field", "role": "technician" }, { "value": "desk", "role": "helpdesk" }],
            "default_role": null, "passwords": "refused", "domains": [DOMAIN],
        })
    }

    pub fn path(&self) -> String {
        format!("/api/v1/accounts/{}/sign-in", self.tree.dealer)
    }

    pub async fn set(&self, body: Value) -> Reply {
        self.tree.owner.send(Method::PUT, &self.path(), body).await
    }

    pub async fn confirm(&self, account: AccountId, domain: &str) -> Reply {
        let path = format!("/api/v1/accounts/{account}/sign-in/domains/{domain}");
        self.tree.root.send(Method::PUT, &path, json!({ "confirmed": true })).await
    }

    pub async fn allow(&self, api: &Api, account: AccountId, port: u16) {
        let body = json!({ "purpose": "oidc", "host": "localhost", "port": port });
        api.post(&format!("/api/v1/accounts/{account}/egress"), body).await.expect(StatusCode::CREATED);
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.server.base)
    }

    /// Signs somebody in by the provider, in a browser of its own.
    pub async fn sign_in(&self, person: &str) -> (Browser, Reply) {
        let browser = self.browser();
        let reply = browser.sign_in(&self.provider, person).await;
        (browser, reply)
    }

    /// What the dealer's audit says of these actions, newest first.
    pub async fn audit(&self, action: &str) -> Vec<Value> {
        let path = format!("/api/v1/accounts/{}/audit?action={action}", self.tree.dealer);
        let found = self.tree.owner.get(&path).await.expect(StatusCode::OK);
        found["items"].as_array().expect("items").clone()
    }

    pub async fn operators(&self) -> Vec<Value> {
        let path = format!("/api/v1/accounts/{}/operators", self.tree.dealer);
        self.tree.owner.get(&path).await.expect(StatusCode::OK)["items"].as_array().expect("items").clone()
    }

    /// The reason of the last refusal, as the audit has it.
    pub async fn refusal(&self) -> String {
        let refused = self.audit("sign_in.refused").await;
        refused[0]["after"]["reason"].as_str().expect("a reason").to_owned()
    }
}

pub fn people() -> Value {
    json!({
        "ann": { "email": "Ann@rhein.example", "email_verified": true, "name": "Ann Berg", "groups": ["staff", "field"] },
        "bo": { "email": "bo@rhein.example", "email_verified": true, "name": "Bo", "groups": ["staff"] },
        "cy": { "email": "cy@rhein.example", "email_verified": false, "name": "Cy", "groups": ["field"] },
        "di": { "email": "di@elsewhere.example", "email_verified": true, "name": "Di", "groups": ["field"] },
        "ed": { "email": "ed@rhein.example", "email_verified": true, "name": "Ed", "groups": ["desk", "field"] },
        "no": { "name": "Nobody", "groups": ["field"] },
    })
}

/// What came back to the portal.
#[derive(Debug, Clone)]
pub struct Callback {
    pub code: Option<String>,
    pub state: String,
    pub iss: Option<String>,
}

impl Callback {
    pub fn body(&self) -> Value {
        json!({ "code": self.code, "state": self.state, "iss": self.iss })
    }
}

/// A person's browser: its cookies of the portal and of the provider.
pub struct Browser {
    pub client: Client,
    at_provider: Client,
    base: String,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let client = client_builder().cookie_store(true).build().expect("a client");
        let at_provider = Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(true)
            .build()
            .expect("a client");
        Self { client, at_provider, base: base.to_owned() }
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.client.post(format!("{}/api/v1{path}", self.base)).json(&body)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}/api/v1{path}", self.base))).await
    }

    /// Where the portal sends the browser.
    pub async fn begin(&self, email: &str) -> String {
        let begun = self.post("/session/sso", json!({ "email": email, "return_to": "/a/b?c=d" })).await;
        begun.expect(StatusCode::OK)["url"].as_str().expect("an address").to_owned()
    }

    /// Signs in at the provider as somebody, until it sends the browser back.
    pub async fn visit(&self, url: &str, person: &str) -> Callback {
        let mut at = url::Url::parse(url).expect("an address");
        for _ in 0..8 {
            let response = self.at_provider.get(at.clone()).send().await.expect("the provider answers");
            let next = match response.headers().get("location") {
                Some(next) => next.to_str().expect("text").to_owned(),
                None => {
                    let text = response.text().await.expect("a page");
                    assert!(text.contains("<form"), "{at}: {text}");
                    let form = self.at_provider.post(at.clone()).form(&[("person", person)]);
                    let form = form.send().await.expect("the provider answers");
                    form.headers()["location"].to_str().expect("text").to_owned()
                }
            };
            at = at.join(&next).expect("an address");
            if at.as_str().starts_with(&format!("{PORTAL}/sign-in/callback")) {
                let value = |name: &str| at.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
                let state = value("state").expect("a state");
                return Callback { code: value("code"), state, iss: value("iss") };
            }
        }
        panic!("the provider leads in circles");
    }

    pub async fn finish(&self, callback: &Callback) -> Reply {
        self.post("/session/sso/finish", callback.body()).await
    }

    pub async fn sign_in(&self, provider: &Provider, person: &str) -> Reply {
        let email = provider.people[person]["email"].as_str().unwrap_or("no@rhein.example").to_owned();
        let email = if email.ends_with(DOMAIN) { email } else { format!("{person}@{DOMAIN}") };
        let url = self.begin(&email).await;
        self.finish(&self.visit(&url, person).await).await
    }
}
