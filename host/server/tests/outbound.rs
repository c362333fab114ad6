//! Allow-lists over REST.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::Server;

#[tokio::test]
async fn an_account_names_hosts_and_takes_them_back() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/egress", tree.dealer);
    let body = json!({ "purpose": "oidc", "host": "Login.Example.com." });
    let made = tree.owner.post(&path, body.clone()).await.expect(StatusCode::CREATED);
    assert_eq!((made["host"].as_str(), made["port"].as_u64()), (Some("login.example.com"), Some(443)));
    tree.owner.post(&path, body).await.refused(409, "conflict");
    let listed = tree.owner.get(&path).await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit?action=egress.", tree.dealer)).await;
    assert_eq!(audit.expect(StatusCode::OK)["items"][0]["after"]["host"], "login.example.com");
    let one = format!("{path}/{}", made["id"].as_str().expect("an id"));
    // it belongs to the dealer: its customer's list has it not
    let below = format!("/api/v1/accounts/{}/egress/{}", tree.customer, made["id"].as_str().expect("an id"));
    tree.owner.delete(&below).await.refused(404, "not_found");
    tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    tree.owner.delete(&one).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_would_lead_inside_is_not_taken() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/egress", tree.dealer);
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
        "[::1]",
        "::ffff:10.0.0.1",
        "user@host.example",
        "https://host.example/",
        "*.example.com",
        "",
        "a b",
        "a\r\nb",
    ] {
        let refused = tree.owner.post(&path, json!({ "purpose": "webhook", "host": host })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{host}: {}", refused.text);
    }
    let mail = tree.owner.post(&path, json!({ "purpose": "smtp", "host": "mail.example.com", "port": 25 })).await;
    mail.refused(422, "invalid_input");
    let port = tree.owner.post(&path, json!({ "purpose": "webhook", "host": "x.example", "port": 0 })).await;
    port.refused(422, "invalid_input");
}
