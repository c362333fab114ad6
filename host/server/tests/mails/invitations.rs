//! Invitations, from the call over a real relay to the link and back, and attacks on them.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{BASE, NEW_PASSWORD, Post, invite};
use crate::relay::Manner;
use crate::support::{Api, PASSWORD, Reply, Server, client_builder, client_under};

#[tokio::test]
async fn an_invitation_makes_an_operator_once() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    let path = format!("/api/v1/accounts/{}/invitations", tree.customer);
    // whatever the caller says its host is, the link is the platform's
    let (evil, base) = client_under("evil.example", &post.server.base, client_builder());
    let call =
        evil.post(format!("{base}{path}")).bearer_auth(&tree.owner.token).header("x-forwarded-host", "evil.example");
    let body = json!({ "email": "Neu@example.org", "name": "Neü Er", "role": "technician", "locale": "de" });
    let invited = Reply::of(call.json(&body)).await.expect(StatusCode::ACCEPTED);
    assert_eq!(invited.as_object().map(serde_json::Map::len), Some(1), "the invitation's id and nothing else");
    let mail = post.one().await;
    assert_eq!(mail.to, ["Neu@example.org"]);
    assert!(mail.link().starts_with(&format!("{BASE}/invitation#token=bwi_")), "{}", mail.link());
    assert!(!mail.data.contains("evil"));
    let token = mail.token();

    let offer = post.offer(&token).await.expect(StatusCode::OK);
    assert_eq!((offer["account"].as_str(), offer["takes"].as_str()), (Some("Customer"), Some("name_and_password")));
    let waiting = tree.owner.get(&path).await.expect(StatusCode::OK);
    assert_eq!(waiting["items"][0]["email"], "Neu@example.org");
    post.accept(&token, "x", "short").await.refused(422, "invalid_input");
    post.accept(&token, "Two\r\nLines", PASSWORD).await.refused(422, "invalid_input");
    post.accept(&token, "x", "neu@example.org").await.refused(422, "invalid_input");
    post.accept(&token, "Neuer Mensch", PASSWORD).await.expect(StatusCode::NO_CONTENT);
    post.accept(&token, "Again", PASSWORD).await.refused(410, "link_invalid");
    post.offer(&token).await.refused(410, "link_invalid");
    let browser = post.sign_in("neu@example.org", PASSWORD).await.ok().expect("signed in");
    let session = browser.get("/session").await.expect(StatusCode::OK);
    assert_eq!(
        (&session["operator"]["name"], &session["grants"][0]["role"]),
        (&json!("Neuer Mensch"), &json!("technician"))
    );
    assert_eq!(tree.owner.get(&path).await.expect(StatusCode::OK)["items"], json!([]));
    let audit = tree.owner.get(&format!("/api/v1/accounts/{}/audit?action=invitation.", tree.customer)).await;
    let audit = audit.expect(StatusCode::OK);
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["invitation.accepted", "invitation.created"]);
}

#[tokio::test]
async fn who_exists_signs_in_and_must_be_who_was_invited() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(AccountId::ROOT, "known@example.org", Role::Viewer).await;
    post.server.operator(tree.dealer, "other@example.org", Role::Owner).await;
    let of_known = invite(&tree.owner, tree.customer, "Known@Example.org", "viewer").await;
    let of_new = invite(&tree.owner, tree.customer, "nobody@example.org", "viewer").await;
    assert_eq!(of_known.status, of_new.status);
    let names = |reply: &Reply| {
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&of_known), names(&of_new));
    assert_eq!(of_known.text.len(), of_new.text.len(), "{} {}", of_known.text, of_new.text);
    let mails = post.deliver().await;
    let token = mails.iter().find(|mail| mail.to == ["Known@Example.org"]).unwrap().token();
    assert_eq!(post.offer(&token).await.expect(StatusCode::OK)["takes"], "sign_in");
    // neither by a password of one's choice, nor by one's own, nor as somebody else
    post.accept(&token, "Known", NEW_PASSWORD).await.refused(409, "sign_in_first");
    post.accept(&token, "Known", PASSWORD).await.refused(409, "sign_in_first");
    post.open("/invitations/accept", json!({ "token": token })).await.refused(401, "missing_credentials");
    let other = post.sign_in("other@example.org", PASSWORD).await.ok().unwrap();
    other.post("/invitations/accept", json!({ "token": token })).await.refused(403, "other_address");
    let stolen = tree.owner.post("/api/v1/invitations/accept", json!({ "token": token })).await;
    stolen.refused(403, "other_address");
    let known = post.sign_in("known@example.org", PASSWORD).await.ok().unwrap();
    let forged =
        known.client.post(format!("{}/api/v1/invitations/accept", known.base)).json(&json!({ "token": token }));
    Reply::of(forged).await.refused(403, "csrf");
    known.post("/invitations/accept", json!({ "token": token })).await.expect(StatusCode::NO_CONTENT);
    known.post("/invitations/accept", json!({ "token": token })).await.refused(410, "link_invalid");
    known.get(&format!("/accounts/{}", tree.customer)).await.expect(StatusCode::OK);
    known.get(&format!("/accounts/{}", tree.sibling)).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn nobody_gives_what_he_does_not_have_any_more() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(tree.dealer, "admin@example.org", Role::Admin).await;
    let admin = post.sign_in("admin@example.org", PASSWORD).await.ok().unwrap();
    let path = format!("/accounts/{}/invitations", tree.customer);
    let too_much = admin.post(&path, json!({ "email": "new@example.org", "role": "owner" })).await;
    too_much.refused(403, "exceeds_own_permissions");
    admin.post(&path, json!({ "email": "new@example.org", "role": "viewer" })).await.expect(StatusCode::ACCEPTED);
    let token = post.one().await.token();
    post.offer(&token).await.expect(StatusCode::OK);
    // who invited becomes a viewer before the invitation is accepted
    let operators = format!("/api/v1/accounts/{}/operators", tree.dealer);
    let listed = tree.owner.get(&operators).await.expect(StatusCode::OK);
    let of_admin = |item: &&Value| item["email"] == "admin@example.org";
    let id = listed["items"].as_array().unwrap().iter().find(of_admin).unwrap()["id"].as_str().unwrap().to_owned();
    let one = format!("{operators}/{id}");
    tree.owner.send(Method::PATCH, &one, json!({ "role": "viewer" })).await.expect(StatusCode::OK);
    post.offer(&token).await.refused(410, "link_invalid");
    post.accept(&token, "New", PASSWORD).await.refused(410, "link_invalid");
    assert!(post.sign_in("new@example.org", PASSWORD).await.is_err());
    tree.owner.send(Method::PATCH, &one, json!({ "role": "admin" })).await.expect(StatusCode::OK);
    post.accept(&token, "New", PASSWORD).await.expect(StatusCode::NO_CONTENT);

    // and a token that was revoked gives nothing either
    let api = post.server.token(tree.dealer, Role::Owner).await;
    invite(&api, tree.customer, "next@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let token = post.one().await.token();
    let tokens = format!("/api/v1/accounts/{}/tokens", tree.dealer);
    let all = api.get(&tokens).await.expect(StatusCode::OK);
    let newest = all["items"][0]["id"].as_str().unwrap().to_owned();
    tree.root.get(&tokens).await.refused(403, "denied");
    tree.owner.delete(&format!("{tokens}/{newest}")).await.expect(StatusCode::NO_CONTENT);
    post.accept(&token, "Next", PASSWORD).await.refused(410, "link_invalid");
}

