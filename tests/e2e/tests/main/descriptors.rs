//! A server with few descriptors, and callers that would take them all.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use bailiwick_e2e::server::{Server, Setup, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

async fn connect(from: &str, to: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.parse::<IpAddr>()?, 0))?;
    Ok(timeout(Duration::from_secs(10), socket.connect(to)).await??)
}

/// Says half a call, a part of a preface, or nothing, and holds the connections.
async fn hold(from: &str, to: SocketAddr, count: usize) -> Result<Vec<TcpStream>> {
    let said: [&[u8]; 3] = [b"", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\n"];
    let mut held = Vec::new();
    for (number, said) in (0..count).zip(said.into_iter().cycle()) {
        // the server may have ended one before the next is there
        if let Ok(mut stream) = connect(from, to).await {
            let _ = stream.write_all(said).await;
            held.push(stream);
        }
        ensure!(number < 1_000, "that is enough");
    }
    Ok(held)
}

async fn get(from: &str, to: SocketAddr, path: &str) -> Result<String> {
    let mut stream = connect(from, to).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut said = Vec::new();
    timeout(Duration::from_secs(30), stream.read_to_end(&mut said)).await??;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

async fn is_served(from: &str, to: SocketAddr, path: &str) -> Result<()> {
    let said = get(from, to, path).await?;
    ensure!(said.starts_with("HTTP/1.1 200 "), "{from} asked for {path} and got {said:.300}");
    Ok(())
}

const PAGE: &str = "/api/v1/branding";

#[tokio::test]
async fn more_silent_callers_than_descriptors_keep_nobody_out() -> Result<()> {
    let mut server = Server::start(Transport::Plain).await?;
    server.restart_with(Setup { descriptors: Some(256), ..Setup::default() }).await?;
    let (public, private) = (server.address(), server.metrics());
    let held = (hold("127.0.0.1", public, 300).await?, hold("127.0.0.1", private, 100).await?);
    is_served("127.0.0.2", public, PAGE).await?;
    is_served("127.0.0.1", public, PAGE).await?;
    is_served("127.0.0.1", private, "/healthz").await?;
    let figures = get("127.0.0.1", private, "/metrics").await?;
    let displaced = figures.lines().find(|line| line.contains("ended_total{reason=\"displaced\"}")).unwrap_or_default();
    ensure!(!displaced.is_empty() && !displaced.ends_with(" 0"), "{figures}");
    let said = server.process().said()?;
    let told = said.lines().filter(|line| line.contains("made room for others")).count();
    ensure!((1..=4).contains(&told), "told {told} times");
    drop(held);
    Ok(())
}

#[tokio::test]
async fn too_few_descriptors_are_told_at_start() -> Result<()> {
    let mut server = Server::start(Transport::Plain).await?;
    let few = server.restart_with(Setup { descriptors: Some(100), ..Setup::default() }).await;
    let told = few.err().map(|error| format!("{error:#}")).unwrap_or_default();
    ensure!(told.contains("descriptors") && told.contains("LimitNOFILE"), "{told}");
    Ok(())
}

#[tokio::test]
async fn when_the_system_gives_no_more_the_listener_goes_on() -> Result<()> {
    let mut server = Server::start(Transport::Plain).await?;
    let (public, process) = (server.address(), server.process().id());
    let open = std::fs::read_dir(format!("/proc/{process}/fd"))?.count();
    let limit = format!("--nofile={0}:{0}", open + 10);
    let fine = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status()?.success();
    ensure!(fine, "the limit cannot be set");
    let held = hold("127.0.0.1", public, 100).await?;
    is_served("127.0.0.2", public, "/").await?;
    let said = server.process().said()?;
    let told = said.lines().filter(|line| line.contains("were not accepted")).count();
    ensure!((1..=4).contains(&told), "told {told} times");
    server.process().check()?;
    drop(held);
    is_served("127.0.0.1", public, "/").await
}
