//! The SQL of API tokens.

use bailiwick_store::{AccountId, At, Door, Lineage, OperatorId, PageRequest, Scope, TokenId};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Permits, Shown, Token};
use crate::error::AccessError;
use crate::permission::Permissions;
use crate::role::{KnownRole, Role};

/// A token as its account lists it.
#[derive(Debug, FromRow)]
pub(crate) struct Row {
    pub(super) id: TokenId,
    pub(super) name: String,
    role: Option<String>,
    permissions: Option<Vec<String>>,
    pub(super) created_by: Option<OperatorId>,
    pub(super) made_with: Option<TokenId>,
    pub(super) created_at: At,
    pub(super) expires_at: Option<At>,
    pub(super) last_used_at: Option<At>,
    pub(super) revoked_at: Option<At>,
}

impl Row {
    pub(super) fn permits(&self) -> Permits {
        permits(self.role.as_deref(), self.permissions.as_deref())
    }
}

/// A role that this version does not know any more permits nothing.
fn permits(role: Option<&str>, permissions: Option<&[String]>) -> Permits {
    match role.and_then(|name| name.parse().ok()) {
        Some(role) => Permits::Role(role),
        None => Permits::Permissions(permissions.map(Permissions::from_stored).unwrap_or_default()),
    }
}

/// A token as its secret finds it.
#[derive(Debug, FromRow)]
pub(crate) struct Found {
    pub(super) tenant_id: AccountId,
    pub(super) lineage: Lineage,
    pub(super) id: TokenId,
    role: Option<String>,
    permissions: Option<Vec<String>>,
    pub(super) suspended: bool,
    pub(super) created_by: Option<OperatorId>,
    pub(super) expires_at: Option<At>,
    pub(super) last_used_at: Option<At>,
    /// Whether it was, or the one that it was made with, or that one's.
    pub(super) revoked: bool,
}

impl Found {
    /// What it permits, as a role.
    pub(super) fn known_role(&self) -> KnownRole {
        match permits(self.role.as_deref(), self.permissions.as_deref()) {
            Permits::Role(role) => role.into(),
            Permits::Permissions(permissions) => KnownRole { permissions, ..Role::Viewer.into() },
        }
    }
}

/// What finds a token by a condition, with those that it was made with. A macro, since statements are literal.
macro_rules! found {
    ($condition:literal) => {
        concat!(
            "with recursive line as (
                 select id, made_with, revoked_at from api_tokens where ",
            $condition,
            "    union
                 select maker.id, maker.made_with, maker.revoked_at
                 from api_tokens maker join line on maker.id = line.made_with)
             select tenant_id, lineage, id, role::text, permissions, created_by, expires_at, last_used_at,
                    (select bool_or(revoked_at is not null) from line) as revoked,
                    exists (select from accounts a where a.suspended_at is not null and t.lineage ^@ a.lineage) as suspended
             from api_tokens t where ",
            $condition
        )
    };
}

pub(super) async fn find(door: &mut Door, hash: &[u8; 32]) -> sqlx::Result<Option<Found>> {
    sqlx::query_as(found!("token_hash = $1")).bind(hash.as_slice()).fetch_optional(door.sql()).await
}

/// A token by its id.
pub(crate) async fn find_by_id(door: &mut Door, token: TokenId) -> sqlx::Result<Option<Found>> {
    sqlx::query_as(found!("id = $1")).bind(token).fetch_optional(door.sql()).await
}

pub(super) async fn touch(door: &mut Door, account: AccountId, token: TokenId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update api_tokens set last_used_at = $3 where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(token)
        .bind(At(now))
        .execute(door.sql())
        .await
        .map(drop)
}

pub(super) async fn insert(scope: &mut Scope, token: &Token, hash: &[u8; 32]) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into api_tokens
             (tenant_id, lineage, id, name, role, permissions, token_hash, created_by, created_at, expires_at, made_with)
         values ($1, $2, $3, $4, $5::text, $6, $7, $8, $9, $10, $11)",
    )
    .bind(account)
    .bind(lineage)
    .bind(token.id)
    .bind(&token.name)
    .bind(token.permits.role().map(Role::name))
    .bind(token.permits.role().is_none().then(|| token.permits.permissions().names()))
    .bind(hash.as_slice())
    .bind(token.created_by)
    .bind(At(token.created_at))
    .bind(token.expires_at.map(At))
    .bind(token.made_with)
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn list(scope: &mut Scope, shown: Shown, page: &PageRequest) -> Result<Vec<Row>, AccessError> {
    let account = scope.account();
    let (at, id) = page.after_time()?;
    Ok(sqlx::query_as(
        "select id, name, role::text, permissions, created_by, made_with, created_at, expires_at, last_used_at, revoked_at
         from api_tokens
         where tenant_id = $1 and ($2 or revoked_at is null)
           and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc limit $5",
    )
    .bind(account)
    .bind(shown == Shown::All)
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?)
}

/// False where the scope's own account has no such token or it is revoked.
pub(super) async fn revoke(scope: &mut Scope, token: TokenId, now: Timestamp) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query("update api_tokens set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null")
        .bind(account)
        .bind(token)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Revokes what an operator made anywhere in the scope; returns how many.
pub(crate) async fn revoke_made_by(scope: &mut Scope, operator: OperatorId, now: Timestamp) -> sqlx::Result<u64> {
    sqlx::query("update api_tokens set revoked_at = $2 where created_by = $1 and revoked_at is null")
        .bind(operator)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected())
}

/// A token with where it lies.
#[derive(Debug, FromRow)]
pub(super) struct OwnRow {
    pub(super) tenant_id: AccountId,
    pub(super) lineage: Lineage,
    #[sqlx(flatten)]
    pub(super) row: Row,
}

/// What an operator made anywhere and that was neither revoked nor has expired, newest first.
pub(super) async fn made_by(door: &mut Door, operator: OperatorId, now: Timestamp) -> sqlx::Result<Vec<OwnRow>> {
    sqlx::query_as(
        "select tenant_id, lineage, id, name, role::text, permissions, created_by, made_with, created_at, expires_at,
                last_used_at, revoked_at
         from api_tokens
         where created_by = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
         order by id desc limit 500",
    )
    .bind(operator)
    .bind(At(now))
    .fetch_all(door.sql())
    .await
}
