//! Who may talk to whom, by real handshakes: old protocols and weak suites get an alert, plain HTTP gets nothing
//! beyond loopback, a collector hangs up on a certificate that it has no reason to trust, and a renewed certificate
//! is served without a restart.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bailiwick_e2e::collector::refused_enrollment;
use bailiwick_e2e::processes::run;
use bailiwick_e2e::programs::program;
use bailiwick_e2e::{Authority, Server, Transport, wait};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Record types of RFC 8446, section 5.1.
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// A ClientHello written by hand (RFC 5246, section 7.4.1.2), since no library of today sends the old ones: what
/// the server answers first, as a record type; `None` where it hangs up.
async fn first_record(server: SocketAddr, version: [u8; 2], suites: &[u16]) -> Result<Option<u8>> {
    let mut extensions: Vec<u8> = Vec::new();
    extensions.extend([0, 10, 0, 6, 0, 4, 0, 29, 0, 23]); // groups: x25519, secp256r1
    extensions.extend([0, 11, 0, 2, 1, 0]); // points: uncompressed
    extensions.extend([0, 13, 0, 10, 0, 8, 4, 3, 4, 1, 2, 3, 2, 1]); // signatures: ECDSA and RSA, SHA-256 and SHA-1
    extensions.extend([0, 23, 0, 0]); // extended master secret
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(u16::try_from(suites.len() * 2)?.to_be_bytes());
    hello.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    hello.extend([1, 0]);
    hello.extend(u16::try_from(extensions.len())?.to_be_bytes());
    hello.extend(extensions);
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(u16::try_from(hello.len() + 4)?.to_be_bytes());
    record.push(1);
    record.extend(u32::try_from(hello.len())?.to_be_bytes().get(1..).unwrap_or_default());
    record.extend(hello);

    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(&record).await?;
    let mut first = [0; 1];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut first)).await?;
    Ok(matches!(read, Ok(1)).then_some(first[0]))
}

const ECDSA_AES128_GCM: u16 = 0xc02b;
const ECDSA_AES256_CBC_SHA: u16 = 0xc00a;
const ECDSA_AES128_CBC_SHA256: u16 = 0xc023;
const RSA_AES128_GCM: u16 = 0x009c;
const ECDSA_3DES: u16 = 0xc008;

#[tokio::test]
async fn old_protocols_and_weak_suites_are_refused() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let at = server.address();
    // The control: the same bytes with what is allowed are answered by a ServerHello.
    assert_eq!(first_record(at, [3, 3], &[ECDSA_AES128_GCM]).await?, Some(HANDSHAKE), "TLS 1.2 with AES-GCM");
    let all = [ECDSA_AES128_GCM, ECDSA_AES256_CBC_SHA, ECDSA_AES128_CBC_SHA256, RSA_AES128_GCM, ECDSA_3DES];
    for (version, name) in [([3, 0], "SSL 3"), ([3, 1], "TLS 1.0"), ([3, 2], "TLS 1.1")] {
        let answer = first_record(at, version, &all).await?;
        assert!(matches!(answer, None | Some(ALERT)), "{name}: record type {answer:?}");
    }
    for (suite, name) in [
        (ECDSA_AES256_CBC_SHA, "CBC with SHA-1"),
        (ECDSA_AES128_CBC_SHA256, "CBC with SHA-256"),
        (RSA_AES128_GCM, "AES-GCM without forward secrecy"),
        (ECDSA_3DES, "3DES"),
    ] {
        let answer = first_record(at, [3, 3], &[suite]).await?;
        assert!(matches!(answer, None | Some(ALERT)), "{name}: record type {answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn plain_http_is_refused_beyond_loopback() -> Result<()> {
    // The server does not even start to listen.
    let folder = tempfile::tempdir()?;
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let mut serve = Command::new(program("bailiwick")?);
        serve.arg("serve").env("BAILIWICK_LISTEN", listen).env("BAILIWICK_DATA_DIR", folder.path().join("data"));
        let (fine, _, err) = run(serve, "")?;
        assert!(!fine, "it serves plain HTTP on {listen}");
        assert!(err.contains("loopback") && err.contains("tls_certificate"), "the reason and the way out: {err}");
    }
    // The collector does not even connect: a listener that everyone may reach hears nothing.
    let listener = TcpListener::bind("0.0.0.0:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    for host in ["localhost", "0.0.0.0", "portal.example"] {
        let why = refused_enrollment(&format!("http://{host}:{port}"), None)?;
        assert!(why.contains("https"), "{why}");
    }
    assert!(listener.accept().is_err(), "the collector connected by plain HTTP");
    Ok(())
}

