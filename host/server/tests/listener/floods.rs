//! What a single HTTP/2 connection may make the server do. Some of it h2 bounds by itself, as it is configured here; that
//! it does is tested like what is ours.

use std::sync::atomic::Ordering;

use tokio::io::AsyncWriteExt as _;

use super::{Target, wire};
use crate::support::BOUNDS;

async fn begun(target: &Target) -> tokio::net::TcpStream {
    let mut stream = wire::connect(target.address).await;
    stream.write_all(wire::PREFACE).await.expect("writes");
    stream
}

/// CVE-2023-44487.
#[tokio::test]
async fn calls_that_are_taken_back_at_once_end_the_connection() {
    let target = Target::plain(BOUNDS);
    let (mut read, mut write) = begun(&target).await.into_split();
    let reading = tokio::spawn(async move { wire::until_closed(&mut read, "rapid reset").await });
    let mut number = 1;
    let cancel = 8_u32.to_be_bytes();
    let calls = || {
        let call = [wire::get(number, "/never"), wire::frame(wire::RST_STREAM, 0, number, &cancel)].concat();
        number += 2;
        call
    };
    wire::flood(&mut write, calls, "rapid reset").await;
    reading.await.expect("closed");
    assert!(target.begun.load(Ordering::SeqCst) <= 300, "{}", target.begun.load(Ordering::SeqCst));
}

/// The same at a pace at which each call is begun before it is taken back, which h2 does not count.
#[tokio::test]
async fn calls_that_are_taken_back_one_by_one_end_the_connection() {
    let target = Target::plain(BOUNDS);
    let mut stream = begun(&target).await;
    for call in 0..1_000_u32 {
        let number = 2 * call + 1;
        if stream.write_all(&wire::get(number, "/never")).await.is_err() {
            break;
        }
        while target.begun.load(Ordering::SeqCst) <= call as usize && target.ended("taken_back") == 0 {
            tokio::task::yield_now().await;
        }
        let _ = stream.write_all(&wire::frame(wire::RST_STREAM, 0, number, &8_u32.to_be_bytes())).await;
    }
    wire::until_closed(&mut stream, "taken back").await;
    assert_eq!(target.ended("taken_back"), 1);
    assert!(target.begun.load(Ordering::SeqCst) <= 110, "{}", target.begun.load(Ordering::SeqCst));
}

/// CVE-2024-27316 and its kin.
#[tokio::test]
async fn headers_without_end_end_the_connection() {
    let target = Target::plain(BOUNDS);
    let mut stream = begun(&target).await;
    stream.write_all(&wire::frame(wire::HEADERS, wire::END_STREAM, 1, &wire::head("/"))).await.expect("writes");
    // a header of its own in each: literal, not indexed
    let more = wire::frame(wire::CONTINUATION, 0, 1, &[&[0, 1, b'x', 100][..], &[b'y'; 100]].concat());
    let sent = wire::flood(&mut stream, || more.clone(), "CONTINUATION").await;
    assert!(sent < 100_000, "{sent}");
    let mut empty = begun(&target).await;
    empty.write_all(&wire::frame(wire::HEADERS, wire::END_STREAM, 1, &wire::head("/"))).await.expect("writes");
    wire::flood(&mut empty, || wire::frame(wire::CONTINUATION, 0, 1, &[]), "empty CONTINUATION").await;
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused_in_both_versions() {
    let target = Target::plain(BOUNDS);
    crate::support::provider();
    let large = "y".repeat(100);
    let http2 = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let http1 = reqwest::Client::builder().http1_only().build().expect("a client");
    for client in [http2, http1] {
        let call = |headers: usize| {
            let call = client.get(format!("http://{}/", target.address));
            (0..headers).fold(call, |call, n| call.header(format!("x-{n}"), &large))
        };
        assert_eq!(call(50).send().await.expect("an answer").status(), 200);
        let refused = call(5_000).send().await;
        assert!(refused.is_err() || refused.is_ok_and(|reply| reply.status() == 431));
    }
}

#[tokio::test]
async fn frames_that_ask_for_answers_which_nobody_reads_end_the_connection() {
    for (name, frame) in [
        ("PING", wire::frame(wire::PING, 0, 0, &[7; 8])),
        ("SETTINGS", wire::frame(wire::SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100])),
    ] {
        let target = Target::plain(BOUNDS);
        let mut stream = begun(&target).await;
        let many = frame.repeat(100);
        wire::flood(&mut stream, || many.clone(), name).await;
        assert_eq!(target.ended("late"), 1, "{name}");
    }
}
