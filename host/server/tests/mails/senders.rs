//! Limits by sender: what an account or an operator makes the platform mail to strangers.

use bailiwick_access::Role;
use bailiwick_store::AccountId;
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{BASE, Mailbox, Post, invite};
use crate::support::{Api, Reply, Server};

async fn limited(at_first: u32, per_account: u32, per_operator: u32) -> Post {
    let mailbox = Mailbox::open().await;
    let server = Server::with(|config| {
        config.public_url = BASE.to_owned();
        config.senders = bailiwick_access::invitations::SenderLimits { at_first, per_account, per_operator };
        mailbox.configure(config);
    })
    .await;
    Post { server, mailbox }
}

/// Sends until it is refused; how many went through, and the refusal.
async fn until_refused(api: &Api, account: AccountId, name: &str) -> (usize, Reply) {
    for number in 0..100 {
        let reply = invite(api, account, &format!("{name}{number}@example.org"), "viewer").await;
        if reply.status != StatusCode::ACCEPTED {
            return (number, reply);
        }
    }
    panic!("nobody stopped it");
}

#[tokio::test]
async fn a_new_account_sends_few_invitations_and_more_each_day() {
    let post = limited(3, 8, 100).await;
    let tree = post.server.tree().await;
    let (sent, refusal) = until_refused(&tree.owner, tree.customer, "a").await;
    assert_eq!(sent, 3);
    refusal.refused(429, "too_many_invitations");
    let wait: u64 = refusal.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=86_400).contains(&wait), "{wait}");
    // the dealer's other customers count together with it
    invite(&tree.owner, tree.sibling, "b@example.org", "viewer").await.refused(429, "too_many_invitations");
    assert_eq!(post.deliver().await.len(), 3, "what was refused is not mailed");
    // one that was taken back was sent all the same
    let list = format!("/api/v1/accounts/{}/invitations", tree.customer);
    let open = tree.owner.get(&list).await.expect(StatusCode::OK);
    let one = open["items"][0]["id"].as_str().expect("an id").to_owned();
    tree.owner.delete(&format!("{list}/{one}")).await.expect(StatusCode::NO_CONTENT);
    invite(&tree.owner, tree.customer, "c@example.org", "viewer").await.refused(429, "too_many_invitations");
    for (days, room) in [(1, 6), (1, 8), (5, 8)] {
        post.server.database.clock.advance(SignedDuration::from_hours(24 * days + 1));
        assert_eq!(until_refused(&tree.owner, tree.customer, &format!("d{days}-{room}-")).await.0, room);
    }
}

#[tokio::test]
async fn many_at_once_are_counted_one_after_the_other() {
    let post = limited(5, 5, 100).await;
    let tree = post.server.tree().await;
    let accounts = [tree.customer, tree.sibling];
    let calls = (0..20).map(|number| {
        let (api, account) = (&tree.owner, accounts[number % 2]);
        async move { invite(api, account, &format!("x{number}@example.org"), "viewer").await.status }
    });
    let replies = futures::future::join_all(calls).await;
    let sent = replies.iter().filter(|status| **status == StatusCode::ACCEPTED).count();
    assert_eq!(sent, 5, "{replies:?}");
}

#[tokio::test]
async fn an_operator_is_limited_over_all_its_accounts_and_tokens() {
    let post = limited(100, 100, 4).await;
    let tree = post.server.tree().await;
    post.server.operator(tree.dealer, "ann@example.org", Role::Owner).await;
    let ann = post.sign_in("ann@example.org", crate::support::PASSWORD).await.ok().expect("signed in");
    let path = |account| format!("/accounts/{account}/invitations");
    for (number, account) in [tree.customer, tree.sibling, tree.dealer].into_iter().enumerate() {
        let body = json!({ "email": format!("p{number}@example.org"), "role": "viewer" });
        ann.post(&path(account), body).await.expect(StatusCode::ACCEPTED);
    }
    let made = ann.post(&format!("/accounts/{}/tokens", tree.dealer), json!({ "name": "x", "role": "owner" })).await;
    let token = made.expect(StatusCode::CREATED)["secret"].as_str().expect("a secret").to_owned();
    let program = Api::new(&post.server.base, &token);
    let (sent, refusal) = until_refused(&program, tree.customer, "t").await;
    assert_eq!(sent, 1, "the token sends in its maker's name");
    refusal.refused(429, "too_many_invitations");
    // others of the account are not held back by it
    invite(&tree.owner, tree.customer, "other@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn names_in_a_mail_are_no_links_and_stand_on_one_line() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    let renamed = json!({ "name": "Prize! https://evil.example/win" });
    let account = format!("/api/v1/accounts/{}", tree.customer);
    tree.owner.send(Method::PATCH, &account, renamed).await.expect(StatusCode::OK);
    let body = json!({ "name": "Bank evil.example", "support_url": "https://evil.example/pay" });
    tree.owner.send(Method::PUT, &format!("{account}/branding"), body).await.expect(StatusCode::OK);
    let body = json!({ "email": "new@example.org", "name": "Ann www.evil.example", "role": "viewer" });
    tree.owner.post(&format!("{account}/invitations"), body).await.expect(StatusCode::ACCEPTED);
    let mail = post.one().await;
    assert!(mail.link().starts_with(BASE), "{}", mail.link());
    for shown in ["evil.example", "https://evil"] {
        assert!(!mail.data.contains(shown), "{shown} in {}", mail.data);
    }
    assert!(mail.data.contains("evil. example"), "the name is there, and no link: {}", mail.data);
}
