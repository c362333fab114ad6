//! Signing somebody in at a provider, in two steps: where to send the browser, and what its answer is worth.

use std::sync::Arc;

use bailiwick_egress::{Egress, EgressError};
use bailiwick_store::AccountId;
use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, PkceCodeChallenge, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::cache::Cache;
use crate::claims::{Claims, More, says_yes};
use crate::error::{ProviderError, Stage};
use crate::examine::{Examined, examine};
use crate::fetch::Fetch;
use crate::metadata::{self, ALGORITHMS, Metadata};
use crate::proofs::Proofs;

/// How much clocks may differ, and how old a token may be that was made for this sign-in. Seconds.
const SKEW: i64 = 60;
const OLDEST: i64 = 15 * 60;

type Fields = IdTokenFields<
    More,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Relying = openidconnect::Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An account as a client of its provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// Whose.
    pub account: AccountId,
    /// The provider, exactly as it names itself.
    pub issuer: String,
    /// The client's name there.
    pub client_id: String,
    /// Its secret; a public client has none.
    pub secret: Option<SecretString>,
    /// Scopes beside `openid email profile`.
    pub scopes: Vec<String>,
    /// Where answers go, exactly as it is registered there.
    pub redirect_uri: String,
}

/// What came back by the browser.
#[derive(Debug)]
pub struct Answer {
    /// The code, good once.
    pub code: SecretString,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
}

/// The providers of all accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Providers {
    egress: Egress,
    cache: Arc<Cache>,
}

impl Providers {
    /// By this way out.
    #[must_use]
    pub fn new(egress: Egress) -> Self {
        Self { egress, cache: Arc::default() }
    }

    /// Looks at a provider afresh, for whoever sets it up.
    ///
    /// # Errors
    /// Where the allow-list cannot be read; what is wrong with the provider stands in what was found.
    pub async fn examine(&self, account: AccountId, issuer: &str) -> Result<Examined, EgressError> {
        examine(&self.egress, account, issuer).await
    }

    /// Where to send the browser. `hint` is the address that was typed.
    ///
    /// # Errors
    /// [`ProviderError`] where the provider's configuration is not to be had.
    pub async fn authorization_url(
        &self,
        client: &Client,
        proofs: &Proofs,
        hint: Option<&str>,
    ) -> Result<Url, ProviderError> {
        let metadata = self.metadata(client).await?;
        let relying = relying(&metadata, client)?;
        let (state, nonce) = (CsrfToken::new(proofs.state()), proofs.nonce());
        let mut request = relying
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&proofs.verifier()));
        for scope in ["email", "profile"].into_iter().chain(client.scopes.iter().map(String::as_str)) {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        if let Some(hint) = hint {
            request = request.add_extra_param("login_hint", hint.to_owned());
        }
        Ok(request.url().0)
    }

    /// What an answer proves. The `state` was looked at before.
    ///
    /// # Errors
    /// [`ProviderError`]; then it proves nothing.
    pub async fn redeem(
        &self,
        client: &Client,
        proofs: &Proofs,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Claims, ProviderError> {
        let metadata = self.metadata(client).await?;
        let named = answer.issuer.as_deref();
        if named.is_some_and(|issuer| issuer != client.issuer) || (named.is_none() && metadata::names_issuer(&metadata))
        {
            return Err(ProviderError::MixedUp);
        }
        let asking = relying(&metadata, client)?;
        let fetch = Fetch::new(self.egress.clone(), client.account);
        let reply = asking
            .exchange_code(AuthorizationCode::new(answer.code.expose_secret().to_owned()))
            .map_err(|_| ProviderError::Unsupported("the authorization code flow"))?
            .set_pkce_verifier(proofs.verifier())
            .request_async(&fetch)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => ProviderError::Refused(said.error().to_string()),
                RequestTokenError::Request(source) => ProviderError::Reach { stage: Stage::Token, source },
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    ProviderError::Malformed { stage: Stage::Token, detail: "it is no token response" }
                }
            })?;
        let token = reply.id_token().ok_or(ProviderError::Token("there is none"))?;
        let verified = |asking: &Relying| {
            let verifier =
                asking.id_token_verifier().set_allowed_algs(ALGORITHMS).set_issue_time_verifier_fn(move |at| {
                    let age = now.as_second().saturating_sub(at.timestamp());
                    if (-SKEW..=OLDEST).contains(&age) { Ok(()) } else { Err("issued at another time".to_owned()) }
                });
            let claims = token.claims(&verifier, &proofs.nonce())?;
            // looked at here, since the library leaves it to its users (OpenID Connect Core 1.0, 3.1.3.7, 5)
            let party = claims.authorized_party().is_none_or(|party| **party == client.client_id);
            let alive = now.as_second() < claims.expiration().timestamp().saturating_add(SKEW);
            match (party, alive) {
                (false, _) => Err(ClaimsVerificationError::InvalidAudience(String::new())),
                (_, false) => Err(ClaimsVerificationError::Expired(String::new())),
                _ => Ok(read(claims)),
            }
        };
        match verified(&asking) {
            // its keys may have changed since they were fetched
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
                if self.cache.renew(client.account, &client.issuer) =>
            {
                let again = relying(&self.metadata(client).await?, client)?;
                verified(&again).map_err(|error| refused(&error))
            }
            outcome => outcome.map_err(|error| refused(&error)),
        }
    }

    async fn metadata(&self, client: &Client) -> Result<Metadata, ProviderError> {
        if let Some(kept) = self.cache.find(client.account, &client.issuer) {
            return Ok(kept);
        }
        let fetch = Fetch::new(self.egress.clone(), client.account);
        let metadata = metadata::fetch(&fetch, &client.issuer).await?;
        let metadata = metadata::with_keys(&fetch, metadata).await?;
        self.cache.keep(client.account, &client.issuer, metadata.clone());
        Ok(metadata)
    }
}

fn relying(metadata: &Metadata, client: &Client) -> Result<Relying, ProviderError> {
    let secret = client.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
    let redirect = RedirectUrl::new(client.redirect_uri.clone())
        .map_err(|_| ProviderError::Unsupported("the address of this portal"))?;
    let relying: Relying = openidconnect::Client::from_provider_metadata(
        metadata.clone(),
        ClientId::new(client.client_id.clone()),
        secret,
    )
    .set_redirect_uri(redirect);
    let way = if metadata::secret_in_body(metadata) { AuthType::RequestBody } else { AuthType::BasicAuth };
    Ok(relying.set_auth_type(way))
}

fn read(claims: &IdTokenClaims<More, CoreGenderClaim>) -> Claims {
    let text = |claim: Option<String>| claim.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    let more = claims.additional_claims().clone();
    Claims {
        subject: claims.subject().to_string(),
        email: text(claims.email().map(|email| email.to_string())),
        email_verified: claims.email_verified() == Some(true) || says_yes(&more, "xms_edov"),
        name: text(name).or_else(|| text(claims.preferred_username().map(|name| name.to_string()))),
        more,
    }
}

/// By kind alone: what the token says is not repeated.
fn refused(error: &ClaimsVerificationError) -> ProviderError {
    ProviderError::Token(match error {
        ClaimsVerificationError::Expired(_) => "it has expired, or was issued at another time",
        ClaimsVerificationError::InvalidAudience(_) => "it is for another client",
        ClaimsVerificationError::InvalidIssuer(_) => "it is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "it answers another sign-in",
        ClaimsVerificationError::SignatureVerification(_) => "its signature is not the issuer's",
        _ => "it is not as it should be",
    })
}
