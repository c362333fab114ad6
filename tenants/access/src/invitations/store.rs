//! The SQL of invitations.

use crate::error::AccessError;
use bailiwick_store::{AccountId, Actor, At, Cursor, Door, Lineage, OperatorId, Ops, Page, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Invitation, InvitationId, NewInvitation};
use crate::accounts::texts;
use crate::grants::Given;
use crate::role::{Role, RoleId, RoleRef};
use bailiwick_text::Email;

#[derive(FromRow)]
struct Row {
    id: InvitationId,
    email: String,
    name: Option<String>,
    role: Option<String>,
    role_id: Option<RoleId>,
    excluded: Vec<AccountId>,
    locale: String,
    invited_by: String,
    created_at: At,
    expires_at: At,
}

impl Row {
    fn known(self) -> Option<Invitation> {
        let built_in = self.role.and_then(|name| name.parse::<Role>().ok()).map(RoleRef::BuiltIn);
        let role = built_in.or(self.role_id.map(RoleRef::Made))?;
        Some(Invitation {
            id: self.id,
            email: self.email,
            name: self.name,
            given: Given { role, excluded: self.excluded },
            locale: self.locale,
            invited_by: self.invited_by.parse::<Actor>().ok()?,
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
        })
    }
}

/// The account of an open invitation, by its link.
pub(super) async fn find(
    door: &mut Door,
    hash: &[u8; 32],
    now: Timestamp,
) -> sqlx::Result<Option<(AccountId, InvitationId)>> {
    sqlx::query_as(
        "select tenant_id, id from invitations
         where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2",
    )
    .bind(hash.as_slice())
    .bind(At(now))
    .fetch_optional(door.sql())
    .await
}
/// Those of the scope's account that wait, newest first.
pub(super) async fn open(
    scope: &mut Scope,
    now: Timestamp,
    page: &PageRequest,
) -> Result<Page<Invitation>, AccessError> {
    let account = scope.account();
    let (at, id) = page.after_time()?;
    let rows: Vec<Row> = sqlx::query_as(
        "select id, email, name, role::text, role_id, excluded, locale, invited_by, created_at, expires_at
         from invitations
         where tenant_id = $1 and accepted_at is null and revoked_at is null and expires_at > $2
           and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc limit $5",
    )
    .bind(account)
    .bind(At(now))
    .bind(at)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?;
    Ok(page.page(rows, |last| Cursor::time(last.created_at.0, last.id.get())).filter_map(Row::known))
}

/// One of the scope's account that waits.
pub(super) async fn get(scope: &mut Scope, id: InvitationId, now: Timestamp) -> sqlx::Result<Option<Invitation>> {
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select id, email, name, role::text, role_id, excluded, locale, invited_by, created_at, expires_at
         from invitations
         where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > $3",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.and_then(Row::known))
}

pub(super) async fn insert(
    scope: &mut Scope,
    id: InvitationId,
    new: &NewInvitation,
    now: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    let (account, lineage, by) = (scope.account(), scope.lineage().clone(), scope.actor().to_string());
    let sent_by = scope.actor().operator();
    let (role, role_id) = match new.given.role {
        RoleRef::BuiltIn(role) => (Some(role.name()), None),
        RoleRef::Made(id) => (None, Some(id)),
    };
    sqlx::query(
        "insert into invitations (tenant_id, lineage, id, email, email_key, name, role, role_id, excluded, locale,
                                  invited_by, created_at, expires_at, sent_by)
         values ($1, $2, $3, $4, $5, $6, $7::text, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(new.email.as_str())
    .bind(new.email.key())
    .bind(&new.name)
    .bind(role)
    .bind(role_id)
    .bind(&new.given.excluded)
    .bind(&new.locale)
    .bind(by)
    .bind(At(now))
    .bind(At(expires_at))
    .bind(sent_by)
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Gives the invitation a fresh link, if it waits.
pub(super) async fn link(scope: &mut Scope, id: InvitationId, hash: &[u8; 32]) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update invitations set token_hash = $3 where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(id)
        .bind(hash.as_slice())
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Revokes what an address was offered before on this account.
pub(super) async fn replace(scope: &mut Scope, email: &Email, now: Timestamp) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query(
        "update invitations set revoked_at = $3
         where tenant_id = $1 and email_key = $2 and accepted_at is null and revoked_at is null",
    )
    .bind(account)
    .bind(email.key())
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// False where it does not wait any more.
pub(super) async fn revoke(scope: &mut Scope, id: InvitationId, now: Timestamp) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query(
        "update invitations set revoked_at = $3
         where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > $3",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Uses it up; false where somebody did before, or it does not wait any more.
pub(super) async fn accept(scope: &mut Scope, id: InvitationId, now: Timestamp) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query(
        "update invitations set accepted_at = $3
         where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > $3",
    )
    .bind(account)
    .bind(id)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Whoever invites below the same account waits for those before, until they are counted.
pub(super) async fn take_turn(scope: &mut Scope, top: &Lineage) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("invitations {top}"))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Since when the accounts at these places are there.
pub(super) async fn ages(ops: &mut Ops, places: &[Lineage]) -> sqlx::Result<Vec<(Lineage, At)>> {
    sqlx::query_as("select lineage, created_at from accounts where lineage = any($1)")
        .bind(texts(places))
        .fetch_all(ops.sql())
        .await
}

/// When the `nth` newest invitation since then was sent from an account or below it; none where there are fewer.
pub(super) async fn newest_below(
    ops: &mut Ops,
    place: &Lineage,
    since: Timestamp,
    nth: u32,
) -> sqlx::Result<Option<At>> {
    sqlx::query_scalar(
        "select created_at from invitations
         where lineage >= $1 collate \"C\" and lineage < $2 collate \"C\" and created_at > $3
         order by created_at desc offset $4 limit 1",
    )
    .bind(place)
    .bind(place.end())
    .bind(At(since))
    .bind(i64::from(nth) - 1)
    .fetch_optional(ops.sql())
    .await
}

/// Since when an operator is there.
pub(super) async fn age_of_operator(ops: &mut Ops, operator: OperatorId) -> sqlx::Result<Option<At>> {
    sqlx::query_scalar("select created_at from operators where id = $1").bind(operator).fetch_optional(ops.sql()).await
}

/// As [`newest_below`], of those that an operator sent, in person or by a token.
pub(super) async fn newest_by(
    ops: &mut Ops,
    operator: OperatorId,
    since: Timestamp,
    nth: u32,
) -> sqlx::Result<Option<At>> {
    sqlx::query_scalar(
        "select created_at from invitations where sent_by = $1 and created_at > $2
         order by created_at desc offset $3 limit 1",
    )
    .bind(operator)
    .bind(At(since))
    .bind(i64::from(nth) - 1)
    .fetch_optional(ops.sql())
    .await
}
