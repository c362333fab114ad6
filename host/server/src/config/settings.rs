//! The settings as they are written: texts and numbers, before they are judged.

use std::{fmt, path::PathBuf};

use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use super::LogFormat;

/// Every key, so that other variables that begin with `BAILIWICK_` are no settings.
pub(super) const KEYS: &[&str] = &[
    "listen",
    "public_url",
    "data_dir",
    "database_url",
    "redis_url",
    "tls_certificate",
    "tls_key",
    "trusted_proxies",
    "metrics_listen",
    "product_name",
    "smtp_url",
    "mail_from",
    "egress_hosts",
    "egress_private_networks",
    "egress_ca",
    "sign_in_per_minute",
    "calls_per_minute",
    "account_per_minute",
    "source_per_minute",
    "collector_per_minute",
    "database_connections",
    "request_timeout_seconds",
    "shutdown_seconds",
    "driver_threads",
    "deletion_grace_days",
    "log",
    "log_format",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub listen: String,
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    pub database_url: Option<SecretString>,
    pub redis_url: Option<SecretString>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    #[serde(deserialize_with = "texts")]
    pub trusted_proxies: Vec<String>,
    pub metrics_listen: String,
    pub product_name: String,
    pub smtp_url: Option<SecretString>,
    pub mail_from: Option<String>,
    #[serde(deserialize_with = "texts")]
    pub egress_hosts: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub egress_private_networks: Vec<String>,
    pub egress_ca: Option<PathBuf>,
    pub sign_in_per_minute: u32,
    pub calls_per_minute: u32,
    pub account_per_minute: u32,
    pub source_per_minute: u32,
    pub collector_per_minute: u32,
    pub database_connections: u32,
    pub request_timeout_seconds: u64,
    pub shutdown_seconds: u64,
    pub driver_threads: usize,
    pub deletion_grace_days: u16,
    pub log: String,
    pub log_format: LogFormat,
}

/// A list, or one text with commas as the environment gives it.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct Texts;
    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts, or one with commas")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = seq.next_element()? {
                texts.push(text);
            }
            Ok(texts)
        }
    }
    from.deserialize_any(Texts)
}
