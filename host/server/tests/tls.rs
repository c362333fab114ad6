//! HTTPS by the server itself: real handshakes, refused ones, and a certificate replaced while it serves.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::Router;
use bailiwick::edge::{
    listener::{Figures, Listener},
    tls::{self, Certificate},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    version,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use crate::support::{BOUNDS, provider};

struct Tls {
    address: SocketAddr,
    certificate: Arc<Certificate>,
    folder: tempfile::TempDir,
    stop: CancellationToken,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn issue(folder: &Path) -> CertificateDer<'static> {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("tls.pem"), pair.cert.pem()).expect("writes");
    std::fs::write(folder.join("tls.key"), pair.signing_key.serialize_pem()).expect("writes");
    pair.cert.der().clone()
}

fn start() -> (Tls, CertificateDer<'static>) {
    provider();
    let folder = tempfile::tempdir().expect("a folder");
    let der = issue(folder.path());
    let certificate = Certificate::read(&folder.path().join("tls.pem"), &folder.path().join("tls.key")).expect("reads");
    let config = Arc::new(tls::server_config(Arc::clone(&certificate)).expect("sets up"));
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = socket.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let router = Router::new().route("/", axum::routing::get(|| async { "hello" }));
    let listener = Listener::new(socket, router, BOUNDS, Figures::unregistered().expect("figures")).tls(Some(config));
    tokio::spawn(listener.serve(stop.clone(), Duration::ZERO));
    (Tls { address, certificate, folder, stop }, der)
}

type Handshake = Result<tokio_rustls::client::TlsStream<TcpStream>, std::io::Error>;

async fn handshake(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    suites: Option<Vec<rustls::SupportedCipherSuite>>,
) -> Handshake {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let mut crypto = ring::default_provider();
    if let Some(suites) = suites {
        crypto.cipher_suites = suites;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.expect("connects");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn both_versions_and_every_suite_serve_and_strangers_are_not_trusted() {
    let (server, der) = start();
    let stream = handshake(server.address, &der, None).await.expect("shakes hands");
    assert_eq!(stream.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    let older = vec![ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];
    let config = ring::default_provider().cipher_suites.len();
    assert_eq!(config, 9, "ring offers only what this server does");
    let mut roots = RootCertStore::empty();
    roots.add(der.clone()).expect("a root");
    let crypto = rustls::crypto::CryptoProvider { cipher_suites: older, ..ring::default_provider() };
    let client = ClientConfig::builder_with_provider(Arc::new(crypto))
        .with_protocol_versions(&[&version::TLS12])
        .expect("TLS 1.2")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(server.address).await.expect("connects");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(client)).connect(name, socket).await.expect("shakes hands");
    assert_eq!(stream.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_2));

    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate").cert.der().clone();
    handshake(server.address, &other, None).await.expect_err("an untrusted certificate");
}

#[tokio::test]
async fn an_old_client_hello_is_refused() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (server, _) = start();
    // TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246, section 7.4.1.2).
    let mut body = vec![3, 1];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    let length = u8::try_from(body.len()).expect("short");
    let mut hello = vec![0x16, 3, 1, 0, length + 4, 1, 0, 0, length];
    hello.extend(body);
    let mut socket = TcpStream::connect(server.address).await.expect("connects");
    socket.write_all(&hello).await.expect("writes");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("reads");
    assert_eq!(answer.first(), Some(&0x15), "an alert and no handshake: {answer:?}");
    let mut plain = TcpStream::connect(server.address).await.expect("connects");
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("writes");
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).await.expect("reads");
    assert!(!String::from_utf8_lossy(&answer).contains("hello"), "plain HTTP gets nothing");
}

#[tokio::test]
async fn a_renewed_certificate_serves_without_a_restart() {
    let (server, first) = start();
    handshake(server.address, &first, None).await.expect("the first");
    let watching = tokio::spawn(Arc::clone(&server.certificate).keep_fresh(|_| {}));
    // The stamp is taken when the watch begins.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let second = issue(server.folder.path());
    let renewed = async {
        while handshake(server.address, &second, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), renewed).await.expect("the new one serves");
    handshake(server.address, &first, None).await.expect_err("the old one does not");
    watching.abort();
}
