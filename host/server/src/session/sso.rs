//! `/session/sso`: signing in by the provider of an address's domain. What ties a provider's answer to the browser is a
//! cookie that no script reads and that no other site's page brings along; the answer itself comes by the portal's own
//! page, so that every call here is one of the portal's.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{
    branding::HostName,
    sessions::Whence,
    sso::{Begun, Client, Outcome, Person, Returned},
};
use bailiwick_oidc::{Answer, Proofs, ProviderError};
use bailiwick_text::Email;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::{ChallengeView, SignedInView, failed, signed_in_view};
use crate::{
    App,
    caller::{self, Caller},
    edge::{Device, Host, Json, Problem, Source},
    events::Concern,
    sign_in::redirect_uri,
};

/// Whose domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SsoQuestion)]
pub(super) struct Question {
    /// The part of an address behind the `@`. The rest is nobody's business here.
    domain: String,
}

/// Whether a domain's addresses are signed in by a provider.
#[derive(Serialize, ToSchema)]
pub struct SsoOffer {
    offered: bool,
}

/// Whether a provider signs the addresses of a domain in. It tells nothing of any person, and so is no attempt to sign in.
#[utoipa::path(post, path = "/api/v1/session/sso/offer", tag = "session",
    request_body = Question, responses((status = 200, body = SsoOffer)))]
pub(super) async fn offer_sso(State(app): State<App>, Json(body): Json<Question>) -> Result<Reply<SsoOffer>, Problem> {
    let offered = match body.domain.trim().parse::<HostName>() {
        Ok(domain) => app.access().sso_offered(&domain).await?,
        Err(_) => false,
    };
    Ok(Reply(SsoOffer { offered }))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SsoBegin)]
pub(super) struct Begin {
    email: Email,
    /// The path of the portal to come back to.
    #[serde(default = "start")]
    return_to: String,
}

/// Where to come back to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SsoLink)]
pub(super) struct Link {
    /// The path of the portal to come back to.
    #[serde(default = "start")]
    return_to: String,
}

fn start() -> String {
    "/".to_owned()
}

/// Where the browser is to go.
#[derive(Serialize, ToSchema)]
pub struct SsoRedirect {
    /// The provider's sign-in page.
    url: String,
}

/// Begins to sign in by the provider of an address's domain. Whether there is an operator of this address is not looked at.
#[utoipa::path(post, path = "/api/v1/session/sso", tag = "session",
    request_body = Begin, responses((status = 200, body = SsoRedirect)))]
pub(super) async fn begin_sso(
    State(app): State<App>,
    source: Source,
    host: Host,
    Json(body): Json<Begin>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    let to = redirect_uri(&app, portal(&app, host).await?.as_ref());
    let begun = app.access().begin_sso(app.sealing_key(), body.email.as_str(), &to, &body.return_to).await?;
    send(&app, begun, to).await
}

/// Begins to connect the operator signed in with its identity at the provider of its address's domain.
#[utoipa::path(post, path = "/api/v1/session/sso/link", tag = "session",
    request_body = Link, responses((status = 200, body = SsoRedirect)))]
pub(super) async fn link_sso(
    State(app): State<App>,
    caller: Caller,
    source: Source,
    host: Host,
    Json(body): Json<Link>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await?;
    let to = redirect_uri(&app, portal(&app, host).await?.as_ref());
    let begun = app.access().link_sso(&caller.principal, app.sealing_key(), &to, &body.return_to).await?;
    send(&app, begun, to).await
}

async fn send(app: &App, begun: Option<Begun>, to: String) -> Result<Response, Problem> {
    let Some(begun) = begun else {
        let detail = "No provider signs the addresses of this domain in.";
        return Err(Problem::new(StatusCode::NOT_FOUND, "sso_not_offered", detail));
    };
    let proofs = Proofs::of(begun.secret.clone());
    let client = client(begun.client, to);
    let url = app.providers().authorization_url(&client, &proofs, Some(begun.email.as_str())).await;
    let url = url.map_err(|error| unavailable(&error))?;
    let mut response = Reply(SsoRedirect { url: url.into() }).into_response();
    let cookie = caller::attempt::set(begun.secret.expose_secret(), app.config().transport.secure());
    response.headers_mut().extend(cookie);
    Ok(response)
}

/// What the provider sent back by the browser.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SsoAnswer)]
pub(super) struct Finish {
    state: String,
    /// Absent where the provider refused.
    #[schema(value_type = Option<String>, write_only)]
    code: Option<SecretString>,
    /// Who says so, where the provider names itself.
    iss: Option<String>,
    /// Why the provider refused.
    error: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct SsoDone {
    /// The path of the portal to go on to.
    return_to: String,
    /// The new session; its cookie comes with the reply.
    session: Option<SignedInView>,
    /// A code of the second factor is to follow.
    challenge: Option<ChallengeView>,
}

/// Ends a sign-in by a provider, in the browser that began it, once: with a session, with the question for a code of the
/// operator's second factor, or with neither where the operator signed in was connected.
#[utoipa::path(post, path = "/api/v1/session/sso/finish", tag = "session",
    request_body = Finish, responses((status = 200, body = SsoDone)))]
