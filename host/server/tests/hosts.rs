//! Under which name the server is called, in both versions of HTTP whichever the suite speaks.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Reply, Server, client_under, provider};

/// What the server answers to a head that no client would send.
async fn raw(server: &Server, head: &str) -> String {
    let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).await.expect("connects");
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await.expect("writes");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("reads");
    said
}

#[tokio::test]
async fn a_call_says_its_host_once_and_clearly() {
    let server = Server::start().await;
    for head in [
        "GET /api/v1/branding HTTP/1.1",
        "GET / HTTP/1.1",
        "GET /api/v1/branding HTTP/1.1\r\nhost: a.example\r\nhost: b.example",
        "GET /api/v1/branding HTTP/1.1\r\nhost: a.example\r\nhost: a.example",
        "GET /api/v1/branding HTTP/1.1\r\nhost: a.example, b.example",
        "GET /api/v1/branding HTTP/1.1\r\nhost:",
        "GET /api/v1/branding HTTP/1.1\r\nhost: me@a.example",
        "GET http://a.example/api/v1/branding HTTP/1.1\r\nhost: b.example",
        "GET http://a.example/api/v1/branding HTTP/1.1",
        "GET /collector/v1/assignment HTTP/1.1",
    ] {
        let said = raw(&server, head).await;
        assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("bad_host"), "{head}: {said}");
    }
    for head in [
        "GET /api/v1/branding HTTP/1.1\r\nhost: a.example",
        "GET http://a.example/api/v1/branding HTTP/1.1\r\nhost: A.example:80",
        "GET /api/v1/branding HTTP/1.0",
    ] {
        let said = raw(&server, head).await;
        assert!(said.contains(" 200 OK"), "{head}: {said}");
    }
    provider();
    let http2 = Client::builder().http2_prior_knowledge().build().expect("a client");
    let two = http2.get(format!("{}/api/v1/branding", server.base)).header("host", "b.example");
    Reply::of(two).await.refused(400, "bad_host");
}

#[tokio::test]
async fn a_dealer_s_portal_is_known_in_both_versions() {
    let server = Server::with(|config| "https://portal.example".clone_into(&mut config.public_url)).await;
    let tree = server.tree().await;
    server.operator(tree.dealer, "ann@d.example", Role::Owner).await;
    let path = format!("/api/v1/accounts/{}/branding", tree.dealer);
    tree.owner.send(Method::PUT, &path, json!({ "name": "Rhein IT" })).await.expect(StatusCode::OK);
    let host = json!({ "host": "portal.rhein-it.example" });
    tree.root.send(Method::PUT, &format!("{path}/host"), host).await.expect(StatusCode::OK);
    assert_ne!(tree.dealer, AccountId::ROOT);

    for builder in [|| Client::builder().http1_only(), || Client::builder().http2_prior_knowledge()] {
        let at = async |host: &str, path: &str| {
            let (client, base) = client_under(host, &server.base, builder());
            Reply::of(client.get(format!("{base}/api/v1{path}"))).await.expect(StatusCode::OK)
        };
        assert_eq!(at("portal.rhein-it.example", "/branding").await["name"], "Rhein IT");
        assert_eq!(at("elsewhere.example", "/branding").await["name"], json!(null));
        let passkey = at("portal.rhein-it.example", "/session/passkey").await;
        assert_eq!(passkey["options"]["rpId"], "portal.rhein-it.example");
        assert_eq!(at("elsewhere.example", "/session/passkey").await["options"]["rpId"], "portal.example");
    }
}
