//! Branding over HTTP: what is uploaded, what is shown to whom.

use bailiwick_access::Role;
use reqwest::{Method, StatusCode, header};
use serde_json::json;

use crate::support::{Reply, Server, client, client_builder, client_under};

/// A PNG of 16 by 16 grey pixels with a comment in it.
pub fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.add_text_chunk("Comment".to_owned(), "hidden words".to_owned()).expect("a comment");
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[120; 256]).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

#[tokio::test]
async fn a_dealer_s_brand_is_worn_by_its_customers_and_on_its_own_host() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/branding", tree.dealer);
    let put = json!({ "name": "Rhein IT", "accent": "#aa2200", "support_url": "https://help.example.com" });
    tree.owner.send(Method::PUT, &path, put).await.expect(StatusCode::OK);
    let host = json!({ "host": "Portal.Rhein-IT.example" });
    tree.owner.send(Method::PUT, &format!("{path}/host"), host.clone()).await.refused(403, "denied");
    tree.root.send(Method::PUT, &format!("{path}/host"), host).await.expect(StatusCode::OK);

    let upload = tree.owner.call(Method::PUT, &format!("{path}/logo")).header(header::CONTENT_TYPE, "image/png");
    let worn = Reply::of(upload.body(png())).await.expect(StatusCode::OK);
    let logo = worn["own"]["logo_url"].as_str().expect("a logo").to_owned();

    let customer = server.token(tree.customer, Role::Viewer).await;
    let shown = customer.get(&format!("/api/v1/accounts/{}/branding", tree.customer)).await.expect(StatusCode::OK);
    assert_eq!((&shown["effective"]["name"], &shown["effective"]["logo_url"]), (&json!("Rhein IT"), &json!(logo)));
    assert_eq!(shown["own"]["name"], json!(null));

    // before anybody has signed in, by the name of the portal alone
    let at = |host: &str| {
        let (client, base) = client_under(host, &server.base, client_builder());
        Reply::of(client.get(format!("{base}/api/v1/branding")))
    };
    assert_eq!(at("portal.rhein-it.example").await.expect(StatusCode::OK)["accent"], "#aa2200");
    assert_eq!(at("elsewhere.example").await.expect(StatusCode::OK)["name"], json!(null));

    let image = client().get(format!("{}{logo}", server.base)).send().await.expect("an answer");
    assert_eq!(
        (image.status(), &image.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"image/png".parse().expect("a value"))
    );
    assert_eq!(image.headers()[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
    let image = image.bytes().await.expect("bytes");
    assert!(image.starts_with(b"\x89PNG") && !image.windows(6).any(|window| window == b"hidden"));
    let unknown = format!("{}/api/v1/branding/logos/{}", server.base, "0".repeat(64));
    Reply::of(client().get(&unknown)).await.refused(404, "not_found");
    let strange = format!("{}/api/v1/branding/logos/..%2f..%2fetc%2fpasswd", server.base);
    Reply::of(client().get(&strange)).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_is_no_picture_and_no_colour_is_refused() {
    let server = Server::start().await;
    let tree = server.tree().await;
    let path = format!("/api/v1/accounts/{}/branding", tree.dealer);
    let pale = tree.owner.send(Method::PUT, &path, json!({ "accent": "#ffee00" })).await;
    pale.refused(422, "invalid_input");
    assert_eq!(pale.json()["errors"][0]["field"], "accent");
    for (kind, body, status) in [("image/svg+xml", "<svg/>", 415), ("image/png", "<svg/>", 422)] {
        let upload = tree.owner.call(Method::PUT, &format!("{path}/logo")).header(header::CONTENT_TYPE, kind);
        assert_eq!(Reply::of(upload.body(body)).await.status.as_u16(), status);
    }
    let extra = json!({ "name": "x", "logo": "data:image/png;base64,AAAA" });
    tree.owner.send(Method::PUT, &path, extra).await.refused(422, "invalid_input");
}
