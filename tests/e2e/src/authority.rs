//! A certificate authority for one test, and certificates of servers on this machine.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SerialNumber,
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

    /// A chain and its key, PEM, for `names`, valid for these days from now.
    ///
    /// # Errors
    /// When a name is none.
    pub fn certificate(&self, names: &[&str], serial: u64, days: Range<i64>) -> Result<(String, String)> {
        let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, "bailiwick end-to-end");
        params.serial_number = Some(SerialNumber::from(serial));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = day(days.start).into();
        params.not_after = day(days.end).into();
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((format!("{}{}", certificate.pem(), self.issuer.pem()), key.serialize_pem()))
    }

    /// A client's certificate and its key, PEM.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn client(&self, name: &str) -> Result<(String, String)> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }

    /// Writes a certificate for `localhost`, 127.0.0.1 and `names`, as an authority's client would: beside, then
    /// renamed.
    ///
    /// # Errors
    /// When a name is none or a file cannot be written.
    pub fn issue(&self, folder: &Path, names: &[&str], serial: u64) -> Result<Files> {
        let subjects: Vec<&str> = ["localhost", "127.0.0.1"].iter().chain(names).copied().collect();
        let (chain, key) = self.certificate(&subjects, serial, 0..90)?;
        let files = Files { certificate: folder.join("server.pem"), key: folder.join("server.key") };
        replace(&files.key, &key)?;
        replace(&files.certificate, &chain)?;
        Ok(files)
    }
}

/// So many days from an hour ago.
fn day(from_now: i64) -> SystemTime {
    let span = Duration::from_secs(from_now.unsigned_abs() * 86_400);
    let base = SystemTime::now() - Duration::from_secs(3_600);
    if from_now < 0 { base - span } else { base + span }
}

/// Writes beside and renames, as a certificate client does.
fn replace(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    fs::write(&draft, text)?;
    Ok(fs::rename(draft, path)?)
}
