//! `GET` and `PUT /accounts/{id}/quotas`: what an account and all below it may have, and have.

use axum::{Json as Reply, extract::State};
use bailiwick_access::accounts::quotas::{Inherited, Limits, Quotas};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::AccountAt;
use crate::{
    App,
    caller::Caller,
    edge::{Json, Path, Problem},
};

/// Limits of an account and all below it; null where it is not limited here.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuotaLimits)]
pub struct LimitsView {
    /// Devices that are not retired.
    #[schema(minimum = 0)]
    devices: Option<i32>,
    /// Collectors that are not revoked.
    #[schema(minimum = 0)]
    collectors: Option<i32>,
    /// Operators with a role, each once.
    #[schema(minimum = 0)]
    operators: Option<i32>,
}

/// What a subtree has.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaUse {
    devices: i64,
    collectors: i64,
    operators: i64,
}

/// A limit of an account above that holds here too.
#[derive(Debug, Serialize, ToSchema)]
pub struct InheritedQuota {
    /// The account above.
    account_id: Uuid,
    /// `devices`, `collectors` or `operators`.
    what: &'static str,
    limit: i64,
    /// How much that account and all below it have.
    used: i64,
}

/// A thing of which an account has only so many, whatever its quotas say. Another is refused with `limit_reached`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cap {
    /// `accounts`, `operators`, `invitations`, `roles`, `tokens`, `sites`, `collectors`, `enrollments`, `groups` or
    /// `egress_hosts`.
    what: &'static str,
    most: i64,
    /// How many this very account has.
    used: i64,
}

/// What an account may have and has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quotas)]
pub struct QuotasView {
    limits: LimitsView,
    used: QuotaUse,
    /// Limits of accounts above, as far up as you see.
    inherited: Vec<InheritedQuota>,
    /// What there is of each thing of which an account has only so many.
    caps: Vec<Cap>,
}

/// What an account and all below it may have, and have.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/quotas", tag = "accounts", params(AccountAt),
    responses((status = 200, body = QuotasView)))]
pub(super) async fn quotas(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
) -> Result<Reply<QuotasView>, Problem> {
    Ok(Reply(app.access().quotas(&caller.principal, at.id).await?.into()))
}

/// Limits what an account and all below it may have, in place of what limited it before; only for somebody above it.
/// What is there already stays.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/quotas", tag = "accounts", params(AccountAt),
    request_body = LimitsView, responses((status = 200, body = QuotasView)))]
pub(super) async fn set_quotas(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<AccountAt>,
    Json(body): Json<LimitsView>,
) -> Result<Reply<QuotasView>, Problem> {
    let limits = Limits { devices: body.devices, collectors: body.collectors, operators: body.operators };
    app.access().set_quotas(&caller.principal, at.id, limits).await?;
    Ok(Reply(app.access().quotas(&caller.principal, at.id).await?.into()))
}

impl From<Quotas> for QuotasView {
    fn from(quotas: Quotas) -> Self {
        let Limits { devices, collectors, operators } = quotas.own;
        let inherited = |one: Inherited| InheritedQuota {
            account_id: one.account.get(),
            what: one.what.name(),
            limit: one.limit,
            used: one.used,
        };
        let limits = LimitsView { devices, collectors, operators };
        let [devices, collectors, operators] = quotas.used;
        Self {
            limits,
            used: QuotaUse { devices, collectors, operators },
            inherited: quotas.inherited.into_iter().map(inherited).collect(),
            caps: quotas
                .caps
                .into_iter()
                .map(|(what, used)| Cap { what: what.name(), most: what.most(), used })
                .collect(),
        }
    }
}
