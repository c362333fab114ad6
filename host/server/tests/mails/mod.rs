//! Invitations and forgotten passwords, from the call over a real relay to the link and back; and attacks on both.

mod invitations;
mod links;
mod resets;

use std::sync::Arc;

use bailiwick::config::{Mail, Outbound};
use bailiwick_devices::jobs::Workers;
use bailiwick_egress::{Destination, Purpose};
use bailiwick_mail::SmtpServer;
use bailiwick_store::AccountId;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::relay::{Manner, Relay, Taken};
use crate::support::{Api, Reply, Server};

const BASE: &str = "https://portal.example.org";
const NEW_PASSWORD: &str = "another horse battery";

/// A server that mails through a relay.
struct Post {
    server: Server,
    relay: Relay,
    workers: Workers,
    _folder: tempfile::TempDir,
}

impl Post {
    async fn start() -> Self {
        let relay = Relay::start(Manner::StartTls).await;
        let folder = tempfile::tempdir().unwrap();
        let authorities = folder.path().join("ca.pem");
        std::fs::write(&authorities, &relay.authority_pem).unwrap();
        let port = relay.address.port();
        let server = Server::with(|config| {
            config.public_url = BASE.to_owned();
            let server = SmtpServer::parse(&format!("smtp://localhost:{port}")).unwrap();
            config.mail = Some(Mail { server, from: "Bailiwick <no-reply@example.org>".to_owned() });
            config.outbound = Outbound {
                hosts: vec![Destination::new(Purpose::Smtp, "localhost", port).unwrap()],
                private_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
                authorities: Some(authorities),
            };
        })
        .await;
        let worker = bailiwick::mail::worker(&server.app).unwrap().expect("mail is configured");
        let workers = Workers::new(server.database.store.clone(), vec![Arc::new(worker)]);
        Self { server, relay, workers, _folder: folder }
    }

    /// Sends what waits, and gives what arrived since.
    async fn deliver(&self) -> Vec<Taken> {
        while self.workers.run_one().await.unwrap() {}
        std::mem::take(&mut *self.relay.taken.lock().unwrap())
    }

    async fn one(&self) -> Taken {
        let [mail] = self.deliver().await.try_into().expect("one mail");
        mail
    }

    async fn open(&self, path: &str, body: Value) -> Reply {
        Reply::of(Client::new().post(format!("{}/api/v1{path}", self.server.base)).json(&body)).await
    }

    async fn offer(&self, token: &str) -> Reply {
        self.open("/invitations/offer", json!({ "token": token })).await
    }

    async fn accept(&self, token: &str, name: &str, password: &str) -> Reply {
        self.open("/invitations/accept", json!({ "token": token, "name": name, "password": password })).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<Browser, Reply> {
        let client = Client::builder().cookie_store(true).build().unwrap();
        let request = client
            .post(format!("{}/api/v1/session", self.server.base))
            .json(&json!({ "email": email, "password": password }));
        let reply = Reply::of(request).await;
        if reply.status != StatusCode::OK {
            return Err(reply);
        }
        let csrf = reply.json()["csrf"].as_str().unwrap().to_owned();
        Ok(Browser { client, csrf, base: self.server.base.clone() })
    }
}

/// Somebody signed in.
struct Browser {
    client: Client,
    csrf: String,
    base: String,
}

impl Browser {
    async fn post(&self, path: &str, body: Value) -> Reply {
        let call = self.client.post(format!("{}/api/v1{path}", self.base)).header("x-csrf-token", &self.csrf);
        Reply::of(call.json(&body)).await
    }

    async fn get(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}/api/v1{path}", self.base))).await
    }
}

async fn invite(api: &Api, account: AccountId, email: &str, role: &str) -> Reply {
    api.post(&format!("/api/v1/accounts/{account}/invitations"), json!({ "email": email, "role": role })).await
}
