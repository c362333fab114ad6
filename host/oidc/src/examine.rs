//! A look at a provider for whoever sets it up: what works, and what is missing.

use bailiwick_egress::{Behalf, Destination, Egress, EgressError, Purpose};
use bailiwick_store::AccountId;
use url::Url;

use crate::error::ProviderError;
use crate::fetch::Fetch;
use crate::metadata::{self, Metadata};

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// Where people sign in, once the configuration was read.
    pub authorization_endpoint: Option<String>,
    /// Whether its answers name the issuer (RFC 9207).
    pub names_issuer: bool,
    /// Hosts that the account may not reach and would have to.
    pub missing_hosts: Vec<Destination>,
    /// What went wrong first; `None` where all is well.
    pub problem: Option<ProviderError>,
}

/// Looks at the issuer afresh: nothing is sent but two requests to read.
pub(crate) async fn examine(egress: &Egress, account: AccountId, issuer: &str) -> Result<Examined, EgressError> {
    let mut found = Examined::default();
    if let Ok(url) = Url::parse(issuer) {
        note_missing(&mut found, egress, account, &url).await?;
    }
    let fetch = Fetch::new(egress.clone(), account);
    let metadata = match metadata::fetch(&fetch, issuer).await {
        Ok(metadata) => metadata,
        Err(problem) => return Ok(Examined { problem: Some(problem), ..found }),
    };
    found.authorization_endpoint = Some(metadata.authorization_endpoint().to_string());
    found.names_issuer = metadata::names_issuer(&metadata);
    for url in called(&metadata) {
        note_missing(&mut found, egress, account, &url).await?;
    }
    found.problem = metadata::with_keys(&fetch, metadata).await.err();
    Ok(found)
}

/// What the server itself calls.
fn called(metadata: &Metadata) -> Vec<Url> {
    let token = metadata.token_endpoint().map(|token| token.url().clone());
    std::iter::once(metadata.jwks_uri().url().clone()).chain(token).collect()
}

async fn note_missing(found: &mut Examined, egress: &Egress, account: AccountId, url: &Url) -> Result<(), EgressError> {
    let (Some(host), port) = (url.host_str(), url.port_or_known_default().unwrap_or(443)) else { return Ok(()) };
    let Ok(wanted) = Destination::new(Purpose::Oidc, host, port) else { return Ok(()) };
    if !found.missing_hosts.contains(&wanted) && !egress.allows(Behalf::Account(account), &wanted).await? {
        found.missing_hosts.push(wanted);
    }
    Ok(())
}
