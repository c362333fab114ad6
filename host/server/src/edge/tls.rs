//! HTTPS by this server: TLS 1.2 and 1.3, forward-secret AEAD suites only, and a certificate that is
//! read again when its files change.
//!
//! A renewed certificate takes effect for new connections without a restart and without closing old
//! ones. A pair that does not load or does not fit together is logged, counted and not used: the old
//! one goes on serving.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig, SupportedCipherSuite,
    crypto::{CryptoProvider, ring},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// All give forward secrecy and authenticated encryption; nothing else is offered.
const SUITES: [SupportedCipherSuite; 9] = [
    ring::cipher_suite::TLS13_AES_256_GCM_SHA384,
    ring::cipher_suite::TLS13_AES_128_GCM_SHA256,
    ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ring::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ring::cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ring::cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// Why a certificate cannot be used; each names the setting.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain does not load.
    #[error("tls_certificate: {} does not load; it must be a PEM file with the certificate first", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// There is no certificate in the file.
    #[error("tls_certificate: {} holds no certificate; it must be a PEM file with the certificate first", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The key does not load.
    #[error("tls_key: {} does not load; it must be an unencrypted PEM key that this server may read", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Key and certificate do not belong together, or the key is of a kind that is not supported.
    #[error("tls_key: does not fit tls_certificate; name the pair that was issued together")]
    Pair(#[source] rustls::Error),
    /// The protocol settings are not accepted.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// A certificate that can be replaced while it serves.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: ArcSwap<CertifiedKey>,
}

impl Certificate {
    /// Reads the pair.
    ///
    /// # Errors
    /// [`TlsError`] when it does not load or does not fit together.
    pub fn read(chain: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
        let current = ArcSwap::from_pointee(load(chain, key)?);
        Ok(Arc::new(Self { chain: chain.to_owned(), key: key.to_owned(), current }))
    }

    /// Reads it again; the old one stays when this fails.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(Arc::new(load(&self.chain, &self.key)?));
        Ok(())
    }

    fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.chain, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// Reloads on change and on SIGHUP, for ever; `outcome` hears of each attempt.
    pub async fn keep_fresh(self: Arc<Self>, outcome: impl Fn(Result<(), TlsError>) + Send) {
        let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
        let mut seen = self.stamp();
        loop {
            let asked = async {
                match &mut hangup {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            let asked = tokio::time::timeout(LOOK, asked).await.is_ok();
            let now = self.stamp();
            if asked || now != seen {
                seen = now;
                outcome(self.reload());
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

fn provider() -> CryptoProvider {
    CryptoProvider { cipher_suites: SUITES.to_vec(), ..ring::default_provider() }
}

fn load(chain: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let certificate = |source| TlsError::Certificate { path: chain.to_owned(), source };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(chain).map_err(certificate)?.collect::<Result<_, _>>().map_err(certificate)?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate { path: chain.to_owned() });
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key { path: key.to_owned(), source })?;
    CertifiedKey::from_der(certificates, secret, &provider()).map_err(TlsError::Pair)
}

/// The listener's configuration around this certificate.
///
/// # Errors
/// [`TlsError::Setup`] when the protocol settings are not accepted.
pub fn server_config(certificate: Arc<Certificate>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Setup)?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(folder: &Path) -> (PathBuf, PathBuf) {
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let (chain, key) = (folder.join("tls.pem"), folder.join("tls.key"));
        std::fs::write(&chain, pair.cert.pem()).expect("writes");
        std::fs::write(&key, pair.signing_key.serialize_pem()).expect("writes");
        (chain, key)
    }

    #[test]
    fn a_broken_renewal_leaves_the_old_certificate() {
        let folder = tempfile::tempdir().expect("a folder");
        let (chain, key) = issue(folder.path());
        let certificate = Certificate::read(&chain, &key).expect("loads");
        let first = certificate.current.load_full();
        let other = tempfile::tempdir().expect("a folder");
        let (new_chain, new_key) = issue(other.path());
        std::fs::copy(&new_chain, &chain).expect("copies");
        assert!(matches!(certificate.reload(), Err(TlsError::Pair(_))), "a chain with another key");
        assert_eq!(certificate.current.load_full().cert, first.cert);
        std::fs::copy(&new_key, &key).expect("copies");
        certificate.reload().expect("now they fit");
        assert_ne!(certificate.current.load_full().cert, first.cert);
    }

    #[test]
    fn what_is_no_certificate_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let (chain, key) = issue(folder.path());
        std::fs::write(&chain, "nothing").expect("writes");
        let error = Certificate::read(&chain, &key).expect_err("refused").to_string();
        assert!(error.contains("tls_certificate"), "{error}");
        let error = Certificate::read(&folder.path().join("absent"), &key).expect_err("refused").to_string();
        assert!(error.contains("tls_certificate"), "{error}");
    }

    #[test]
    fn only_forward_secret_aead_suites_are_offered() {
        for suite in SUITES {
            let name = format!("{:?}", suite.suite());
            assert!(name.contains("ECDHE") || name.starts_with("TLS13_"), "{name}");
            assert!(name.contains("GCM") || name.contains("POLY1305"), "{name}");
        }
    }
}
