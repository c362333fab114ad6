//! The SQL of sessions.

use crate::error::AccessError;
use bailiwick_store::{AccountId, At, Door, Lineage, OperatorId, Ops, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Session, SessionId};
use crate::principal::Principal;
use crate::sso::{ConnectionId, Through};

/// A session as its secret finds it.
#[derive(Debug, FromRow)]
pub(super) struct Found {
    pub(super) id: SessionId,
    pub(super) operator_id: OperatorId,
    pub(super) last_seen_at: At,
    pub(super) expires_at: At,
    pub(super) revoked_at: Option<At>,
    pub(super) viewing_as: Option<OperatorId>,
    pub(super) viewing_at: Option<AccountId>,
    pub(super) viewing_until: Option<At>,
    pub(super) viewing_through: Vec<AccountId>,
    pub(super) connection_id: Option<ConnectionId>,
    pub(super) place: Option<Lineage>,
}

pub(super) async fn find(door: &mut Door, hash: &[u8; 32]) -> sqlx::Result<Option<Found>> {
    sqlx::query_as(
        "select s.id, s.operator_id, s.last_seen_at, s.expires_at, s.revoked_at, s.viewing_as, s.viewing_at,
                s.viewing_until, s.viewing_through, s.connection_id, c.lineage as place
         from sessions s
         left join sign_in_connections c on c.tenant_id = s.sign_in_at and c.id = s.connection_id
         where s.token_hash = $1",
    )
    .bind(hash.as_slice())
    .fetch_optional(door.sql())
    .await
}

/// Notes that the session, and so its operator, was seen.
pub(super) async fn touch(
    door: &mut Door,
    session: SessionId,
    operator: OperatorId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "with seen as (update sessions set last_seen_at = $2 where id = $1 and last_seen_at < $2)
         update operators set last_seen_at = $2 where id = $3",
    )
    .bind(session)
    .bind(At(now))
    .bind(operator)
    .execute(door.sql())
    .await
    .map(drop)
}

pub(super) async fn insert(
    scope: &mut Scope,
    principal: &Principal,
    id: SessionId,
    operator: OperatorId,
    hash: &[u8; 32],
    now: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into sessions (id, operator_id, token_hash, source, created_at, last_seen_at, expires_at, device)
         values ($1, $2, $3, $4, $5, $5, $6, $7)",
    )
    .bind(id)
    .bind(operator)
    .bind(hash.as_slice())
    .bind(principal.source.as_deref())
    .bind(At(now))
    .bind(At(expires_at))
    .bind(principal.device.as_deref())
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Ends those that were used the longest ago, so that `most` are left.
pub(super) async fn end_beyond(scope: &mut Scope, operator: OperatorId, most: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update sessions set revoked_at = $3
         where id in (select id from sessions where operator_id = $1 and revoked_at is null and expires_at > $3
                      order by last_seen_at desc, id desc offset $2)",
    )
    .bind(operator)
    .bind(most)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Notes that the operator of the scope was seen.
pub(super) async fn seen(scope: &mut Scope, operator: OperatorId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update operators set last_seen_at = $2 where id = $1")
        .bind(operator)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Notes by which provider a session begins.
pub(super) async fn through(scope: &mut Scope, id: SessionId, through: &Through) -> sqlx::Result<()> {
    sqlx::query("update sessions set sign_in_at = $2, connection_id = $3 where id = $1")
        .bind(id)
        .bind(through.account)
        .bind(through.connection)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Ends those that began by a provider.
pub(crate) async fn revoke_by(
    scope: &mut Scope,
    operator: OperatorId,
    connection: ConnectionId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "update sessions set revoked_at = $3 where operator_id = $1 and connection_id = $2 and revoked_at is null",
    )
    .bind(operator)
    .bind(connection)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn list(
    scope: &mut Scope,
    operator: OperatorId,
    now: Timestamp,
    idle_since: Timestamp,
    page: &PageRequest,
) -> Result<Vec<Session>, AccessError> {
    let (at, id) = page.after_time()?;
    Ok(sqlx::query_as(
        "select id, created_at, last_seen_at, expires_at, source, device from sessions
         where operator_id = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3
           and ($4::timestamptz is null or (created_at, id) < ($4, $5))
         order by created_at desc, id desc limit $6",
    )
    .bind(operator)
    .bind(At(now))
    .bind(At(idle_since))
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?)
}

/// False where the operator has no such session or it was ended.
pub(super) async fn revoke(
    scope: &mut Scope,
    operator: OperatorId,
    session: SessionId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query("update sessions set revoked_at = $3 where id = $1 and operator_id = $2 and revoked_at is null")
        .bind(session)
        .bind(operator)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Ends all but one, or all of them; returns how many.
pub(crate) async fn revoke_but(
    scope: &mut Scope,
    operator: OperatorId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query(
        "update sessions set revoked_at = $3
         where operator_id = $2 and ($1::uuid is null or id <> $1) and revoked_at is null",
    )
    .bind(kept)
    .bind(operator)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected())
}

/// Whether a session of an operator goes on.
pub(crate) async fn is_live(
    door: &mut Door,
    operator: OperatorId,
    session: SessionId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from sessions
                        where id = $1 and operator_id = $2 and revoked_at is null and expires_at > $3)",
    )
    .bind(session)
    .bind(operator)
    .bind(At(now))
    .fetch_one(door.sql())
    .await
}

pub(super) async fn purge(ops: &mut Ops, before: Timestamp) -> sqlx::Result<u64> {
    sqlx::query("delete from sessions where expires_at < $1")
        .bind(At(before))
        .execute(ops.sql())
        .await
        .map(|done| done.rows_affected())
}
