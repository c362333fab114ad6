//! The one way to a provider: the platform's way out, on behalf of the account.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bailiwick_egress::{Behalf, Egress, EgressError, Purpose, Request};
use bailiwick_store::AccountId;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::time::timeout;

/// A provider that takes longer is of no use to somebody who waits.
const PATIENCE: Duration = Duration::from_secs(8);
/// Most bytes of one answer: the largest configurations and key sets have some 20 kB.
const MOST_BYTES: usize = 256 << 10;

/// Fetches for one account.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    egress: Egress,
    account: AccountId,
}

impl Fetch {
    pub(crate) fn new(egress: Egress, account: AccountId) -> Self {
        Self { egress, account }
    }

    pub(crate) async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), EgressError> {
        let mut request = Request::get(url);
        request.most_bytes = MOST_BYTES;
        request.headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
        let reply = self.call(request).await?;
        Ok((reply.status().as_u16(), reply.into_body()))
    }

    async fn call(&self, request: Request) -> Result<HttpResponse, EgressError> {
        let calling = self.egress.call(Behalf::Account(self.account), Purpose::Oidc, request);
        let reply = timeout(PATIENCE, calling).await.map_err(|_| EgressError::TimedOut)??;
        let mut response = HttpResponse::new(reply.body.to_vec());
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = EgressError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, EgressError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = Request {
                method: parts.method,
                url: parts.uri.to_string(),
                headers: parts.headers,
                body: body.into(),
                most_bytes: MOST_BYTES,
            };
            self.call(request).await
        })
    }
}
