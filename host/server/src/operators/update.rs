use axum::{Json as Reply, extract::State};
use bailiwick_access::Role;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountOperator, OperatorAt};
use crate::{
    App,
    accounts::AccountAt,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// The role to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorRole)]
pub(super) struct Body {
    /// `owner`, `technician` or `viewer`.
    #[schema(value_type = String)]
    role: Role,
}

/// Changes the role that an operator holds on this very account.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}/operators/{operator_id}", tag = "operators",
    params(AccountAt, OperatorAt), request_body = Body, responses((status = 200, body = AccountOperator)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(account): Path<AccountAt>,
    Path(at): Path<OperatorAt>,
    Json(body): Json<Body>,
) -> Result<Reply<AccountOperator>, Problem> {
    app.access().change_role(&caller.principal, account.id, at.operator_id, body.role).await?;
    let members = app.access().members(&caller.principal, account.id).await?;
    let member = members.into_iter().find(|m| m.operator == at.operator_id && m.inherited_from.is_none());
    Ok(Reply(member.ok_or_else(Problem::not_found)?.into()))
}
