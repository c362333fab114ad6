//! Wrong input over the real listener: each gets its own code, nothing is lost, nothing lands under another account.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bailiwick_e2e::api::text;
use bailiwick_e2e::{Server, Site, Transport, Wire, wire};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn calls_that_make_no_sense() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let site = Site::create(&server, "Bad input", "127.23.0.0/28", 10).await?;
    let sites = format!("/api/v1/accounts/{}/sites", site.account);
    let post = async |kind: &str, body: &[u8]| site.api.send(Method::POST, &sites, kind, body.to_vec()).await;

    post("application/json", b"{ \"name\": ").await?.refused(400, "malformed_json")?;
    post("application/json", b"{} trailing").await?.refused(422, "invalid_input")?;
    post("text/plain", b"{}").await?.refused(415, "unsupported_media_type")?;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 << 20));
    post("application/json", large.as_bytes()).await?.refused(413, "payload_too_large")?;
    let unknown = post("application/json", br#"{"name": "A", "owner": "me"}"#).await?;
    unknown.refused(422, "invalid_input")?;
    let wrong_range = json!({ "name": "A", "settings": { "ranges": ["10.0.0.0/99"] } });
    let refused = site.api.call(Method::POST, &sites, Some(&wrong_range)).await?;
    refused.refused(422, "invalid_input")?;
    let field = refused.body.pointer("/errors/0/field").and_then(Value::as_str).unwrap_or_default();
    assert!(field.contains("ranges"), "the field is named: {}", refused.body);

    site.api.call(Method::PUT, &sites, Some(&json!({}))).await?.refused(405, "method_not_allowed")?;
    site.api.call(Method::GET, "/api/v1/accounts/not-an-id/sites", None).await?.refused(404, "not_found")?;
    let nobody = format!("/api/v1/accounts/{}", Uuid::new_v4());
    site.api.call(Method::GET, &nobody, None).await?.refused(404, "not_found")?;
    let after = format!("/api/v1/accounts/{}/devices?cursor=nonsense", site.account);
    let reply = site.api.call(Method::GET, &after, None).await?;
    assert_eq!(reply.status, 422, "{}", reply.body);

    // None of it left anything behind.
    assert_eq!(site.api.all(&format!("/accounts/{}/sites", site.account)).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn credentials_that_are_none() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let site = Site::create(&server, "Credentials", "127.23.1.0/28", 10).await?;
    let devices = format!("/api/v1/accounts/{}/devices", site.account);
    let api = site.dealer.clone();

    let missing = site.api.anonymous().call(Method::GET, &devices, None).await?;
    assert_eq!(missing.status, 401, "{}", missing.body);
    let forged = site.api.with_token("bwk_0000000000000000000000000000000000000000000");
    assert_eq!(forged.call(Method::GET, &devices, None).await?.status, 401);

    let tokens = format!("/accounts/{}/tokens", site.account);
    let ends = std::time::SystemTime::now() + Duration::from_secs(2);
    let ends = ends.duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let ends = jiff::Timestamp::from_second(i64::try_from(ends)?)?.to_string();
    let short = api.post(&tokens, &json!({ "name": "short", "role": "viewer", "expires_at": ends })).await?;
    let short = api.with_token(text(&short, "secret")?);
    short.call(Method::GET, &devices, None).await?.success("a token before its end")?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    short.call(Method::GET, &devices, None).await?.refused(401, "token_expired")?;

    let revoked = api.post(&tokens, &json!({ "name": "revoked", "role": "viewer" })).await?;
    let path = format!("/api/v1{tokens}/{}", text(&revoked, "id")?);
    api.call(Method::DELETE, &path, None).await?.success("revoke")?;
    let reply = api.with_token(text(&revoked, "secret")?).call(Method::GET, &devices, None).await?;
    assert_eq!(reply.status, 401, "{}", reply.body);

    // A viewer sees and changes nothing; a collector's key opens no account.
    let viewer = api.post(&tokens, &json!({ "name": "viewer", "role": "viewer" })).await?;
    let viewer = api.with_token(text(&viewer, "secret")?);
    viewer.call(Method::GET, &devices, None).await?.success("a viewer looks")?;
    let sites = format!("/api/v1/accounts/{}/sites", site.account);
    viewer.call(Method::POST, &sites, Some(&json!({ "name": "B" }))).await?.refused(403, "denied")?;
    let wire = Wire::enroll(&site).await?;
    assert_eq!(wire.api().call(Method::GET, &devices, None).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn a_collector_that_lies() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let victim = Site::create(&server, "Victim", "127.23.2.0/28", 10).await?;
    let liar = Site::create(&server, "Liar", "127.23.3.0/28", 10).await?;
    let honest = Wire::enroll(&victim).await?;
    let at = wire::now();
    honest.deliver(&[honest.report(1, [127, 23, 2, 1], "VICTIM-1", 10.0, at, &[])]).await?;
    let before = victim.devices().await?;
    assert_eq!(before.len(), 1);

    let wire = Wire::enroll(&liar).await?;
    // The victim's address, the victim's identity at an own address, another driver, an undeclared attribute.
    let foreign_address = wire.report(1, [127, 23, 2, 1], "LIAR-1", 1.0, at, &[]);
    let foreign_serial = wire.report(2, [127, 23, 3, 2], "VICTIM-1", 999.0, at, &[]);
    let mut unknown_driver = wire.report(3, [127, 23, 3, 3], "LIAR-3", 1.0, at, &[]);
    unknown_driver.digest = "0".repeat(64);
    let undeclared = wire.report(4, [127, 23, 3, 4], "LIAR-4", 1.0, at, &["no_such_condition"]);
    let honest_one = wire.report(5, [127, 23, 3, 5], "LIAR-5", 5.0, at, &[]);
    let answer = wire.deliver(&[foreign_address, foreign_serial, unknown_driver, undeclared, honest_one]).await?;
    assert_eq!(answer.acknowledged_through, 5, "a poison report stops nothing behind it");
    let codes: Vec<(u64, &str)> =
        answer.rejected.iter().map(|rejected| (rejected.sequence, rejected.code.as_str())).collect();
    assert!(codes.contains(&(1, "address_out_of_range")), "{codes:?}");
    assert!(codes.contains(&(3, "unknown_driver")), "{codes:?}");
    assert!(codes.iter().any(|(sequence, _)| *sequence == 4), "{codes:?}");
    assert!(!codes.iter().any(|(sequence, _)| *sequence == 5), "{codes:?}");

    // The same serial at another customer is another device; the victim's is as it was.
    let after = victim.devices().await?;
    assert_eq!(after.len(), 1);
    for key in ["id", "serial", "headlines", "address", "last_seen_at"] {
        let of = |devices: &[Value]| devices.first().and_then(|device| device.get(key)).cloned();
        assert_eq!(of(&before), of(&after), "{key}");
    }
    let own = liar.devices().await?;
    let serials: Vec<&str> = own.iter().filter_map(|device| device.get("serial")?.as_str()).collect();
    assert!(!serials.contains(&"LIAR-1") && !serials.contains(&"LIAR-3"), "{serials:?}");

    // Requests that are none.
    let huge = json!({ "spool": wire.spool, "clock": at, "reports": [], "padding": "x".repeat(5 << 20) });
    wire.post("/collector/v1/reports", &huge).await?.refused(413, "payload_too_large")?;
    let reply = wire.post("/collector/v1/reports", &json!({ "spool": "none" })).await?;
    reply.refused(422, "invalid_input")?;
    let falling = [
        wire.report(9, [127, 23, 3, 5], "LIAR-5", 1.0, at, &[]),
        wire.report(8, [127, 23, 3, 5], "LIAR-5", 1.0, at, &[]),
    ];
    assert!(wire.send(&falling).await?.status.is_client_error());
    let path = format!("/collector/v1/drivers/{}", "0".repeat(64));
    wire.api().call(Method::GET, &path, None).await?.refused(404, "not_found")?;

    // A revoked collector is out.
    let list = liar.api.all(&format!("/accounts/{}/collectors", liar.account)).await?;
    let id = text(list.first().context("no collector")?, "id")?.to_owned();
    let path = format!("/api/v1/accounts/{}/collectors/{id}", liar.account);
    liar.api.call(Method::DELETE, &path, None).await?.success("revoke")?;
    assert_eq!(wire.send(&[wire.report(10, [127, 23, 3, 5], "LIAR-5", 9.0, at, &[])]).await?.status, 401);

    // A one-time token is that.
    let token = victim.enrollment().await?;
    let body = json!({ "token": token, "version": "0.1.0" });
    let anonymous = victim.api.anonymous();
    anonymous.call(Method::POST, "/collector/v1/enroll", Some(&body)).await?.success("the first use")?;
    assert!(anonymous.call(Method::POST, "/collector/v1/enroll", Some(&body)).await?.status.is_client_error());
    Ok(())
}
