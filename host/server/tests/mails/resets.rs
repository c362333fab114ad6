//! Forgotten passwords, and attacks on them.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::json;

use super::{BASE, NEW_PASSWORD, Post};
use crate::support::{PASSWORD, Reply, Server, client};

#[tokio::test]
async fn a_forgotten_password_is_set_anew_once_and_every_session_ends() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(tree.customer, "ann@example.org", Role::Owner).await;
    let before = post.sign_in("ann@example.org", PASSWORD).await.ok().unwrap();
    let known = post.open("/password-reset", json!({ "email": " Ann@Example.org " })).await;
    let unknown = post.open("/password-reset", json!({ "email": "nobody@example.org" })).await;
    for reply in [&known, &unknown] {
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::ACCEPTED, ""));
    }
    let names =
        |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names(&known), names(&unknown));
    let mail = post.one().await;
    assert_eq!(mail.to, ["ann@example.org"], "as it is kept, not as it was typed");
    assert!(mail.link().starts_with(&format!("{BASE}/reset-password#token=bwp_")));
    let token = mail.token();
    // a second link, to see it die with the first
    post.open("/password-reset", json!({ "email": "ann@example.org" })).await.expect(StatusCode::ACCEPTED);
    let second = post.one().await.token();
    let confirm = async |token: &str, password: &str| {
        post.open("/password-reset/confirm", json!({ "token": token, "password": password })).await
    };
    confirm(&token, "short").await.refused(422, "invalid_input");
    confirm(&token, "ann@example.org").await.refused(422, "invalid_input");
    confirm(&token, NEW_PASSWORD).await.expect(StatusCode::NO_CONTENT);
    confirm(&token, NEW_PASSWORD).await.refused(410, "link_invalid");
    confirm(&second, NEW_PASSWORD).await.refused(410, "link_invalid");
    before.get("/session").await.refused(401, "session_expired");
    assert!(post.sign_in("ann@example.org", PASSWORD).await.is_err());
    assert!(post.sign_in("ann@example.org", NEW_PASSWORD).await.is_ok());
    let notice = post.one().await;
    assert!(notice.to == ["ann@example.org"] && !notice.data.contains("#token="), "who was it is told, without a link");
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit?action=operator.", tree.customer)).await;
    let audit = audit.expect(StatusCode::OK);
    let reset = audit["items"].as_array().unwrap().iter().find(|entry| entry["action"] == "operator.password_reset");
    let after = &reset.expect("told")["after"];
    assert_eq!((&after["sessions_ended"], &after["reset_links_ended"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_reset_link_ends_after_an_hour_and_few_are_mailed() {
    let post = Post::start().await;
    post.server.operator(AccountId::ROOT, "ann@example.org", Role::Owner).await;
    for _ in 0..5 {
        post.open("/password-reset", json!({ "email": "ann@example.org" })).await.expect(StatusCode::ACCEPTED);
    }
    // counted by the address, whoever asks and whether it is known or not
    post.open("/password-reset", json!({ "email": "ann@example.org" })).await.refused(429, "rate_limited");
    for _ in 0..5 {
        post.open("/password-reset", json!({ "email": "nobody@example.org" })).await.expect(StatusCode::ACCEPTED);
    }
    post.open("/password-reset", json!({ "email": "Nobody@example.org" })).await.refused(429, "rate_limited");
    let mails = post.deliver().await;
    assert_eq!(mails.len(), 3, "three an hour");
    let token = mails[0].token();
    post.server.database.clock.advance(SignedDuration::from_mins(60));
    let late = post.open("/password-reset/confirm", json!({ "token": token, "password": NEW_PASSWORD })).await;
    late.refused(410, "link_invalid");
    assert!(post.sign_in("ann@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn asking_is_limited_by_where_it_comes_from() {
    let server = Server::with(|config| config.rates.sign_in = 3).await;
    let ask = async |n: u8| {
        let url = format!("{}/api/v1/password-reset", server.base);
        Reply::of(client().post(url).json(&json!({ "email": format!("a{n}@example.org") }))).await
    };
    for n in 0..3 {
        ask(n).await.refused(409, "mail_not_configured");
    }
    ask(3).await.refused(429, "rate_limited");
}
