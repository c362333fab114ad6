//! The only way out: HTTPS to the one server, with a verified certificate.
//!
//! Plain HTTP is refused but for loopback, redirects are not followed, answers are bounded, and the
//! bearer secret stands in a header that is marked sensitive.

use std::{net::IpAddr, path::Path, time::Duration};

use bailiwick_contract::report::{Acknowledgement, Assignment, Batch, EnrollReply, EnrollRequest, Status};
use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, ETAG, HeaderValue, IF_NONE_MATCH, RETRY_AFTER},
    redirect::Policy,
    tls,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Most bytes of an answer that is JSON.
const MAX_JSON: usize = 4 << 20;
/// Most bytes of a driver's component.
const MAX_COMPONENT: usize = 32 << 20;

/// Why a call to the server failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is no `https://` URL.
    #[error("'{0}' is refused: only https:// is used beyond this machine (http:// to loopback alone)")]
    NotHttps(String),
    /// The address does not parse.
    #[error("'{0}' is not a URL: {1}")]
    Url(String, String),
    /// The file of authorities does not hold PEM certificates.
    #[error("{path}: no certificate could be read: {reason}")]
    Authority {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// The TLS client could not be set up.
    #[error("the TLS client could not be set up")]
    Setup(#[source] reqwest::Error),
    /// The server's certificate is not trusted, or TLS failed otherwise.
    #[error("the server's certificate or TLS is refused: {0}")]
    Tls(String),
    /// There is no connection, or it broke.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server does not know this collector (any more).
    #[error("the server refused this collector's key ({code}); it was revoked or enrolled anew")]
    Unauthorized {
        /// The problem's code.
        code: String,
    },
    /// The collector's account is suspended: what it has to say waits here.
    #[error("the account is suspended: reports wait here until it is resumed")]
    Suspended,
    /// Asked to come back later.
    #[error("the server asks to wait ({status})")]
    Later {
        /// The HTTP status.
        status: u16,
        /// How long, where it says.
        after: Option<Duration>,
    },
    /// The server refused the call.
    #[error("the server answered {status} {code}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's code.
        code: String,
        /// The problem's detail.
        detail: String,
    },
    /// The answer is not what the protocol says.
    #[error("the server's answer cannot be read: {0}")]
    Answer(String),
}

#[derive(Deserialize, Default)]
struct Problem {
    #[serde(default)]
    code: String,
    #[serde(default)]
    detail: String,
}

/// A connection to the server.
#[derive(Clone)]
pub struct ServerClient {
    http: Client,
    base: Url,
}

impl ServerClient {
    /// `ca` names a PEM file of authorities to trust instead of the machine's.
    ///
    /// # Errors
    /// [`ClientError::NotHttps`], [`ClientError::Url`], [`ClientError::Authority`], [`ClientError::Setup`].
    pub fn new(server: &str, ca: Option<&Path>) -> Result<Self, ClientError> {
        let base = server_url(server)?;
        let mut http = Client::builder()
            .user_agent(concat!("bailiwick-collector/", env!("CARGO_PKG_VERSION")))
            .tls_version_min(tls::Version::TLS_1_2)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .timeout(Duration::from_secs(120));
        if base.scheme() == "https" {
            http = http.https_only(true);
        }
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        if let Some(path) = ca {
            let fail = |reason: String| ClientError::Authority { path: path.display().to_string(), reason };
            let pem = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|e| fail(e.to_string()))?;
            if certificates.is_empty() {
                return Err(fail("it holds none".into()));
            }
            http = http.tls_certs_only(certificates);
        }
        Ok(Self { http: http.build().map_err(ClientError::Setup)?, base })
    }

    /// Trades a one-time token for this collector's key.
    ///
    /// # Errors
    /// Any [`ClientError`].
    pub async fn enroll(&self, request: &EnrollRequest) -> Result<EnrollReply, ClientError> {
        json(self.send(self.request(Method::POST, "enroll")?.json(request)).await?).await
    }

    /// The same server, with the secret of an enrolled collector.
    ///
    /// # Errors
    /// [`ClientError::Answer`] for a key that cannot stand in a header.
    pub fn authenticated(self, key: &SecretString) -> Result<CollectorClient, ClientError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
            .map_err(|_| ClientError::Answer("the key in the data folder is damaged".into()))?;
        bearer.set_sensitive(true);
        Ok(CollectorClient { server: self, bearer })
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let url = self.base.join(&format!("collector/v1/{path}"));
        let url = url.map_err(|e| ClientError::Url(path.to_owned(), e.to_string()))?;
        Ok(self.http.request(method, url))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let response = request.send().await.map_err(connection_error)?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let after = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        let after = after.map(|seconds: u64| Duration::from_secs(seconds.min(3_600)));
        let problem: Problem = match bounded(response, 64 << 10).await {
            Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
            Err(_) => Problem::default(),
        };
        Err(match status.as_u16() {
            401 => ClientError::Unauthorized { code: problem.code },
            403 if problem.code == "suspended" => ClientError::Suspended,
            408 | 425 | 429 | 500..=599 => ClientError::Later { status: status.as_u16(), after },
            status => ClientError::Refused { status, code: problem.code, detail: problem.detail },
        })
    }
}