pub(super) async fn finish_sso(
    State(app): State<App>,
    source: Source,
    Device(device): Device,
    headers: HeaderMap,
    Json(body): Json<Finish>,
) -> Result<Response, Problem> {
    app.limits().sign_in.count(&source.network()).await.inspect_err(|_| failed(&app, "limited"))?;
    let secure = app.config().transport.secure();
    // an answer to another sign-in takes nothing from this one: whoever sends a browser here with one ends nothing
    let secret = caller::attempt::read(&headers, secure).ok_or_else(over)?;
    let proofs = Proofs::of(secret.clone());
    if !proofs.is_state(&body.state) {
        failed(&app, "refused");
        return Err(over());
    }
    let network = source.network();
    let whence = Whence { source: Some(source.to_string()), device };
    let mut response = match finished(&app, whence, &headers, (&secret, &proofs), body).await {
        Ok(response) => {
            if response.status().is_success() {
                app.limits().sign_in.give_back(&network).await;
            }
            response
        }
        Err(problem) => {
            failed(&app, "refused");
            problem.into_response()
        }
    };
    // whatever became of it, the attempt is used up
    if let Some((name, value)) = caller::attempt::clear(secure) {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn over() -> Problem {
    let detail = "The sign-in took too long, or began in another browser: start again.";
    Problem::new(StatusCode::FORBIDDEN, "sso_over", detail)
}

async fn finished(
    app: &App,
    whence: Whence,
    headers: &HeaderMap,
    (secret, proofs): (&SecretString, &Proofs),
    body: Finish,
) -> Result<Response, Problem> {
    let returned = app.access().return_sso(app.sealing_key(), secret).await?.ok_or_else(over)?;
    let source = whence.source.clone();
    let Some(code) = body.code.filter(|_| body.error.is_none()) else {
        app.access().refuse_sso(&returned, "refused_by_provider", None, source).await?;
        return Err(refused("sso_refused", "The provider signed nobody in."));
    };
    let client = client(returned.client.clone(), returned.redirect_uri.clone());
    let answer = Answer { code, issuer: body.iss };
    let claims = match app.providers().redeem(&client, proofs, answer, app.store().now()).await {
        Ok(claims) => claims,
        Err(error) => {
            tracing::warn!(code = error.code(), error = %error, "a provider's answer was not taken");
            app.access().refuse_sso(&returned, error.code(), None, source).await?;
            return Err(match error {
                ProviderError::Reach { .. } | ProviderError::Status { .. } => unavailable(&error),
                _ => {
                    refused("sso_refused", "The provider's answer proves nothing: start again, or tell who set it up.")
                }
            });
        }
    };
    let person = Person {
        subject: claims.subject.clone(),
        email: claims.email.clone(),
        email_verified: claims.email_verified,
        name: claims.name.clone(),
    };
    let replaces = caller::session_cookie(app, headers);
    let values = |claim: &str| claims.values(claim);
    let outcome = app.access().finish_sso(&returned, &person, values, whence, replaces.as_ref()).await?;
    // what the provider says of somebody may have changed what that one holds there, also where it is refused
    let changed = caller::changed(Concern::Place(returned.place().clone()));
    let reply = match outcome {
        Outcome::SignedIn(done) => {
            let (view, cookie) = signed_in_view(app, done).await?;
            let mut response = Reply(done_with(&returned, Some(view), None)).into_response();
            response.headers_mut().extend(cookie);
            response
        }
        Outcome::SecondFactor(challenge) => {
            app.metrics().sign_ins.with_label_values(&["code_asked"]).inc();
            Reply(done_with(&returned, None, Some(challenge.into()))).into_response()
        }
        Outcome::Linked => Reply(done_with(&returned, None, None)).into_response(),
        Outcome::Refused(refusal) => {
            failed(app, "refused");
            refused(refusal.code(), format!("Nobody was signed in: {refusal}.")).into_response()
        }
    };
    Ok((changed, reply).into_response())
}

fn done_with(returned: &Returned, session: Option<SignedInView>, challenge: Option<ChallengeView>) -> SsoDone {
    SsoDone { return_to: returned.return_to.clone(), session, challenge }
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, detail)
}

fn unavailable(error: &ProviderError) -> Problem {
    tracing::warn!(code = error.code(), error = %error, "a sign-in provider is of no use");
    let detail = "The provider cannot be used at present: try again, or tell who set it up.";
    Problem::new(StatusCode::BAD_GATEWAY, "sso_unavailable", detail)
}

/// The portal's own host name, where the call came by one that an account was given.
async fn portal(app: &App, host: Host) -> Result<Option<HostName>, Problem> {
    match host.0 {
        Some(host) => Ok(app.access().is_portal_host(&host).await?.then_some(host)),
        None => Ok(None),
    }
}

fn client(client: Client, redirect_uri: String) -> bailiwick_oidc::Client {
    bailiwick_oidc::Client {
        account: client.account,
        issuer: client.issuer,
        client_id: client.client_id,
        secret: client.secret,
        scopes: client.scopes,
        redirect_uri,
    }
}
