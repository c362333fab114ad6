//! What holds for every mailed link.

use bailiwick_access::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::{NEW_PASSWORD, Post, invite};
use crate::relay::Taken;
use crate::support::{Api, PASSWORD};

#[tokio::test]
async fn no_secret_serves_another_purpose_and_guessing_is_slow() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(tree.dealer, "ann@example.org", Role::Owner).await;
    invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let invitation = post.one().await.token();
    post.open("/password-reset", json!({ "email": "ann@example.org" })).await.expect(StatusCode::ACCEPTED);
    let reset = post.one().await.token();
    let confirm = async |token: &str| {
        post.open("/password-reset/confirm", json!({ "token": token, "password": NEW_PASSWORD })).await
    };
    let renamed = invitation.replacen("bwi", "bwp", 1);
    for token in [&invitation, &renamed, &tree.owner.token, "", "bwp_", "' or 1=1 --", &"bwp_".repeat(100)] {
        confirm(token).await.refused(410, "link_invalid");
    }
    let renamed = reset.replacen("bwp", "bwi", 1);
    for token in [&reset, &renamed, &tree.owner.token, "", "bwi_"] {
        post.accept(token, "New", PASSWORD).await.refused(410, "link_invalid");
        post.offer(token).await.refused(410, "link_invalid");
    }
    // a link opens nothing but itself
    for token in [&invitation, &reset] {
        Api::new(&post.server.base, token).get("/api/v1/session").await.refused(401, "invalid_credentials");
    }
    let mut limited = false;
    for _ in 0..80 {
        limited |= confirm("bwp_0").await.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(limited, "wrong links count against where they come from");
}

#[tokio::test]
async fn nothing_in_the_database_opens_a_link() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(tree.dealer, "ann@example.org", Role::Owner).await;
    invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    post.open("/password-reset", json!({ "email": "ann@example.org" })).await.expect(StatusCode::ACCEPTED);
    let dump = async || {
        let mut superuser = post.server.database.superuser().await;
        let mut text = String::new();
        for table in ["outbox", "jobs", "invitations", "password_resets", "audit_entries", "idempotency_keys"] {
            let sql = sqlx::AssertSqlSafe(format!("select coalesce(string_agg(t::text, ' '), '') from {table} t"));
            text += &sqlx::query_scalar::<_, String>(sql).fetch_one(&mut superuser).await.unwrap();
        }
        text
    };
    let waiting = dump().await;
    assert!(waiting.contains("new@example.org") && !waiting.contains("#token="));
    let tokens: Vec<String> = post.deliver().await.iter().map(Taken::token).collect();
    assert_eq!(tokens.len(), 2);
    let sent = dump().await;
    for token in tokens {
        assert!(!waiting.contains(&token) && !sent.contains(&token));
        assert!(!sent.contains(&token[4..]));
    }
}

#[tokio::test]
async fn a_line_break_in_an_address_or_name_is_refused() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    let path = format!("/api/v1/accounts/{}/invitations", tree.customer);
    for email in [
        "a@b.c\r\nBcc: x@y.z",
        "a@b.c\nRCPT TO:<x@y.z>",
        "a\0@b.c",
        "a b@c.d",
        "a@b@c",
        "a<b>@c.d",
        "a?subject=b@c.d",
        "",
    ] {
        let invited = tree.owner.post(&path, json!({ "email": email, "role": "viewer" })).await;
        invited.refused(422, "invalid_input");
        post.open("/password-reset", json!({ "email": email })).await.refused(422, "invalid_input");
    }
    let name = json!({ "email": "a@b.c", "role": "viewer", "name": "A\r\nBcc: x@y.z" });
    tree.owner.post(&path, name).await.refused(422, "invalid_input");
    assert!(post.deliver().await.is_empty());
}
