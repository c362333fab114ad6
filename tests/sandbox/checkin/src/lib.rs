//! A device that reports by an HTTP call of 2 kB: a property list is parsed, a few of its keys become facts.
//!
//! The exchange has one step and asks nothing. It is the bench's other shape, beside a poll of many asks.

use bailiwick_sdk::{Driver, Facts, Host, Identity, Outcome, Refusal, Reply, Request, Scalar};
use plist::{Dictionary, Value};

/// The driver.
pub struct Checkin;

bailiwick_sdk::export!(Checkin);

impl Driver for Checkin {
    async fn request(_: Host, request: Request) -> Result<Outcome, Refusal> {
        let report = Value::from_reader_xml(request.body.as_slice()).map_err(|_| Refusal::new("malformed"))?;
        let report = report.as_dictionary().ok_or_else(|| Refusal::new("malformed"))?;
        let answers = report.get("QueryResponses").and_then(Value::as_dictionary).unwrap_or(report);
        let facts = Facts::new()
            .set_some("name", string(answers, "DeviceName").map(Scalar::text))
            .set_some("version", string(answers, "OSVersion").map(Scalar::token))
            .set_some("battery", battery(answers));
        let serial = answers.get("SerialNumber").and_then(Value::as_string);
        let serial = serial.map(|value| Identity { kind: "serial".into(), value: value.into() });
        Ok(Outcome::new().reply(Reply::new(200, "text/plain", "")).identify(serial.into_iter().collect()).facts(facts))
    }
}

fn string<'a>(answers: &'a Dictionary, key: &str) -> Option<&'a str> {
    answers.get(key).and_then(Value::as_string)
}

fn battery(answers: &Dictionary) -> Option<i64> {
    let level = answers.get("BatteryLevel").and_then(Value::as_real)?;
    (0.0..=1.0).contains(&level).then(|| (level * 100.0).round() as i64)
}