/// The server as an enrolled collector sees it.
#[derive(Clone)]
pub struct CollectorClient {
    server: ServerClient,
    bearer: HeaderValue,
}

impl CollectorClient {
    /// The assignment and its entity tag; [`None`] when it is still the one with `tag`.
    ///
    /// # Errors
    /// Any [`ClientError`].
    pub async fn assignment(&self, tag: Option<&str>) -> Result<Option<(Assignment, Option<String>)>, ClientError> {
        let mut request = self.request(Method::GET, "assignment")?;
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let response = self.server.send(request).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let tag = response.headers().get(ETAG).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Ok(Some((json(response).await?, tag)))
    }

    /// A driver's component; the caller checks its digest.
    ///
    /// # Errors
    /// Any [`ClientError`].
    pub async fn component(&self, digest: &str) -> Result<Vec<u8>, ClientError> {
        let request = self.request(Method::GET, &format!("drivers/{digest}"))?;
        bounded(self.server.send(request).await?, MAX_COMPONENT).await
    }

    /// Hands in reports.
    ///
    /// # Errors
    /// Any [`ClientError`].
    pub async fn reports(&self, batch: &Batch) -> Result<Acknowledgement, ClientError> {
        json(self.post("reports", batch).await?).await
    }

    /// Says how this collector is.
    ///
    /// # Errors
    /// Any [`ClientError`].
    pub async fn status(&self, status: &Status) -> Result<(), ClientError> {
        self.post("status", status).await.map(drop)
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<Response, ClientError> {
        self.server.send(self.request(Method::POST, path)?.json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        Ok(self.server.request(method, path)?.header(AUTHORIZATION, self.bearer.clone()))
    }
}

/// `https://` to anywhere, `http://` to loopback only, and no secrets in it.
fn server_url(text: &str) -> Result<Url, ClientError> {
    let mut url = Url::parse(text).map_err(|e| ClientError::Url(text.to_owned(), e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ClientError::Url("https://…@…".into(), "a server's URL holds no sign-in".into()));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(ClientError::NotHttps(text.to_owned())),
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Loopback by address: a name may resolve to anything.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn connection_error(error: reqwest::Error) -> ClientError {
    let mut chain = vec![error.to_string()];
    let mut source = std::error::Error::source(&error);
    let mut tls = false;
    while let Some(cause) = source {
        tls |= cause.downcast_ref::<rustls::Error>().is_some();
        chain.push(cause.to_string());
        source = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    let text = chain.split_off(chain.len().min(1)).join(": ");
    if tls { ClientError::Tls(text) } else { ClientError::Unreachable(text) }
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let body = bounded(response, MAX_JSON).await?;
    serde_json::from_slice(&body).map_err(|e| ClientError::Answer(e.to_string()))
}

async fn bounded(mut response: Response, most: usize) -> Result<Vec<u8>, ClientError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(connection_error)? {
        if body.len() + chunk.len() > most {
            return Err(ClientError::Answer(format!("it is longer than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for refused in [
            "http://portal.example/",
            "http://localhost/",
            "http://127.0.0.1.example/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(matches!(server_url(refused), Err(ClientError::NotHttps(_))), "{refused}");
        }
        for accepted in ["https://portal.example", "http://127.0.0.1:8080", "http://[::1]:8080/base"] {
            assert!(server_url(accepted).is_ok(), "{accepted}");
        }
        assert!(matches!(server_url("https://user:word@portal.example"), Err(ClientError::Url(..))));
    }

    #[test]
    fn a_base_path_is_kept() {
        let url = server_url("https://portal.example/bailiwick?x=1#y").unwrap();
        assert_eq!(
            url.join("collector/v1/status").unwrap().as_str(),
            "https://portal.example/bailiwick/collector/v1/status"
        );
    }
}
