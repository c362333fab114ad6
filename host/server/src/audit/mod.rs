//! `/api/v1/accounts/{id}/audit`: who did what to what, newest first, and all of it to take along.

mod export;

use std::collections::{BTreeSet, HashMap};

use axum::response::Response;
use bailiwick_audit::{self as audit, AuditError, Record};
use bailiwick_store::{AccountId, Actor, OperatorId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    edge::{Format, List, Page, Problem, Query, Tabular},
    named::NamedView,
    operators::names::operator,
    work::{Authorized, Work, permission::ViewAudit},
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
    /// The operator's name.
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
    /// On whose behalf, as whose name it bears.
    r#as: Option<AuditActor>,
    /// The account above whose grant let the actor in; null where it was this one's own.
    through: Option<NamedView>,
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
        "as.kind",
        "as.id",
        "as.name",
        "through.id",
        "through.name",
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

/// Who and which accounts stand in entries, by name. They need not be in sight otherwise: whoever may read the audit
/// reads who has been there.
struct Names {
    operators: HashMap<OperatorId, String>,
    accounts: HashMap<AccountId, String>,
}

impl Names {
    async fn of(app: &App, records: &[Record]) -> Result<Self, Problem> {
        let actors = records.iter().flat_map(|record| [Some(record.actor.as_str()), record.as_whom.as_deref()]);
        let operators: BTreeSet<OperatorId> = actors.flatten().filter_map(operator).collect();
        let accounts: BTreeSet<AccountId> = records.iter().filter_map(|record| record.through).collect();
        Ok(Self {
            operators: app.access().names_of_operators(&operators.into_iter().collect::<Vec<_>>()).await?,
            accounts: app.access().names_of_accounts(&accounts.into_iter().collect::<Vec<_>>()).await?,
        })
    }

    fn actor(&self, text: &str) -> AuditActor {
        let (kind, id) = text.split_once(':').map_or((text, None), |(kind, id)| (kind, Some(id)));
        let name = operator(text).and_then(|operator| self.operators.get(&operator).cloned());
        AuditActor { kind: kind.to_owned(), id: id.map(str::to_owned), name }
    }
}

impl AuditEntry {
    fn new(record: Record, names: &Names) -> Self {
        let through = |account: AccountId| NamedView {
            id: account.get(),
            name: names.accounts.get(&account).cloned().unwrap_or_default(),
        };
        Self {
            id: record.id.get(),
            at: record.at,
            actor: names.actor(&record.actor),
            r#as: record.as_whom.map(|whom| names.actor(&whom)),
            through: record.through.map(through),
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
    work: Authorized<ViewAudit>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let (filter, page) = (filter.parse()?, page.request()?);
    let Work { app, mut scope, .. } = work.into_inner();
    let found = audit::list(&mut scope, &filter, &page).await?;
    scope.rollback().await?;
    let names = Names::of(&app, &found.items).await?;
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
            AuditError::Cursor(_) => Page::foreign_cursor(),
            AuditError::NoEntry => Self::not_found(),
            AuditError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
