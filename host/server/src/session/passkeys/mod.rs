//! `/session/passkeys`: one's own passkeys.

mod add;
mod change;
mod list;

use bailiwick_access::passkeys::Passkey;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, edge::Tabular};

/// The routes.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::passkeys, add::begin_passkey))
        .routes(routes!(add::add_passkey))
        .routes(routes!(list::ask_own_passkey))
        .routes(routes!(change::rename_passkey, change::remove_passkey))
}

/// One of one's own passkeys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub struct PasskeyView {
    id: Uuid,
    name: String,
    /// The host name that it is good under.
    host: String,
    created_at: Timestamp,
    /// Null where it was never used.
    last_used_at: Option<Timestamp>,
}

impl Tabular for PasskeyView {
    const COLUMNS: &'static [&'static str] = &["id", "name", "host", "created_at", "last_used_at"];
}

impl From<Passkey> for PasskeyView {
    fn from(passkey: Passkey) -> Self {
        let last_used_at = passkey.last_used_at();
        Self {
            id: passkey.id.get(),
            name: passkey.name,
            host: passkey.party,
            created_at: passkey.created_at,
            last_used_at,
        }
    }
}
