//! `/api/v1/accounts/{id}/audit`: who did what to what, newest first, and all of it to take along.

mod export;

use std::collections::HashMap;

use axum::response::Response;
use bailiwick_audit::{self as audit, AuditError, Record};
use bailiwick_store::{Actor, OperatorId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::{Format, List, Page, Problem, Query, Tabular},
    operators::names::{names, operator},
    work::{Authorized, permission::ViewAudit},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export::export))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Who acted: an operator's id, or an actor as entries show it (`collector:<id>`).
    actor: Option<String>,
    /// The action (`device.retire`), or what it begins with up to a dot (`device.`).
    action: Option<String>,
    /// The kind of object acted upon, or `<kind>:<id>`.
    object: Option<String>,
    /// `true`: only what was done by a grant on an account above, such as what a dealer did at its customer.
    from_above: Option<bool>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Before this time.
    to: Option<Timestamp>,
}

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// `operator`, `token`, `collector`, `enrollment`, `driver` or `system`.
    kind: String,
    /// The id, or the name of a driver or of a part of the platform.
    id: Option<String>,
    /// The operator's name, where it is known here.
    name: Option<String>,
}

/// What was acted upon.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditObject {
    kind: String,
    id: Option<String>,
    /// The name it bore then.
    name: Option<String>,
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    id: uuid::Uuid,
    at: Timestamp,
    actor: AuditActor,
    /// On whose behalf.
    r#as: Option<String>,
    /// The account above whose grant let the actor in; null where it was this one's own.
    through: Option<uuid::Uuid>,
    /// `device.retire`, …
    action: String,
    object: AuditObject,
    /// The address that the call came from.
    source: Option<String>,
    /// What it was.
    before: Option<Value>,
    /// What it became.
    after: Option<Value>,
    /// Why, as the actor said.
    reason: Option<String>,
    /// Whether everything personal was erased from it.
    erased: bool,
    /// Whether a signed seal covers it.
    sealed: bool,
}

impl Tabular for AuditEntry {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "actor.kind",
        "actor.id",
        "actor.name",
        "as",
        "through",
        "action",
        "object.kind",
        "object.id",
        "object.name",
        "source",
        "before",
        "after",
        "reason",
        "erased",
        "sealed",
    ];
}

impl AuditEntry {
    fn new(record: Record, names: &HashMap<OperatorId, String>) -> Self {
        let (kind, id) = record.actor.split_once(':').map_or((record.actor.as_str(), None), |(k, id)| (k, Some(id)));
        Self {
            id: record.id.get(),
            at: record.at,
            actor: AuditActor {
                kind: kind.to_owned(),
                id: id.map(str::to_owned),
                name: operator(&record.actor).and_then(|o| names.get(&o).cloned()),
            },
            r#as: record.as_whom,
            through: record.through.map(|account| account.get()),
            action: record.action,
            object: AuditObject { kind: record.object_kind, id: Some(record.object_id), name: record.object_name },
            source: record.source,
            before: record.before,
            after: record.after,
            reason: record.reason,
            erased: record.erased,
            sealed: record.sealed,
        }
    }
}

/// Entries of this account (not of those below it).
#[utoipa::path(get, path = "/api/v1/accounts/{id}/audit", tag = "audit",
    params(("id" = Uuid, Path, description = "The account."), Filter, Page),
    responses((status = 200, body = List<AuditEntry>)))]
async fn list(
    mut work: Authorized<ViewAudit>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let filter = filter.parse()?;
    let limit = u16::try_from(page.limit()?).unwrap_or(500);
    let found = audit::list(&mut work.scope, &filter, page.after()?, limit).await?;
    let names = names(&mut work.scope, found.items.iter().map(|record| record.actor.as_str())).await?;
    form.reply(List {
        items: found.items.into_iter().map(|record| AuditEntry::new(record, &names)).collect(),
        next: found.next.map(|cursor| cursor.to_string()),
    })
}

impl Filter {
    fn parse(self) -> Result<audit::Filter, Problem> {
        let given = |text: Option<String>| text.filter(|t| !t.is_empty());
        let actor = given(self.actor)
            .map(|text| {
                let operator = text.parse::<OperatorId>().map(Actor::Operator).ok();
                operator
                    .or_else(|| text.parse().ok())
                    .ok_or_else(|| Problem::field("actor", "invalid", "is no operator's id and no actor"))
            })
            .transpose()?;
        let (object_kind, object_id) = match given(self.object) {
            None => (None, None),
            Some(object) => match object.split_once(':') {
                Some((kind, id)) => (Some(kind.to_owned()), Some(id.to_owned())),
                None => (Some(object), None),
            },
        };
        Ok(audit::Filter {
            actor,
            action: given(self.action),
            object_kind,
            object_id,
            from_above: self.from_above.unwrap_or_default(),
            from: self.from,
            to: self.to,
        })
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Cursor => Page::foreign_cursor(),
            AuditError::NoEntry => Self::not_found(),
            AuditError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
