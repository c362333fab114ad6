//! HTTPS calls.

use bailiwick_egress::{Behalf, EgressError, Purpose, Request};
use bailiwick_store::testing;

use crate::site::{Answer, Scripted, Site};

const PLATFORM: Behalf = Behalf::Platform;

fn resolver() -> Scripted {
    Scripted::default().says("x.test", &[&["127.0.0.1"]]).says("y.test", &[&["127.0.0.1"]])
}

async fn call(egress: &bailiwick_egress::Egress, url: &str) -> Result<String, EgressError> {
    let reply = egress.call(PLATFORM, Purpose::Webhook, Request::get(url)).await?;
    Ok(String::from_utf8(reply.body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_host_of_the_list_is_reached_by_https_with_its_certificate_checked() {
    let site = Site::start(&["x.test"], vec![("/", Answer::Text("hello"))]).await;
    let (egress, ..) = site.egress(testing::store().await, resolver(), &["x.test", "y.test"]);
    assert_eq!(call(&egress, &site.url("x.test", "/")).await.unwrap(), "hello");
    // the certificate is of x.test alone
    let other = call(&egress, &site.url("y.test", "/")).await;
    assert!(matches!(other, Err(EgressError::Failed(_))), "{other:?}");
}

#[tokio::test]
async fn a_url_that_is_not_plainly_https_is_refused() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let (egress, ..) = site.egress(testing::store().await, resolver(), &["x.test"]);
    let port = site.port;
    for url in [
        format!("http://x.test:{port}/"),
        format!("https://user@x.test:{port}/"),
        format!("https://user:password@x.test:{port}/"),
        format!("https://x.test:{port}@evil.test/"),
        format!("file://x.test:{port}/etc/passwd"),
        format!("ftp://x.test:{port}/"),
        "https:///".to_owned(),
        "x.test".to_owned(),
        String::new(),
    ] {
        let refused = call(&egress, &url).await;
        assert!(matches!(refused, Err(EgressError::Url)), "{url}: {refused:?}");
    }
    assert_eq!(site.hits(), [0, 0]);
}

#[tokio::test]
async fn a_redirect_is_judged_like_a_first_call() {
    let inside = [
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.2/",
        "https://2130706434/",
        "https://[::ffff:169.254.169.254]/",
        "https://evil.test/",
        "http://x.test/",
        "file:///etc/passwd",
        "//user:password@x.test/",
    ];
    let store = testing::store().await;
    for target in inside {
        let site = Site::start(&["x.test"], vec![("/", Answer::Redirect(target.to_owned()))]).await;
        let (egress, ..) = site.egress(store.clone(), resolver(), &["x.test"]);
        let refused = call(&egress, &site.url("x.test", "/")).await;
        assert!(matches!(refused, Err(EgressError::NotAllowed(_) | EgressError::Url)), "{target}: {refused:?}");
        assert_eq!(site.hits(), [1, 0], "{target}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_listed_host_that_points_inside_is_refused() {
    let site = Site::start(&["x.test"], Vec::new()).await;
    let target = site.url("inside.test", "/");
    let site = Site::start(&["x.test"], vec![("/", Answer::Redirect(target.clone()))]).await;
    let resolver = resolver().says("inside.test", &[&["169.254.169.254"]]);
    let (egress, ..) = site.egress(testing::store().await, resolver, &["x.test", "inside.test"]);
    let refused = call(&egress, &site.url("x.test", "/")).await;
    // its port is another site's, so the list refuses it; with the right port the address does
    assert!(matches!(refused, Err(EgressError::NotAllowed(_))), "{refused:?}");
    let direct = call(&egress, &site.url("inside.test", "/")).await;
    assert!(matches!(direct, Err(EgressError::Forbidden(_))), "{direct:?}");
}

#[tokio::test]
async fn redirects_end_and_keep_their_headers_to_themselves() {
    let answers = vec![
        ("/loop", Answer::Redirect("/loop".to_owned())),
        ("/start", Answer::Redirect("/end".to_owned())),
        ("/end", Answer::Text("arrived")),
    ];
    let site = Site::start(&["x.test"], answers).await;
    let (egress, ..) = site.egress(testing::store().await, resolver(), &["x.test"]);
    let refused = call(&egress, &site.url("x.test", "/loop")).await;
    assert!(matches!(refused, Err(EgressError::Redirects)), "{refused:?}");
    assert_eq!(call(&egress, &site.url("x.test", "/start")).await.unwrap(), "arrived");
    // what changes something is sent once, wherever the answer points
    let before = site.hits()[0];
    let post = Request { method: reqwest::Method::POST, ..Request::get(site.url("x.test", "/start")) };
    let reply = egress.call(PLATFORM, Purpose::Webhook, post).await.unwrap();
    assert_eq!((reply.status.as_u16(), site.hits()[0] - before), (302, 1));
}

#[tokio::test]
async fn a_secret_header_does_not_follow_to_another_host() {
    let other = Site::start(&["y.test"], vec![("/", Answer::Text("got it"))]).await;
    let site = Site::start(&["x.test"], vec![("/", Answer::Redirect(other.url("y.test", "/")))]).await;
    let store = testing::store().await;
    let settings = bailiwick_egress::Settings {
        platform: vec![
            bailiwick_egress::Destination::new(Purpose::Webhook, "x.test", site.port).unwrap(),
            bailiwick_egress::Destination::new(Purpose::Webhook, "y.test", other.port).unwrap(),
        ],
        private_networks: bailiwick_egress::address::PrivateNetworks::new(vec!["127.0.0.1/32".parse().unwrap()]),
        authorities: vec![site.authority.clone(), other.authority.clone()],
        ..Default::default()
    };
    let resolver = std::sync::Arc::new(resolver());
    let registry = prometheus::Registry::new();
    let egress = bailiwick_egress::Egress::with_resolver(settings, store, &registry, resolver).unwrap();
    let mut request = Request::get(site.url("x.test", "/"));
    request.headers.insert("authorization", "Bearer secret".parse().unwrap());
    let reply = egress.call(PLATFORM, Purpose::Webhook, request).await.unwrap();
    assert_eq!(&reply.body[..], b"got it");
    assert!(site.heads.lock().unwrap()[0].contains("Bearer secret"));
    assert!(!other.heads.lock().unwrap()[0].to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn an_answer_is_bounded_in_bytes_and_time() {
    let answers = vec![
        ("/long", Answer::Long(2 << 20)),
        ("/endless", Answer::Endless),
        ("/silent", Answer::Silence),
        ("/fits", Answer::Long(1000)),
    ];
    let site = Site::start(&["x.test"], answers).await;
    let (egress, ..) = site.egress(testing::store().await, resolver(), &["x.test"]);
    let long = call(&egress, &site.url("x.test", "/long")).await;
    assert!(matches!(long, Err(EgressError::Oversized(_))), "{long:?}");
    let endless = call(&egress, &site.url("x.test", "/endless")).await;
    assert!(matches!(endless, Err(EgressError::Oversized(_) | EgressError::TimedOut)), "{endless:?}");
    let began = std::time::Instant::now();
    let silent = call(&egress, &site.url("x.test", "/silent")).await;
    assert!(matches!(silent, Err(EgressError::TimedOut)), "{silent:?}");
    assert!(began.elapsed() < std::time::Duration::from_secs(10));
    assert_eq!(call(&egress, &site.url("x.test", "/fits")).await.unwrap().len(), 1000);
    let exact = Request { most_bytes: 999, ..Request::get(site.url("x.test", "/fits")) };
    let refused = egress.call(PLATFORM, Purpose::Webhook, exact).await;
    assert!(matches!(refused, Err(EgressError::Oversized(999))));
}

#[tokio::test]
async fn an_answer_that_changes_between_two_calls_is_judged_again() {
    let site = Site::start(&["x.test"], vec![("/", Answer::Text("hello"))]).await;
    let lying = Scripted::default().says("x.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let (egress, resolver, _) = site.egress(testing::store().await, lying, &["x.test"]);
    assert_eq!(call(&egress, &site.url("x.test", "/")).await.unwrap(), "hello");
    assert_eq!(resolver.asked.load(std::sync::atomic::Ordering::SeqCst), 1, "one question a call");
    let rebound = call(&egress, &site.url("x.test", "/")).await;
    assert!(matches!(rebound, Err(EgressError::Forbidden(_))), "{rebound:?}");
    assert_eq!(site.hits(), [1, 0]);
}
