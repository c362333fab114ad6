//! The same call with the same key does its work once.

use bailiwick_access::Role;
use bailiwick_store::{Actor, At};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, Reply, Server};

async fn keyed(api: &Api, path: &str, key: &str, body: &Value) -> Reply {
    Reply::of(api.call(Method::POST, path).header("idempotency-key", key).json(body)).await
}

async fn count(api: &Api, path: &str) -> usize {
    api.get(path).await.expect(StatusCode::OK)["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let sites = format!("/api/v1/accounts/{}/sites", tree.customer);
    let accounts = format!("/api/v1/accounts/{}/accounts", tree.dealer);
    for (path, body) in
        [(&sites, json!({ "name": "Site" })), (&accounts, json!({ "name": "Third", "kind": "customer" }))]
    {
        let before = count(&tree.owner, path).await;
        let first = keyed(&tree.owner, path, "one", &body).await;
        let again = keyed(&tree.owner, path, "one", &body).await;
        assert!(first.headers.get("idempotency-replayed").is_none());
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!((first.status, &first.json()), (StatusCode::CREATED, &again.json()));
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(count(&tree.owner, path).await, before + 1);
        keyed(&tree.owner, path, "one", &json!({ "name": "Other", "kind": "customer" }))
            .await
            .refused(409, "idempotency_mismatch");
    }
}

#[tokio::test]
async fn calls_at_once_do_the_work_once() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let sites = format!("/api/v1/accounts/{}/sites", tree.customer);
    let body = json!({ "name": "Site" });
    let calls = (0..5).map(|_| keyed(&tree.owner, &sites, "same", &body));
    let replies = futures::future::join_all(calls).await;
    let ids: Vec<_> = replies.iter().map(|r| r.json()["id"].clone()).collect();
    assert!(replies.iter().all(|r| r.status == StatusCode::CREATED), "{ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(count(&tree.owner, &sites).await, 1);
}

#[tokio::test]
async fn a_secret_is_not_repeated() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let tokens = format!("/api/v1/accounts/{}/tokens", tree.customer);
    let body = json!({ "name": "n", "role": "viewer" });
    keyed(&tree.owner, &tokens, "k", &body).await.expect(StatusCode::CREATED);
    keyed(&tree.owner, &tokens, "k", &body).await.refused(409, "idempotency_done");
    assert_eq!(count(&tree.owner, &tokens).await, 1);
}

#[tokio::test]
async fn a_repetition_during_the_call_is_told_to_come_back() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let tokens = format!("/api/v1/accounts/{}/tokens", tree.customer);
    let body = json!({ "name": "n", "role": "viewer" });
    keyed(&tree.owner, &tokens, "k", &body).await.expect(StatusCode::CREATED);
    // as it stands while the call goes on
    let actor = Actor::system("test");
    let mut scope = server.app.store().scope(&actor, tree.customer).await.expect("a scope");
    let undone = sqlx::query("update idempotency_keys set status = 0, answer = null, created_at = $1")
        .bind(At(server.app.store().now()))
        .execute(scope.sql())
        .await
        .expect("updates");
    assert_eq!(undone.rows_affected(), 1);
    scope.commit().await.expect("commits");
    let meanwhile = keyed(&tree.owner, &tokens, "k", &body).await;
    meanwhile.refused(409, "idempotency_in_progress");
    assert_eq!(meanwhile.headers["retry-after"], "1");
    keyed(&tree.owner, &tokens, "k", &json!({ "name": "o", "role": "viewer" }))
        .await
        .refused(409, "idempotency_mismatch");
    // a server that stopped in between does not end it any more
    server.database.clock.advance(SignedDuration::from_mins(10));
    keyed(&tree.owner, &tokens, "k", &body).await.refused(409, "idempotency_done");
}

#[tokio::test]
async fn calls_at_once_whose_service_commits_by_itself_do_the_work_once() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let operators = format!("/api/v1/accounts/{}/operators", tree.customer);
    let body = json!({ "email": "new@example.org", "name": "New", "role": "viewer", "password": "another long one" });
    let calls = (0..4).map(|_| keyed(&tree.owner, &operators, "same", &body));
    let replies = futures::future::join_all(calls).await;
    assert!(replies.iter().any(|r| r.status == StatusCode::CREATED));
    for reply in replies.iter().filter(|r| r.status != StatusCode::CREATED) {
        reply.refused(409, "idempotency_in_progress");
    }
    let again = keyed(&tree.owner, &operators, "same", &body).await;
    assert_eq!(
        (again.status, &again.headers["idempotency-replayed"]),
        (StatusCode::CREATED, &"true".parse().expect("ASCII"))
    );
}

#[tokio::test]
async fn what_failed_may_be_tried_again_and_keys_are_each_caller_s_own() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let accounts = format!("/api/v1/accounts/{}/accounts", tree.dealer);
    let wrong = json!({ "name": "", "kind": "customer" });
    keyed(&tree.owner, &accounts, "k", &wrong).await.refused(422, "invalid_input");
    keyed(&tree.owner, &accounts, "k", &json!({ "name": "Right", "kind": "customer" }))
        .await
        .expect(StatusCode::CREATED);
    let other = server.token(tree.dealer, Role::Owner).await;
    let reply = keyed(&other, &accounts, "k", &json!({ "name": "Another", "kind": "customer" })).await;
    assert!(reply.headers.get("idempotency-replayed").is_none());
    reply.expect(StatusCode::CREATED);
    let stranger = server.token(tree.sibling, Role::Owner).await;
    keyed(&stranger, &accounts, "k", &json!({ "name": "Right", "kind": "customer" })).await.refused(404, "not_found");
    keyed(&tree.owner, &accounts, "ü", &json!({ "name": "Right", "kind": "customer" }))
        .await
        .refused(422, "invalid_input");
}
