//! A provider's configuration (OpenID Connect Discovery 1.0, 4), read and judged.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, JsonWebKeySet, ProviderMetadata};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{ProviderError, Stage};
use crate::fetch::Fetch;

/// What is read beside the standard's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct More {
    /// RFC 9207, 3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// A provider's configuration, with its keys once they were fetched.
pub(crate) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Algorithms by which an ID token may be signed. Those by a shared secret are left out: whoever knows a client's secret
/// would be the provider, and a public key taken for a secret is known to everybody.
pub(crate) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Whether its answers name the issuer.
pub(crate) fn names_issuer(metadata: &Metadata) -> bool {
    metadata.additional_metadata().authorization_response_iss_parameter_supported
}

/// Whether the secret goes into the body: where the provider takes it there and not in the header.
pub(crate) fn secret_in_body(metadata: &Metadata) -> bool {
    metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    })
}

/// Fetches the configuration of an issuer, without its keys.
pub(crate) async fn fetch(fetch: &Fetch, issuer: &str) -> Result<Metadata, ProviderError> {
    let stage = Stage::Discovery;
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let body = got(fetch, stage, &url).await?;
    let metadata: Metadata = serde_json::from_slice(&body)
        .map_err(|_| ProviderError::Malformed { stage, detail: "it is no OpenID configuration" })?;
    // a configuration that names another issuer is how one provider would speak for another
    if metadata.issuer().as_str() != issuer {
        return Err(ProviderError::OtherIssuer);
    }
    judge(&metadata)?;
    Ok(metadata)
}

/// Adds the provider's keys.
pub(crate) async fn with_keys(fetch: &Fetch, metadata: Metadata) -> Result<Metadata, ProviderError> {
    let stage = Stage::Keys;
    let body = got(fetch, stage, metadata.jwks_uri().as_str()).await?;
    let keys: JsonWebKeySet<CoreJsonWebKey> =
        serde_json::from_slice(&body).map_err(|_| ProviderError::Malformed { stage, detail: "it is no key set" })?;
    if keys.keys().is_empty() {
        return Err(ProviderError::Unsupported("any kind of key that is known here"));
    }
    Ok(metadata.set_jwks(keys))
}

async fn got(fetch: &Fetch, stage: Stage, url: &str) -> Result<Vec<u8>, ProviderError> {
    match fetch.get(url).await.map_err(|source| ProviderError::Reach { stage, source })? {
        (200, body) => Ok(body),
        (status, _) => Err(ProviderError::Status { stage, status }),
    }
}

fn judge(metadata: &Metadata) -> Result<(), ProviderError> {
    // the browser is sent there: no place of a script, none without TLS
    if !plain_https(metadata.authorization_endpoint().url()) {
        return Err(ProviderError::Unsupported("HTTPS at its sign-in page"));
    }
    let token = metadata.token_endpoint().ok_or(ProviderError::Unsupported("the authorization code flow"))?;
    if !plain_https(token.url()) || !plain_https(metadata.jwks_uri().url()) {
        return Err(ProviderError::Unsupported("HTTPS at its endpoints"));
    }
    if !metadata.id_token_signing_alg_values_supported().iter().any(|algorithm| ALGORITHMS.contains(algorithm)) {
        return Err(ProviderError::Unsupported("ID tokens signed by a key pair"));
    }
    Ok(())
}

fn plain_https(url: &Url) -> bool {
    url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && url.has_host()
}
