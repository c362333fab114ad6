//! HTTP by hand, so that a test can leave out what a client would never leave out.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::LONG;

/// How HTTP/2 begins (RFC 9113, 3.4), with empty settings.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Frame types and flags of RFC 9113, 6.
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const CONTINUATION: u8 = 9;
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET path` of `localhost` (RFC 7541, 6: the static table and literals).
pub fn head(path: &str) -> Vec<u8> {
    let literal = |index: u8, text: &str| {
        let mut literal = vec![index, u8::try_from(text.len()).expect("short")];
        literal.extend(text.as_bytes());
        literal
    };
    let mut head = vec![0x82, 0x86];
    head.extend(literal(0x04, path));
    head.extend(literal(0x01, "localhost"));
    head
}

pub fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &head(path))
}

/// A connection from an address of this machine.
pub async fn connect_from(from: &str, to: SocketAddr) -> io::Result<TcpStream> {
    let from: IpAddr = from.parse().expect("an address");
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(to).await
}

pub async fn connect(to: SocketAddr) -> TcpStream {
    connect_from("127.0.0.1", to).await.expect("connects")
}

/// A connection with a finished handshake, over which nothing was said.
pub async fn shake_hands(to: SocketAddr, protocols: &[&str]) -> TlsStream<TcpStream> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, connect(to).await).await.expect("shakes hands")
}

/// Everything that the server says until it ends the connection, which it must.
pub async fn until_closed(stream: &mut (impl AsyncRead + Unpin), what: &str) -> Vec<u8> {
    let mut said = Vec::new();
    // however it ends: a reset is as good as a close
    let _ = timeout(LONG, stream.read_to_end(&mut said)).await.unwrap_or_else(|_| panic!("{what}: never closed"));
    said
}

/// Writes the same again and again until the server ends the connection, which it must; how often that worked.
pub async fn flood(stream: &mut (impl AsyncWrite + Unpin), mut next: impl FnMut() -> Vec<u8>, what: &str) -> usize {
    let flood = async {
        let mut sent = 0;
        while stream.write_all(&next()).await.is_ok() {
            sent += 1;
        }
        sent
    };
    timeout(LONG, flood).await.unwrap_or_else(|_| panic!("{what}: never closed"))
}

/// One call over HTTP/1.1, and all of the answer.
pub async fn call(mut stream: TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("writes");
    String::from_utf8_lossy(&until_closed(&mut stream, path).await).into_owned()
}

/// Trusts any certificate: these tests are about what comes after it.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
