//! The mail relay, as the settings name it.

use secrecy::SecretString;
use url::Url;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Implicit,
    /// TLS after STARTTLS; without it nothing is sent.
    StartTls,
    /// None: only to a network that the settings name as an own one.
    OwnNetwork,
}

/// The mail relay.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name and password, where it wants some.
    pub credentials: Option<(String, SecretString)>,
}

/// Why a URL names no mail relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpServerError {
    /// It is no URL with a host.
    #[error("is not a URL like smtps://name:password@mail.example.com")]
    Url,
    /// Neither `smtps` nor `smtp`.
    #[error("must begin with smtps:// or smtp://")]
    Scheme,
    /// What follows the host.
    #[error("has something after host and port other than ?tls=off")]
    Rest,
    /// A password that would go over the wire in clear.
    #[error("has a password, and tls=off would send it in clear")]
    ClearPassword,
}

impl SmtpServer {
    /// `smtps://[name:password@]host[:465]`, or `smtp://[name:password@]host[:587]` with STARTTLS required, or
    /// `smtp://host[:587]?tls=off`. Name and password are percent-encoded.
    ///
    /// # Errors
    /// [`SmtpServerError`], which shows nothing of the URL.
    pub fn parse(url: &str) -> Result<Self, SmtpServerError> {
        let url = Url::parse(url).map_err(|_| SmtpServerError::Url)?;
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Implicit,
            ("smtp", None) => Security::StartTls,
            ("smtp", Some("tls=off")) => Security::OwnNetwork,
            ("smtp" | "smtps", Some(_)) => return Err(SmtpServerError::Rest),
            _ => return Err(SmtpServerError::Scheme),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpServerError::Rest);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpServerError::Url)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port().unwrap_or(if security == Security::Implicit { 465 } else { 587 });
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            _ if security == Security::OwnNetwork => return Err(SmtpServerError::ClearPassword),
            (name, Some(password)) => Some((decoded(name)?, decoded(password)?.into())),
            (_, None) => return Err(SmtpServerError::Url),
        };
        Ok(Self { host, port, security, credentials })
    }
}

fn decoded(text: &str) -> Result<String, SmtpServerError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
            let (high, low) = (digit().ok_or(SmtpServerError::Url)?, digit().ok_or(SmtpServerError::Url)?);
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| SmtpServerError::Url)?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| SmtpServerError::Url)?;
    if text.chars().any(char::is_control) { Err(SmtpServerError::Url) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_url_names_the_relay_and_how_it_is_protected() {
        let server = SmtpServer::parse("smtps://bail%40x:p%3Aw%20d@mail.example.com").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.security), ("mail.example.com", 465, Security::Implicit));
        let (name, password) = server.credentials.unwrap();
        assert_eq!((name.as_str(), password.expose_secret()), ("bail@x", "p:w d"));
        let server = SmtpServer::parse("smtp://mail.example.com:25").unwrap();
        assert_eq!((server.port, server.security), (25, Security::StartTls));
        let server = SmtpServer::parse("smtp://[::1]?tls=off").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.security), ("::1", 587, Security::OwnNetwork));
    }

    #[test]
    fn what_would_be_unsafe_cannot_be_written() {
        for (url, error) in [
            ("http://mail.example.com", SmtpServerError::Scheme),
            ("smtps://mail.example.com?tls=off", SmtpServerError::Rest),
            ("smtp://mail.example.com?tls=maybe", SmtpServerError::Rest),
            ("smtp://mail.example.com/x", SmtpServerError::Rest),
            ("smtp://a:b@mail.example.com?tls=off", SmtpServerError::ClearPassword),
            ("smtp://a:b%0d%0aQUIT@mail.example.com", SmtpServerError::Url),
            ("smtp://a@mail.example.com", SmtpServerError::Url),
            ("mail.example.com", SmtpServerError::Url),
        ] {
            assert_eq!(SmtpServer::parse(url).unwrap_err(), error, "{url}");
        }
    }
}