#[tokio::test]
async fn a_tls_listener_gives_plain_http_nothing() -> Result<()> {
    let server = Server::start(Transport::Tls).await?;
    let mut stream = TcpStream::connect(server.address()).await?;
    stream.write_all(b"GET /api/v1/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
    let mut answer = Vec::new();
    // A reset is as good as an end here.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await?;
    assert!(!answer.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&answer));
    Ok(())
}

/// Accepts TLS with this certificate once and says whether the handshake came to its end.
async fn accept_once(chain: &str, key: &str) -> Result<(SocketAddr, tokio::task::JoinHandle<bool>)> {
    let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes())?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let accepted = tokio::spawn(async move {
        let Ok((stream, _)) = listener.accept().await else { return false };
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return false };
        // With TLS 1.3 the server is done before the client has judged; a client that refuses sends an alert.
        matches!(stream.read(&mut [0; 1]).await, Ok(1))
    });
    Ok((address, accepted))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_hangs_up_on_certificates_it_cannot_trust() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (ours, theirs) = (Authority::new("ours")?, Authority::new("theirs")?);
    let trusted = folder.path().join("ours.pem");
    ours.write(&trusted)?;
    let good = ours.certificate(&["127.0.0.1"], 1, 0..30)?;
    let cases = [
        ("of another authority", theirs.certificate(&["127.0.0.1"], 1, 0..30)?, Some(trusted.as_path())),
        ("of no authority of this machine", ours.certificate(&["127.0.0.1"], 2, 0..30)?, None),
        ("for another name", ours.certificate(&["portal.example"], 3, 0..30)?, Some(trusted.as_path())),
        ("that has expired", ours.certificate(&["127.0.0.1"], 4, -30..-1)?, Some(trusted.as_path())),
        ("that is not valid yet", ours.certificate(&["127.0.0.1"], 5, 2..30)?, Some(trusted.as_path())),
    ];
    for (what, (chain, key), authority) in cases {
        let (address, accepted) = accept_once(&chain, &key).await?;
        let authority = authority.map(std::path::Path::to_owned);
        let why = tokio::task::spawn_blocking(move || {
            refused_enrollment(&format!("https://{address}"), authority.as_deref())
        })
        .await??;
        assert!(why.contains("certificate"), "{what}: {why}");
        assert!(!accepted.await?, "{what}: the collector sent something");
    }
    // The control: with a good one it goes on to speak (and hears no HTTP, since nobody answers).
    let (address, accepted) = accept_once(&good.0, &good.1).await?;
    let control =
        tokio::task::spawn_blocking(move || refused_enrollment(&format!("https://{address}"), Some(&trusted)));
    assert!(accepted.await?, "a trusted certificate is refused too");
    control.await??;
    Ok(())
}

/// The certificate that the server shows in a new handshake.
async fn shown(server: &Server) -> Result<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.authority()?.pem().as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.address()).await?;
    let stream = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost")?, stream).await?;
    let chain = stream.get_ref().1.peer_certificates().context("no certificate")?;
    Ok(chain.first().context("an empty chain")?.as_ref().to_vec())
}

#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart() -> Result<()> {
    let mut server = Server::start(Transport::Tls).await?;
    let old = shown(&server).await?;
    let kept = server.api()?;
    kept.get("/session").await?;

    // A renewal that went wrong changes nothing …
    let chain = server.folder().join("server.pem");
    let whole = std::fs::read(&chain)?;
    std::fs::write(&chain, "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(shown(&server).await?, old, "a broken file replaced a certificate that worked");
    std::fs::write(&chain, whole)?;

    // … a good one is there within seconds, for new connections and without harm to old ones.
    server.authority()?.issue(server.folder(), &[], 2)?;
    wait::until("the new certificate", Duration::from_secs(20), async || {
        Ok((shown(&server).await? != old).then_some(()))
    })
    .await?;
    kept.get("/session").await?;
    // The process that was started is the one that serves.
    server.process().check()?;
    Ok(())
}
