//! The connection under SMTP: STARTTLS is done here, before the protocol proper begins.
//!
//! Doing it apart leaves nothing of the clear part behind: what a stranger on the wire sent after the answer to STARTTLS
//! ends the attempt and is never taken for an answer of the server (CVE-2011-0411 and its kin).

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A reply has at most so many bytes here.
const MOST_BYTES: usize = 16 << 10;
/// What the protocol's beginning is told, when the real greeting came in clear.
const GREETING: &[u8] = b"220 ready\r\n";

/// Why STARTTLS did not come about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartTlsError {
    /// The relay does not offer it, or somebody removed the offer.
    #[error("the relay does not offer STARTTLS")]
    NotOffered,
    /// What was read is not what SMTP says.
    #[error("the relay's answer cannot be read")]
    Protocol,
    /// The connection.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Asks for TLS on a fresh connection; what follows is the handshake.
pub(crate) async fn start_tls(stream: &mut TcpStream, hello: &str) -> Result<(), StartTlsError> {
    reply(stream, "220").await?;
    stream.write_all(format!("EHLO {hello}\r\n").as_bytes()).await?;
    let offers = reply(stream, "250").await?;
    let offered = |line: &str| line.get(4..).is_some_and(|offer| offer.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers.lines().any(offered) {
        return Err(StartTlsError::NotOffered);
    }
    stream.write_all(b"STARTTLS\r\n").await?;
    reply(stream, "220").await.map(drop)
}

/// Reads one reply with this code, and not a byte more.
async fn reply(stream: &mut TcpStream, code: &str) -> Result<String, StartTlsError> {
    let mut text = Vec::new();
    let mut line = 0;
    loop {
        let byte = stream.read_u8().await?;
        text.push(byte);
        if text.len() > MOST_BYTES {
            return Err(StartTlsError::Protocol);
        }
        if byte != b'\n' {
            continue;
        }
        let last = text.get(line..).unwrap_or_default();
        match (last.get(..3), last.get(3)) {
            (Some(found), Some(b' ' | b'\r' | b'\n')) if found == code.as_bytes() => break,
            (Some(found), Some(b'-')) if found == code.as_bytes() => line = text.len(),
            _ => return Err(StartTlsError::Protocol),
        }
    }
    String::from_utf8(text).map_err(|_| StartTlsError::Protocol)
}

/// A connection that SMTP can begin on.
#[derive(Debug)]
pub(crate) enum Connection {
    /// In clear.
    Clear(TcpStream),
    /// Encrypted, with what is left of the greeting.
    Secure(TlsStream<TcpStream>, &'static [u8]),
}

impl Connection {
    /// Encrypted from its first byte: the greeting comes by itself.
    pub(crate) fn implicit(stream: TlsStream<TcpStream>) -> Self {
        Self::Secure(stream, b"")
    }

    /// Encrypted after STARTTLS: the greeting is over.
    pub(crate) fn upgraded(stream: TlsStream<TcpStream>) -> Self {
        Self::Secure(stream, GREETING)
    }
}

impl AsyncTokioStream for Connection {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Clear(stream) => stream.peer_addr(),
            Self::Secure(stream, _) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Secure(stream, []) => Pin::new(stream).poll_read(cx, buffer),
            Self::Secure(_, greeting) => {
                let (now, later) = greeting.split_at(greeting.len().min(buffer.remaining()));
                buffer.put_slice(now);
                *greeting = later;
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Secure(stream, _) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Self::Secure(stream, _) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Secure(stream, _) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
