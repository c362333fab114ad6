//! Invitations and forgotten passwords, from the call over a real relay to the link and back; and attacks on both.

mod brands;
mod invitations;
mod links;
mod resets;
mod senders;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bailiwick::config::{Config, Mail, Outbound};
use bailiwick_devices::jobs::Workers;
use bailiwick_egress::{Destination, Purpose};
use bailiwick_mail::SmtpServer;
use bailiwick_store::AccountId;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::relay::{Manner, Relay, Taken};
use crate::support::{Api, Reply, Server, client, client_builder};

const BASE: &str = "https://portal.example.org";
const NEW_PASSWORD: &str = "another horse battery";

/// A relay that a server mails through, and what arrives there.
pub struct Mailbox {
    relay: Relay,
    folder: tempfile::TempDir,
    /// Those of the server that sends through it.
    workers: OnceLock<Workers>,
}

impl Mailbox {
    pub async fn open() -> Self {
        let (relay, folder) = (Relay::start(Manner::StartTls).await, tempfile::tempdir().expect("a folder"));
        let mailbox = Self { relay, folder, workers: OnceLock::new() };
        std::fs::write(mailbox.authorities(), &mailbox.relay.authority_pem).expect("writes");
        mailbox
    }

    fn authorities(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Has a server send through it.
    pub fn configure(&self, config: &mut Config) {
        let port = self.relay.address.port();
        let server = SmtpServer::parse(&format!("smtp://localhost:{port}")).expect("a server");
        config.mail = Some(Mail { server, from: "Bailiwick <no-reply@example.org>".to_owned() });
        config.outbound = Outbound {
            hosts: vec![Destination::new(Purpose::Smtp, "localhost", port).expect("a destination")],
            private_networks: ["127.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network")).into(),
            authorities: Some(self.authorities()),
        };
    }

    /// Sends what waits, and gives what arrived since.
    pub async fn deliver(&self, server: &Server) -> Vec<Taken> {
        let workers = self.workers.get_or_init(|| {
            let worker = bailiwick::mail::worker(&server.app).expect("opens").expect("mail is configured");
            Workers::new(server.database.store.clone(), vec![Arc::new(worker)])
        });
        while workers.run_one().await.expect("runs") {}
        std::mem::take(&mut *self.relay.taken.lock().expect("whole"))
    }
}

/// A server that mails through a relay.
struct Post {
    server: Server,
    mailbox: Mailbox,
}

impl Post {
    async fn start() -> Self {
        let mailbox = Mailbox::open().await;
        let server = Server::with(|config| {
            config.public_url = BASE.to_owned();
            mailbox.configure(config);
        })
        .await;
        Self { server, mailbox }
    }

    /// Sends what waits, and gives what arrived since.
    async fn deliver(&self) -> Vec<Taken> {
        self.mailbox.deliver(&self.server).await
    }

    async fn one(&self) -> Taken {
        let [mail] = self.deliver().await.try_into().expect("one mail");
        mail
    }

    async fn open(&self, path: &str, body: Value) -> Reply {
        Reply::of(client().post(format!("{}/api/v1{path}", self.server.base)).json(&body)).await
    }

    async fn offer(&self, token: &str) -> Reply {
        self.open("/invitations/offer", json!({ "token": token })).await
    }

    async fn accept(&self, token: &str, name: &str, password: &str) -> Reply {
        self.open("/invitations/accept", json!({ "token": token, "name": name, "password": password })).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<Browser, Reply> {
        let client = client_builder().cookie_store(true).build().unwrap();
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
