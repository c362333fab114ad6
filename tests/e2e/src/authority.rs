//! A certificate authority for one test, and certificates of servers on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, SerialNumber,
};

/// An authority that nobody else knows.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Files of a server's certificate.
#[derive(Debug, Clone)]
pub struct Files {
    /// The chain, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(name: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Writes the authority's own certificate.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        Ok(fs::write(path, self.issuer.pem())?)
    }

    /// Its certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes a certificate for `localhost`, 127.0.0.1 and `names`, with this serial number.
    ///
    /// # Errors
    /// When a name is none or a file cannot be written.
    pub fn issue(&self, folder: &Path, names: &[&str], serial: u64) -> Result<Files> {
        let mut subjects = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        subjects.extend(names.iter().map(|name| (*name).to_owned()));
        let mut params = CertificateParams::new(subjects)?;
        params.distinguished_name.push(DnType::CommonName, "bailiwick end-to-end");
        params.serial_number = Some(SerialNumber::from(serial));
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let files = Files { certificate: folder.join("server.pem"), key: folder.join("server.key") };
        // The key first: a server that reloads between the two writes must not pair a new chain with an old key.
        replace(&files.key, &key.serialize_pem())?;
        replace(&files.certificate, &format!("{}{}", certificate.pem(), self.issuer.pem()))?;
        Ok(files)
    }
}

/// Writes beside and renames, as a certificate client does.
fn replace(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    fs::write(&draft, text)?;
    Ok(fs::rename(draft, path)?)
}
