//! Callers that stop speaking, or stop listening, at every point of a connection.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Target, wire};
use crate::support::BOUNDS;

const CALL: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Says this, then nothing more.
async fn says(mut stream: impl AsyncRead + AsyncWrite + Unpin, what: &[u8], name: &str) -> Vec<u8> {
    stream.write_all(what).await.expect("writes");
    wire::until_closed(&mut stream, name).await
}

#[tokio::test]
async fn whoever_does_not_get_to_a_first_call_is_cut_off_wherever_it_stops() {
    let target = Target::plain(BOUNDS);
    let preface = wire::PREFACE;
    let stages: [(&str, &[u8]); 7] = [
        ("nothing at all", b""),
        ("half a method", b"GE"),
        ("a head without its end", b"GET / HTTP/1.1\r\nhost: localhost\r\n"),
        ("a byte of the preface", &preface[..1]),
        ("half a preface", &preface[..12]),
        ("a preface without settings", &preface[..24]),
        ("HTTP/2 without a call", preface),
    ];
    let all = stages.map(|(name, what)| async move { says(wire::connect(target.address).await, what, name).await });
    for said in futures::future::join_all(all).await {
        assert!(!said.windows(5).any(|piece| piece == b"hello"));
    }
    assert_eq!(target.ended("late"), 7);
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_has_no_more_time() {
    let target = Target::plain(BOUNDS);
    let mut stream = wire::connect(target.address).await;
    let mut letters = b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".iter().chain(std::iter::repeat(&b'a'));
    let slowly = async {
        while stream.write_all(&[*letters.next().expect("endless")]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(super::LONG, slowly).await.expect("it is cut off");
    assert_eq!(target.ended("late"), 1);
}

#[tokio::test]
async fn a_handshake_is_part_of_the_first_call_s_time() {
    let target = Target::tls();
    // the beginning of a record that announces a client's hello of 512 bytes (RFC 8446, 5.1)
    let half_hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    for (name, said) in [("nothing", &[][..]), ("half a hello", &half_hello[..])] {
        says(wire::connect(target.address).await, said, name).await;
    }
    for protocols in [&["h2"][..], &["http/1.1"], &[]] {
        let stream = wire::shake_hands(target.address, protocols).await;
        says(stream, b"", "a finished handshake").await;
    }
    let half = wire::shake_hands(target.address, &["h2"]).await;
    says(half, &wire::PREFACE[..12], "half a preface in TLS").await;
    assert_eq!(target.ended("late"), 6);
    assert_eq!(target.open(), 0);
}

#[tokio::test]
async fn between_calls_a_connection_has_its_time_in_both_versions() {
    let target = Target::plain(BOUNDS);
    let said = says(wire::connect(target.address).await, CALL, "HTTP/1.1 between calls").await;
    assert!(said.ends_with(b"hello"));
    let begun = [CALL, b"GET / HTTP/1.1\r\nhost: lo"].concat();
    says(wire::connect(target.address).await, &begun, "a second head without its end").await;
    let over = [wire::PREFACE, &wire::get(1, "/")].concat();
    let said = says(wire::connect(target.address).await, &over, "HTTP/2 between calls").await;
    assert!(said.windows(5).any(|piece| piece == b"hello"));
    assert_eq!((target.ended("idle"), target.ended("late")), (3, 0));
}

#[tokio::test]
async fn pings_do_not_keep_a_connection() {
    let target = Target::plain(BOUNDS);
    let (mut read, mut write) = wire::connect(target.address).await.into_split();
    write.write_all(&[wire::PREFACE, &wire::get(1, "/")].concat()).await.expect("writes");
    let reading = tokio::spawn(async move { wire::until_closed(&mut read, "pings").await });
    let pings = async {
        while write.write_all(&wire::frame(wire::PING, 0, 0, &[7; 8]).repeat(100)).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(super::LONG, pings).await.expect("it is cut off");
    reading.await.expect("closed");
    assert_eq!(target.ended("idle"), 1);
}

#[tokio::test]
async fn a_body_that_stops_ends_its_call() {
    let target = Target::plain(BOUNDS);
    let begun = b"POST /body HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf";
    let said = says(wire::connect(target.address).await, begun, "half a body").await;
    assert!(said.ends_with(b"not read"), "{}", String::from_utf8_lossy(&said));
    // POST over HTTP/2, with a body that never comes
    let mut head = wire::head("/body");
    head[0] = 0x83;
    let begun = [wire::PREFACE, &wire::frame(wire::HEADERS, wire::END_HEADERS, 1, &head)].concat();
    let said = says(wire::connect(target.address).await, &begun, "no body").await;
    assert!(said.windows(8).any(|piece| piece == b"not read"));
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let target = Target::plain(BOUNDS);
    let mut unread = wire::connect(target.address).await;
    unread.write_all(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("writes");
    let mut unread2 = wire::connect(target.address).await;
    // the window of a stream is 65,535 bytes until a caller gives more, which it does not
    unread2.write_all(&[wire::PREFACE, &wire::get(1, "/endless")].concat()).await.expect("writes");
    let given_up = async {
        while target.ended("idle") < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(super::LONG, given_up).await.expect("both are given up");
    // who reads slowly is served on
    let mut slow = wire::connect(target.address).await;
    slow.write_all(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("writes");
    let (mut piece, mut taken) = (vec![0; 512 << 10], 0);
    for _ in 0..30 {
        taken += slow.read(&mut piece).await.expect("reads");
        tokio::time::sleep(super::TIMES.idle / 10).await;
    }
    assert!(taken > 1 << 20 && target.ended("idle") == 2, "{taken}");
}

#[tokio::test]
async fn an_answer_that_takes_the_server_long_is_not_cut_off() {
    let target = Target::plain(BOUNDS);
    let answer = wire::call(wire::connect(target.address).await, "/slowly").await;
    assert_eq!(answer.matches("piece").count(), 9, "{answer}");
    assert_eq!(target.ended("idle"), 0);
}
