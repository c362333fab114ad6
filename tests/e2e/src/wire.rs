//! The collector protocol spoken by hand, so that a test decides what is sent when, and may lie.

use anyhow::{Context as _, Result};
use bailiwick_contract::exchange::Effect;
use bailiwick_contract::report::{Acknowledgement, Batch, Report};
use bailiwick_contract::value::{Condition, Identity, Point};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, Reply, text};
use crate::printers;
use crate::site::Site;

/// An enrolled collector that is a test.
pub struct Wire {
    api: Api,
    /// The digest of the driver that it says it runs.
    pub digest: String,
    /// A meter of that driver that has no rows.
    pub meter: String,
    /// Its spool.
    pub spool: Uuid,
}

impl Wire {
    /// Enrolls at the site.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn enroll(site: &Site) -> Result<Self> {
        let token = site.enrollment().await?;
        let body = json!({ "token": token, "version": "0.1.0" });
        let anonymous = site.api.anonymous();
        let reply = anonymous.call(Method::POST, "/collector/v1/enroll", Some(&body)).await?.success("enroll")?;
        let driver = site.api.get(&format!("/drivers/{}", printers::DRIVER)).await?;
        Ok(Self {
            api: anonymous.with_token(text(&reply, "key")?),
            digest: text(&driver, "digest")?.to_owned(),
            meter: printers::PAGES.to_owned(),
            spool: Uuid::new_v4(),
        })
    }

    /// A report of a printer with this serial number: its page counter and what is wrong with it.
    #[must_use]
    pub fn report(&self, sequence: u64, address: [u8; 4], serial: &str, pages: f64, at: u64, wrong: &[&str]) -> Report {
        let identity = Identity { kind: "serial".to_owned(), value: serial.to_owned() };
        let point = Point { meter: self.meter.clone(), row: None, value: pages, at };
        let conditions = wrong.iter().map(|key| Condition { key: (*key).to_owned(), row: None }).collect();
        Report {
            sequence,
            driver: printers::DRIVER.to_owned(),
            digest: self.digest.clone(),
            address: address.into(),
            observed_at: at,
            clock_offset_ms: Some(0),
            effects: vec![
                Effect::Identify(vec![identity]),
                Effect::Readings(vec![point]),
                Effect::Conditions(conditions),
            ],
        }
    }

    /// Hands reports in and answers whatever the server said.
    ///
    /// # Errors
    /// When there is no reply.
    pub async fn send(&self, reports: &[Report]) -> Result<Reply> {
        let batch = Batch { spool: self.spool, clock: now(), reports: reports.to_vec() };
        self.post("/collector/v1/reports", &serde_json::to_value(batch)?).await
    }

    /// Hands reports in and answers the acknowledgement.
    ///
    /// # Errors
    /// When there is none.
    pub async fn deliver(&self, reports: &[Report]) -> Result<Acknowledgement> {
        let body = self.send(reports).await?.success("reports")?;
        serde_json::from_value(body).context("the acknowledgement is not understood")
    }

    /// Posts anything with the collector's key.
    ///
    /// # Errors
    /// When there is no reply.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.api.call(Method::POST, path, Some(body)).await
    }

    /// The collector's key on other paths.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }
}

/// Unix milliseconds.
#[must_use]
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
