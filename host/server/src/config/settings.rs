//! The settings as they are written: texts and numbers, before they are judged.

use std::{fmt, path::PathBuf};

use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use super::LogFormat;

/// Every key, so that other variables that begin with `BAILIWICK_` are no settings.
pub(super) fn keys() -> &'static [&'static str] {
    let mut keys = Fields(&[]);
    // it gives no value, and only learns which fields are asked for
    let _ = Settings::deserialize(&mut keys);
    keys.0
}

/// Learns the names of a struct's fields from what `Deserialize` asks for.
struct Fields(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Fields {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("there is no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub listen: String,
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    pub sealing_key: Option<PathBuf>,
    pub audit_key: Option<PathBuf>,
    pub database_url: Option<SecretString>,
    pub database_ca: Option<PathBuf>,
    pub redis_url: Option<SecretString>,
    pub redis_ca: Option<PathBuf>,
    #[serde(deserialize_with = "texts")]
    pub allow_cleartext: Vec<String>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    #[serde(deserialize_with = "texts")]
    pub trusted_proxies: Vec<String>,
    pub metrics_listen: String,
    pub product_name: String,
    pub smtp_url: Option<SecretString>,
    pub mail_from: Option<String>,
    #[serde(deserialize_with = "texts")]
    pub egress_private_networks: Vec<String>,
    pub egress_ca: Option<PathBuf>,
    pub connections: usize,
    pub connections_per_source: usize,
    pub sign_in_per_minute: u32,
    pub calls_per_minute: u32,
    pub account_per_minute: u32,
    pub source_per_minute: u32,
    pub collector_per_minute: u32,
    pub token_days: u16,
    pub invitations_per_day_at_first: u32,
    pub invitations_per_day: u32,
    pub invitations_per_operator_per_day: u32,
    pub body_memory_mib: usize,
    pub database_connections: u32,
    pub account_work: u32,
    pub account_waiting: u32,
    pub work_wait_seconds: u64,
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
