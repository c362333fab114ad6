//! `PATCH /accounts/{id}/operators/{operator_id}`: another role, other branches left out, on this very account only.

use axum::{Json as Reply, extract::State};
use bailiwick_access::{RoleRef, grants::Given};
use bailiwick_store::AccountId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountOperator, OperatorAt};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// What it may do from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorGrant)]
pub(super) struct Body {
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor`, `viewer`, or the id of a role that was made.
    #[schema(value_type = String)]
    role: RoleRef,
    /// Accounts below whose branches the grant leaves out; at most 100. None where absent.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    excluded: Vec<AccountId>,
}

/// Changes what an operator was granted on this very account.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}/operators/{operator_id}", tag = "operators",
    params(AccountAt, OperatorAt), request_body = Body, responses((status = 200, body = AccountOperator)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<OperatorAt>,
    Json(body): Json<Body>,
) -> Result<Reply<AccountOperator>, Problem> {
    let given = Given { role: body.role, excluded: body.excluded };
    app.access().change_grant(&caller.principal, account.id, at.operator_id, given).await?;
    let member = app.access().member(&caller.principal, account.id, at.operator_id).await?;
    Ok(Reply(member.into()))
}
