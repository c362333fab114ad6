//! `POST /accounts/{id}/move` and `GET /accounts/{id}/moves`: what a move would do, to ask for it, and what became of it.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode, response::Response};
use bailiwick_access::{
    Permission,
    accounts::moves::{Conflict, Move, Plan, Reach},
};
use bailiwick_devices::jobs::{self, NewJob};
use bailiwick_store::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccountAt, workers};
use crate::{
    App,
    caller::Caller,
    edge::{Format, Json, List, Page, Path, Problem, Query, Tabular},
    work::{Once, Refused, permission::ManageAccounts},
};

/// Where an account is to be moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMove)]
pub(super) struct Body {
    /// The account below which it is to lie.
    #[schema(value_type = Uuid)]
    parent_id: AccountId,
    /// Only tells what it would do.
    #[serde(default)]
    dry_run: bool,
}

/// An operator whose access comes or goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedReach {
    operator_id: Uuid,
    name: String,
    email: String,
    role: String,
    /// The account that its role lies on.
    granted_on: Uuid,
}

/// Those whose access comes, or goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedAccess {
    operators: Vec<MovedReach>,
    /// How many more, whom you may not see.
    others: usize,
}

/// What a move would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovePlan {
    from_parent_id: Uuid,
    to_parent_id: Uuid,
    /// How many accounts move: itself and all below.
    accounts: i64,
    /// How many rows of which table.
    rows: BTreeMap<String, i64>,
    /// What stands in its way, each with a `code`; it can be done where there is nothing.
    #[schema(value_type = Vec<Object>)]
    conflicts: Vec<Conflict>,
    gains_access: MovedAccess,
    loses_access: MovedAccess,
    /// Accounts inside that a role above leaves out now, and which it no longer reaches then.
    exclusions_lapse: Vec<Uuid>,
    /// What accounts above come to deny to those above them.
    #[schema(value_type = Vec<String>)]
    restrictions_come: Vec<Permission>,
    /// What the account itself comes to deny to those above it: it is denied above it now, by accounts whose limits you do
    /// not decide. Its own people lift that.
    #[schema(value_type = Vec<String>)]
    restrictions_kept: Vec<Permission>,
    /// What is denied no longer.
    #[schema(value_type = Vec<String>)]
    restrictions_go: Vec<Permission>,
    /// Whether it lies in a suspended branch then.
    suspended: bool,
}

/// A move that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestedMove {
    id: Uuid,
}

/// A move, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Move)]
pub struct MoveView {
    id: Uuid,
    /// The parent that it left, where you see it.
    from_parent_id: Option<Uuid>,
    /// The parent that it came to, where you see it.
    to_parent_id: Option<Uuid>,
    /// `queued`, `done`, `refused` (see `result.conflicts`) or `failed`.
    state: String,
    requested_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// `{rows: {table: number}}` or `{conflicts: [...]}`.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
}

/// Moves an account with all below it to another parent, by a job; or tells what that would do. Ids, keys, collectors
/// and tokens stay as they are.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/move", tag = "accounts", params(AccountAt), request_body = Body,
    responses((status = 200, description = "What it would do, where `dry_run` is true.", body = MovePlan),
              (status = 202, description = "It will be done.", body = RequestedMove)))]
pub(super) async fn relocate(once: Once, Json(body): Json<Body>) -> Result<Response, Refused> {
    once.claim::<ManageAccounts>().await?;
    if body.dry_run {
        let plan = once.app.access().plan_move(&once.caller.principal, once.account, body.parent_id).await;
        return once.end(StatusCode::OK, plan.map(MovePlan::from)).await;
    }
    let begun = begin(&once, body.parent_id).await;
    once.end(StatusCode::ACCEPTED, begun).await
}

async fn begin(once: &Once, to: AccountId) -> Result<RequestedMove, Problem> {
    let access = once.app.access();
    let mut begun = access.begin_move(&once.caller.principal, once.account, to).await?;
    let now = once.app.store().now();
    let job = NewJob {
        kind: workers::MOVE,
        key: begun.id.to_string(),
        arguments: json!({ "account": once.account, "move": begun.id }),
        run_at: now,
        max_attempts: 20,
        recurs: None,
    };
    jobs::enqueue(&mut begun.scope, &job, now).await.map_err(|error| match error {
        jobs::JobError::Store(error) => error.into(),
        other => Problem::internal(&other),
    })?;
    Ok(RequestedMove { id: begun.commit().await?.get() })
}

/// The moves of an account, the latest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/moves", tag = "accounts", params(AccountAt, Page),
    responses((status = 200, body = List<MoveView>)))]
pub(super) async fn moves(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    let found = app.access().moves(&caller.principal, at.id, &page.request()?).await?;
    form.reply(List::of(found, MoveView::from))
}

impl Tabular for MoveView {
    const COLUMNS: &'static [&'static str] =
        &["id", "from_parent_id", "to_parent_id", "state", "requested_at", "ended_at", "result"];
}

impl From<Reach> for MovedAccess {
    fn from(reach: Reach) -> Self {
        let view = |one: bailiwick_access::accounts::moves::Reaching| MovedReach {
            operator_id: one.operator.get(),
            name: one.name,
            email: one.email,
            role: one.role,
            granted_on: one.granted_on.get(),
        };
        Self { operators: reach.operators.into_iter().map(view).collect(), others: reach.others }
    }
}

impl From<Plan> for MovePlan {
    fn from(plan: Plan) -> Self {
        Self {
            from_parent_id: plan.from.get(),
            to_parent_id: plan.to.get(),
            accounts: plan.accounts,
            rows: plan.rows,
            conflicts: plan.conflicts,
            gains_access: plan.gains.into(),
            loses_access: plan.loses.into(),
            exclusions_lapse: plan.exclusions_lapse.into_iter().map(|id| id.get()).collect(),
            restrictions_come: plan.restrictions_come,
            restrictions_kept: plan.restrictions_kept,
            restrictions_go: plan.restrictions_go,
            suspended: plan.suspended,
        }
    }
}

impl From<Move> for MoveView {
    fn from(one: Move) -> Self {
        Self {
            id: one.id.get(),
            from_parent_id: one.from_parent.map(|id| id.get()),
            to_parent_id: one.to_parent.map(|id| id.get()),
            state: one.state,
            requested_at: one.requested_at,
            ended_at: one.ended_at.map(|at| at.0),
            result: one.result,
        }
    }
}
