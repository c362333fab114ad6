//! What mails wear: the brand of the account that they are about, and of nobody else.

use bailiwick_access::Role;
use reqwest::{Method, StatusCode, header};
use serde_json::json;

use super::{BASE, Post, invite};
use crate::branding::png;
use crate::support::Reply;

#[tokio::test]
async fn a_mail_wears_the_brand_of_the_account_that_it_is_about() {
    let post = Post::start().await;
    let tree = post.server.tree().await;
    let path = format!("/api/v1/accounts/{}/branding", tree.dealer);
    let brand = json!({
        "name": "Rhein IT",
        "accent": "#aa2200",
        "support_email": "help@rhein-it.example",
        "support_url": "https://help.rhein-it.example/start",
    });
    tree.owner.send(Method::PUT, &path, brand).await.expect(StatusCode::OK);
    let upload = tree.owner.call(Method::PUT, &format!("{path}/logo")).header(header::CONTENT_TYPE, "image/png");
    Reply::of(upload.body(png())).await.expect(StatusCode::OK);
    let host = json!({ "host": "portal.rhein-it.example" });
    tree.root.send(Method::PUT, &format!("{path}/host"), host).await.expect(StatusCode::OK);

    // a customer's invitation wears what it inherits of its dealer
    invite(&tree.owner, tree.customer, "neu@example.org", "viewer").await.expect(StatusCode::ACCEPTED);
    let mail = post.one().await;
    assert_eq!(mail.from, "no-reply@example.org", "the envelope is the platform's");
    assert_eq!(mail.header("from").as_deref(), Some("\"Rhein IT\" <no-reply@example.org>"));
    let link = mail.link();
    assert!(link.starts_with("https://portal.rhein-it.example/invitation#token=bwi_"), "{link}");
    let subject = mail.header("subject").expect("a subject");
    assert!(subject.contains("Rhein IT") && !mail.data.contains("Bailiwick"), "{subject}");
    let (text, rest) = mail.parts_with_logo();
    assert!(text.contains("Help: https://help.rhein-it.example/start\r\n"), "{text}");
    assert!(text.contains("Help: help@rhein-it.example\r\n"), "{text}");
    assert!(rest.contains("background:#aa2200") && rest.contains("src=\"cid:logo\""), "{rest}");
    assert!(rest.contains("Content-ID: <logo>") && rest.contains("Content-Type: image/png"), "{rest}");
    assert!(rest.contains("iVBORw0KGgo"), "the PNG itself, so that reading it reaches nobody: {rest}");

    // one about an operator that of where its view begins; one of the platform the platform's own
    post.server.operator(tree.customer, "ann@x.example", Role::Viewer).await;
    post.open("/password-reset", json!({ "email": "ann@x.example" })).await.expect(StatusCode::ACCEPTED);
    let mail = post.one().await;
    assert!(mail.header("subject").expect("a subject").contains("Rhein IT"));
    post.server.operator(bailiwick_store::AccountId::ROOT, "root@x.example", Role::Admin).await;
    post.open("/password-reset", json!({ "email": "root@x.example" })).await.expect(StatusCode::ACCEPTED);
    let mail = post.one().await;
    assert!(mail.header("subject").expect("a subject").contains("Bailiwick") && !mail.data.contains("Rhein"));
    assert!(mail.link().starts_with(&format!("{BASE}/reset-password#token=")), "{}", mail.link());
}
