//! `/api/v1/accounts/{id}/invitations`: a role by mail; and `/api/v1/invitations`, what the reader of a mail does.

mod accept;
mod create;
mod list;
mod offer;
mod revoke;

use bailiwick_access::invitations::InvitationId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::{Problem, Source},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(revoke::revoke))
        .routes(routes!(offer::offer))
        .routes(routes!(accept::accept))
}

/// Which invitation.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct InvitationAt {
    /// The invitation.
    #[param(value_type = Uuid)]
    invitation_id: InvitationId,
}

/// A link that does not hold counts as a guess of where it came from.
pub(crate) async fn guessed(app: &App, source: Source, problem: Problem) -> Problem {
    if matches!(problem.code(), "link_invalid" | "wrong_password")
        && let Err(limited) = app.limits().guesses.count(&source.network()).await
    {
        return limited;
    }
    problem
}
