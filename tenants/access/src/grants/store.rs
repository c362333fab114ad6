//! The SQL of grants.

use bailiwick_store::{AccountId, At, Door, Lineage, OperatorId, Scope};
use sqlx::FromRow;

use super::{GrantId, Member};
use crate::accounts::texts;
use crate::permission::Role;
use crate::principal::Held;

#[derive(FromRow)]
struct HeldRow {
    tenant_id: AccountId,
    lineage: Lineage,
    #[sqlx(try_from = "String")]
    role: Role,
}

/// Every role that an operator holds.
pub(crate) async fn held_by(door: &mut Door, operator: OperatorId) -> sqlx::Result<Vec<Held>> {
    let rows: Vec<HeldRow> =
        sqlx::query_as("select tenant_id, lineage, role from grants where operator_id = $1 order by lineage")
            .bind(operator)
            .fetch_all(door.sql())
            .await?;
    Ok(rows.into_iter().map(|row| Held { account: row.tenant_id, lineage: row.lineage, role: row.role }).collect())
}

/// False where the operator has a role on the scope's account already.
pub(crate) async fn insert(scope: &mut Scope, grant: GrantId, operator: OperatorId, role: Role) -> sqlx::Result<bool> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into grants (tenant_id, lineage, id, operator_id, role) values ($1, $2, $3, $4, $5::text)
         on conflict (tenant_id, operator_id) do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(grant)
    .bind(operator)
    .bind(role.name())
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// The role of an operator on the scope's own account, locked until the transaction ends.
pub(super) async fn find(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Option<(GrantId, Role)>> {
    #[derive(FromRow)]
    struct Row {
        id: GrantId,
        #[sqlx(try_from = "String")]
        role: Role,
    }
    let account = scope.account();
    let row: Option<Row> =
        sqlx::query_as("select id, role from grants where tenant_id = $1 and operator_id = $2 for update")
            .bind(account)
            .bind(operator)
            .fetch_optional(scope.sql())
            .await?;
    Ok(row.map(|row| (row.id, row.role)))
}

/// Whether the scope's account has an owner beside this one. All its owners are locked, so that two cannot leave at once.
pub(super) async fn has_other_owner(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<bool> {
    let account = scope.account();
    let owners: Vec<OperatorId> = sqlx::query_scalar(
        "select operator_id from grants where tenant_id = $1 and role = 'owner' order by operator_id for update",
    )
    .bind(account)
    .fetch_all(scope.sql())
    .await?;
    Ok(owners.iter().any(|owner| *owner != operator))
}

/// Whether somebody else owns one of these accounts.
pub(super) async fn has_owner_at(door: &mut Door, lineages: &[Lineage], operator: OperatorId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from grants where lineage = any($1) and role = 'owner' and operator_id <> $2)",
    )
    .bind(texts(lineages))
    .bind(operator)
    .fetch_one(door.sql())
    .await
}

pub(super) async fn change(scope: &mut Scope, operator: OperatorId, role: Role) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update grants set role = $3::text where tenant_id = $1 and operator_id = $2")
        .bind(account)
        .bind(operator)
        .bind(role.name())
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(super) async fn remove(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from grants where tenant_id = $1 and operator_id = $2")
        .bind(account)
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Those granted on `lineage` or on the way down to it, as far as the scope sees.
pub(super) async fn members(scope: &mut Scope, account: AccountId, lineage: &Lineage) -> sqlx::Result<Vec<Member>> {
    #[derive(FromRow)]
    struct Row {
        id: GrantId,
        tenant_id: AccountId,
        account_name: String,
        operator_id: OperatorId,
        email: String,
        name: String,
        #[sqlx(try_from = "String")]
        role: Role,
        last_seen_at: Option<At>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select g.id, g.tenant_id, a.name as account_name, g.operator_id, o.email, o.name, g.role, o.last_seen_at
         from grants g
         join accounts a on a.tenant_id = g.tenant_id
         join operators o on o.id = g.operator_id
         where g.lineage = any($1)
         order by o.name, o.id, length(g.lineage) desc",
    )
    .bind(texts(&lineage.path()))
    .fetch_all(scope.sql())
    .await?;
    let member = |row: Row| Member {
        operator: row.operator_id,
        email: row.email,
        name: row.name,
        role: row.role,
        grant: row.id,
        inherited_from: (row.tenant_id != account).then_some((row.tenant_id, row.account_name)),
        last_seen_at: row.last_seen_at.map(|at| at.0),
    };
    Ok(rows.into_iter().map(member).collect())
}