#[tokio::test]
async fn a_link_dies_with_its_time_its_successor_and_its_revocation() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let first = post.one().await.token();
    let again = invite(&tree.owner, tree.customer, "NEW@example.org", "technician").await.expect(StatusCode::ACCEPTED);
    let second = post.one().await.token();
    post.offer(&first).await.refused(410, "link_invalid");
    post.offer(&second).await.expect(StatusCode::OK);
    let one = format!("/api/v1/accounts/{}/invitations/{}", tree.customer, again["id"].as_str().unwrap());
    tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    tree.owner.delete(&one).await.refused(404, "not_found");
    post.accept(&second, "New", PASSWORD).await.refused(410, "link_invalid");
    // revoked before the mail went out: nothing is sent
    let made = invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let one = format!("/api/v1/accounts/{}/invitations/{}", tree.customer, made["id"].as_str().unwrap());
    tree.owner.delete(&one).await.expect(StatusCode::NO_CONTENT);
    assert!(post.deliver().await.is_empty());
    invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let third = post.one().await.token();
    post.server.database.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    post.offer(&third).await.expect(StatusCode::OK);
    post.server.database.clock.advance(SignedDuration::from_hours(1));
    post.accept(&third, "New", PASSWORD).await.refused(410, "link_invalid");
}

#[tokio::test]
async fn adding_by_password_tells_nothing_of_strangers() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.server.operator(tree.sibling, "known@example.org", Role::Viewer).await;
    let path = format!("/api/v1/accounts/{}/operators", tree.customer);
    for email in ["known@example.org", "nobody@example.org"] {
        let body = json!({ "email": email, "name": "X", "role": "viewer" });
        tree.owner.post(&path, body).await.refused(409, "invite_by_mail");
    }
    // where no mail is configured, new ones are made, and whom one sees is given a role
    let server = Server::start().await;
    let tree = server.tree().await;
    server.operator(tree.sibling, "seen@example.org", Role::Viewer).await;
    server.operator(AccountId::ROOT, "stranger@example.org", Role::Owner).await;
    let path = format!("/api/v1/accounts/{}/operators", tree.customer);
    let add = async |api: &Api, email: &str| {
        api.post(&path, json!({ "email": email, "name": "X", "role": "viewer", "password": PASSWORD })).await
    };
    let refused = add(&tree.owner, "stranger@example.org").await;
    refused.refused(409, "conflict");
    assert!(!refused.text.contains("Test Operator"), "{}", refused.text);
    add(&tree.owner, "seen@example.org").await.expect(StatusCode::CREATED);
    add(&tree.owner, "new@example.org").await.expect(StatusCode::CREATED);
    let customer = server.token(tree.customer, Role::Owner).await;
    server.operator(tree.sibling, "neighbour@example.org", Role::Viewer).await;
    add(&customer, "neighbour@example.org").await.refused(409, "conflict");
}

#[tokio::test]
async fn a_mail_that_fails_is_seen_and_tried_again() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    post.mailbox.relay.becomes(Manner::Stripped);
    invite(&tree.owner, tree.customer, "new@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    assert!(post.deliver().await.is_empty());
    let path = format!("/api/v1/accounts/{}/mails", tree.customer);
    let seen = tree.owner.get(&path).await.expect(StatusCode::OK);
    assert_eq!(
        (&seen["items"][0]["state"], &seen["items"][0]["error"]),
        (&json!("waiting"), &json!("smtp_without_tls"))
    );
    post.mailbox.relay.becomes(Manner::StartTls);
    post.server.database.clock.advance(SignedDuration::from_secs(6));
    let token = post.one().await.token();
    post.offer(&token).await.expect(StatusCode::OK);
    assert_eq!(tree.owner.get(&path).await.expect(StatusCode::OK)["items"][0]["state"], "sent");
}
