//! Whom TLS believes: the machine's authorities, and those of a file that the settings name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The file holds no certificates that can be read.
    #[error("{}: no certificate could be read", .0.display())]
    File(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The file holds no certificate at all.
    #[error("{}: holds no certificate", .0.display())]
    Empty(PathBuf),
    /// TLS itself.
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}

/// The certificates of a PEM file, one at least.
///
/// # Errors
/// [`TrustError::File`], [`TrustError::Empty`].
pub fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let failed = |error| TrustError::File(path.to_owned(), error);
    let read: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    if read.is_empty() { Err(TrustError::Empty(path.to_owned())) } else { Ok(read) }
}

/// TLS 1.2 and 1.3, with the machine's authorities and these.
pub(crate) fn client(authorities: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(authorities.iter().cloned(), Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}
