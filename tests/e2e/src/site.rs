//! A customer with a site and a collector there, made through the REST API.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, text};
use crate::collector::Collector;
use crate::printers;
use crate::server::Server;

/// A customer of the platform and its one site.
pub struct Site {
    /// The API as the owner of the customer's dealer.
    pub dealer: Api,
    /// The customer's account.
    pub account: String,
    /// The site.
    pub id: String,
    /// The API as the customer's own technician.
    pub api: Api,
}

impl Site {
    /// Creates a customer with a site that covers `range`, grants it the driver and makes a token that sees nothing
    /// but this customer.
    ///
    /// # Errors
    /// When a call is refused.
    pub async fn create(server: &Server, name: &str, range: &str, poll_seconds: u32) -> Result<Self> {
        let platform = server.api()?;
        let root = root(&platform).await?;
        // the platform makes the dealer; all that is in it the dealer's owner does
        let (email, password) = (format!("owner-{}@e2e.example", Uuid::now_v7()), "a long enough password");
        let owner = json!({ "email": email, "name": "Owner", "password": password });
        let dealer = json!({ "name": format!("{name} dealer"), "kind": "dealer", "owner": owner });
        let dealer = platform.post(&format!("/accounts/{root}/accounts"), &dealer).await?;
        let api = platform.sign_in(&email, password).await?;
        let customer = json!({ "name": name, "kind": "customer" });
        let account = api.post(&format!("/accounts/{}/accounts", text(&dealer, "id")?), &customer).await?;
        let account = text(&account, "id")?.to_owned();
        api.put(&format!("/accounts/{account}/drivers/{}", printers::DRIVER), &json!({ "granted": true })).await?;
        let settings = json!({ "ranges": [range], "poll_seconds": poll_seconds, "community": "public" });
        let site =
            api.post(&format!("/accounts/{account}/sites"), &json!({ "name": "Site", "settings": settings })).await?;
        let token = json!({ "name": "technician", "role": "technician" });
        let token = api.post(&format!("/accounts/{account}/tokens"), &token).await?;
        Ok(Self {
            dealer: api.clone(),
            id: text(&site, "id")?.to_owned(),
            api: api.with_token(text(&token, "secret")?),
            account,
        })
    }

    /// A one-time enrollment token.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn enrollment(&self) -> Result<String> {
        let body = json!({ "site_id": self.id, "name": "collector" });
        let path = format!("/accounts/{}/collectors/enrollments", self.account);
        Ok(text(&self.api.post(&path, &body).await?, "token")?.to_owned())
    }

    /// Enrolls a collector that asks agents on `port`.
    ///
    /// # Errors
    /// When the server or the collector refuses.
    pub async fn collector(&self, server: &Server, port: u16) -> Result<Collector> {
        let token = self.enrollment().await?;
        Collector::enroll(&server.url(), server.authority_file().as_deref(), &token, port)
    }

    /// The site's devices.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn devices(&self) -> Result<Vec<Value>> {
        self.api.all(&format!("/accounts/{}/devices?limit=500", self.account)).await
    }

    /// The whole of one device.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn device(&self, id: &str) -> Result<Value> {
        self.api.get(&format!("/accounts/{}/devices/{id}", self.account)).await
    }
}

/// The account that everything hangs below.
///
/// # Errors
/// When the caller does not hold it.
pub async fn root(api: &Api) -> Result<String> {
    let session = api.get("/session").await?;
    Ok(text(session.pointer("/grants/0/account").context("no grants")?, "id")?.to_owned())
}
