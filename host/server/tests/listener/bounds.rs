//! Callers that take more connections than are theirs.

use std::{sync::atomic::Ordering, time::Duration};

use bailiwick::edge::listener::Bounds;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{LONG, Target, wire};

async fn silent(target: &Target, from: &str, count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(wire::connect_from(from, target.address).await.expect("connects"));
    }
    held
}

/// Connections with a call under way that never ends.
async fn busy(target: &Target, from: &str, count: usize) -> Vec<TcpStream> {
    let before = target.begun.load(Ordering::SeqCst);
    let mut held = silent(target, from, count).await;
    for stream in &mut held {
        stream.write_all(b"GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("writes");
    }
    let begun = async {
        while target.begun.load(Ordering::SeqCst) < before + count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, begun).await.expect("all calls begin");
    held
}

async fn served(target: &Target, from: &str) -> bool {
    let stream = wire::connect_from(from, target.address).await.expect("connects");
    wire::call(stream, "/").await.ends_with("hello")
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let target = Target::plain(Bounds { all: 40, source: 20 });
    let held = silent(&target, "127.0.0.1", 300).await;
    assert!(served(&target, "127.0.0.2").await, "somebody else");
    assert!(served(&target, "127.0.0.1").await, "somebody at the same address");
    assert!(target.open() <= 40 && target.ended("displaced") > 0);
    // from so many addresses that each is within its bound
    let mut many = Vec::new();
    for host in 10..60 {
        many.extend(silent(&target, &format!("127.0.0.{host}"), 5).await);
    }
    assert!(served(&target, "127.0.0.2").await);
    assert!(target.open() <= 40);
    drop((held, many));
}

#[tokio::test]
async fn one_source_has_its_share_and_leaves_the_others_theirs() {
    let target = Target::plain(Bounds { all: 12, source: 6 });
    let held = busy(&target, "127.0.0.1", 6).await;
    let mut refused = wire::connect(target.address).await;
    assert!(wire::until_closed(&mut refused, "one too many").await.is_empty());
    assert_eq!(target.ended("source_full"), 1);
    assert!(served(&target, "127.0.0.2").await);
    let more = busy(&target, "127.0.0.3", 6).await;
    let mut refused = wire::connect_from("127.0.0.2", target.address).await.expect("connects");
    assert!(wire::until_closed(&mut refused, "more than there may be").await.is_empty());
    assert_eq!((target.ended("full"), target.ended("displaced")), (1, 0));
    drop(held);
    let room = async {
        while target.open() > 6 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, room).await.expect("what was hung up makes room");
    assert!(served(&target, "127.0.0.1").await);
    drop(more);
}

#[tokio::test]
async fn a_proxy_is_not_one_source() {
    let proxies = vec!["127.0.0.1".parse::<std::net::IpAddr>().expect("an address").into()];
    let target = Target::start(Bounds { all: 30, source: 2 }, |listener| listener.behind(proxies), None);
    let held = busy(&target, "127.0.0.1", 10).await;
    assert!(served(&target, "127.0.0.1").await);
    assert_eq!(target.ended("source_full"), 0);
    drop(held);
}
