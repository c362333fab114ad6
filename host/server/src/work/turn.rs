//! The one place where a call's work begins: it waits for its share of the server ([`bailiwick_shares`]).
//!
//! What stands before it is cheap and needs no transaction of its own: limits, the credential, the body's bytes. The look
//! at permissions before a body takes a share of its own, which goes back before the body is read. What stands behind it
//! is the work: the handler, its transaction, its JSON, and the packing of the reply. The share goes
//! back before the reply is sent, so a slow reader holds none.

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::Extensions,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_shares::{Party, Refused, Share};

use crate::{App, caller, edge::Problem, edge::Source, ingress::Peer};

/// Takes a share for the call, or refuses it.
pub async fn take(State(app): State<App>, request: Request, next: Next) -> Response {
    let share = match share(&app, request.extensions()).await {
        Ok(share) => share,
        Err(problem) => return problem.into_response(),
    };
    let response = made(next.run(request).await).await;
    drop(share);
    response
}

/// A share for the call, held until it is dropped: also for the look at permissions that stands before the body, since
/// that needs a connection.
pub(super) async fn share(app: &App, extensions: &Extensions) -> Result<Share, Problem> {
    let party = party(extensions).ok_or_else(Problem::not_found)?;
    Ok(app.shares().begin(party).await?)
}

/// Whose share it is: the collector's account, the caller's, or that of the network it comes from.
fn party(extensions: &Extensions) -> Option<Party> {
    if let Some(Peer(who)) = extensions.get::<Peer>() {
        return Some(Party::collector(who.account, who.collector));
    }
    let account = caller::found(extensions).and_then(|caller| caller.principal.home());
    let source = || extensions.get::<Source>().map(|source| Party::anonymous(source.network()));
    account.map(Party::call).or_else(source)
}

/// A reply whose bytes are all there, before they are packed.
#[derive(Debug, Clone, Copy)]
struct Whole;

/// Notes which replies are whole, before they are packed; an event stream or a file is not.
pub async fn note_whole(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.body().size_hint().exact().is_some() {
        response.extensions_mut().insert(Whole);
    }
    response
}

/// A whole reply, packed.
async fn made(response: Response) -> Response {
    if response.extensions().get::<Whole>().is_none() {
        return response;
    }
    let (parts, body) = response.into_parts();
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::OwnQueueFull => Self::too_much_at_once(1),
            Refused::ServerFull | Refused::WaitedTooLong => Self::unavailable(5),
        }
    }
}
