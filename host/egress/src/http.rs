//! HTTPS calls: each hop is permitted, resolved once, judged, and made to the addresses that were judged.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use tokio::time::timeout;
use url::{Position, Url};

use crate::allowed::{Behalf, Destination, Purpose};
use crate::connect::Egress;
use crate::error::EgressError;

/// Redirects that one call follows.
const MOST_REDIRECTS: usize = 3;

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Request {
    /// GET is redirected, others are not.
    pub method: Method,
    /// `https://…`
    pub url: String,
    /// Headers; not sent on to another origin.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Bytes of the answer that are read at most.
    pub most_bytes: usize,
}

impl Request {
    /// A GET without headers, with an answer of a megabyte at most.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            most_bytes: 1 << 20,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status, whatever it is.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Egress {
    /// Makes a call and reads its answer.
    ///
    /// # Errors
    /// [`EgressError`]; an answer with any status is none.
    pub async fn call(&self, behalf: Behalf, purpose: Purpose, request: Request) -> Result<Reply, EgressError> {
        let calling = self.follow(behalf, purpose, request);
        let outcome = timeout(self.0.settings.limits.call, calling).await.unwrap_or(Err(EgressError::TimedOut));
        self.0.figures.count(purpose, &outcome);
        outcome
    }

    async fn follow(&self, behalf: Behalf, purpose: Purpose, request: Request) -> Result<Reply, EgressError> {
        let Request { method, url, mut headers, body, most_bytes } = request;
        let mut url = parsed(&url)?;
        for _ in 0..=MOST_REDIRECTS {
            let client = self.client_for(behalf, purpose, &url).await?;
            let call = client.request(method.clone(), url.clone()).headers(headers.clone()).body(body.clone());
            let response = call.send().await.map_err(failed)?;
            let target = response.headers().get(LOCATION).filter(|_| response.status().is_redirection());
            let (Some(target), true) = (target, method == Method::GET) else {
                return read(response, most_bytes).await;
            };
            let target = target.to_str().map_err(|_| EgressError::Url)?;
            let next = parsed(url.join(target).map_err(|_| EgressError::Url)?.as_str())?;
            if next[..Position::BeforePath] != url[..Position::BeforePath] {
                headers.clear();
            }
            url = next;
        }
        Err(EgressError::Redirects)
    }

    /// A client for this hop alone, which knows the judged addresses of its host and asks nobody for others.
    async fn client_for(&self, behalf: Behalf, purpose: Purpose, url: &Url) -> Result<Client, EgressError> {
        let (host, port) = (url.host_str().ok_or(EgressError::Url)?, url.port_or_known_default().unwrap_or(443));
        let wanted = Destination::new(purpose, host, port).map_err(|_| EgressError::Url)?;
        self.permit(behalf, &wanted).await?;
        let limits = self.0.settings.limits;
        let judging = timeout(limits.connect, self.judged(&wanted)).await;
        let addresses = judging.map_err(|_| EgressError::TimedOut)??;
        Client::builder()
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .resolve_to_addrs(host, &addresses)
            .dns_resolver(Nobody)
            .tls_backend_preconfigured((*self.0.tls).clone())
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::ZERO)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("bailiwick/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(failed)
    }
}

/// Resolves nothing: what is not resolved and judged before is not reached.
struct Nobody;

impl reqwest::dns::Resolve for Nobody {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("a name was to be resolved a second time".into()) })
    }
}

fn parsed(url: &str) -> Result<Url, EgressError> {
    let url = Url::parse(url).map_err(|_| EgressError::Url)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.has_host();
    if url.scheme() == "https" && bare { Ok(url) } else { Err(EgressError::Url) }
}

async fn read(mut response: Response, most: usize) -> Result<Reply, EgressError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = BytesMut::new();
    while let Some(part) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(part.len()) > most {
            return Err(EgressError::Oversized(most));
        }
        body.extend_from_slice(&part);
    }
    Ok(Reply { status, headers, body: body.freeze() })
}

/// Without the URL, which may carry a secret.
fn failed(error: reqwest::Error) -> EgressError {
    if error.is_timeout() { EgressError::TimedOut } else { EgressError::Failed(error.without_url().into()) }
}
