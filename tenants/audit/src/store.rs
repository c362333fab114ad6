//! The SQL of the audit.

use bailiwick_store::{AccountId, At, Ops, Scope};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::entry::{Detail, Entry, EntryId};
use crate::list::Filter;
use crate::look::Look;
use crate::merkle::{self, Hash};

/// One row as the seal sees it.
#[derive(Debug, FromRow)]
pub(crate) struct Sealable {
    pub(crate) tenant_id: AccountId,
    pub(crate) at: At,
    pub(crate) id: EntryId,
    pub(crate) transaction: String,
    pub(crate) position: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) detail: Option<String>,
    pub(crate) salt: Option<Vec<u8>>,
    pub(crate) detail_hash: Option<Vec<u8>>,
}

impl Sealable {
    /// The leaf: every column, the detail by its salted hash.
    pub(crate) fn leaf(&self) -> Hash {
        use sha2::{Digest, Sha256};
        let detail_hash = match (&self.detail, &self.salt) {
            (Some(detail), Some(salt)) => Sha256::new().chain_update(salt).chain_update(detail).finalize().to_vec(),
            _ => self.detail_hash.clone().unwrap_or_default(),
        };
        merkle::leaf([
            self.tenant_id.get().as_bytes().as_slice(),
            &self.at.0.as_microsecond().to_be_bytes(),
            self.id.get().as_bytes(),
            self.transaction.as_bytes(),
            &self.position.to_be_bytes(),
            self.actor.as_bytes(),
            self.action.as_bytes(),
            self.object_kind.as_bytes(),
            self.object_id.as_bytes(),
            &detail_hash,
        ])
    }

    pub(crate) fn is_erased(&self) -> bool {
        self.detail.is_none()
    }
}

/// One seal as stored. Transaction ids are text: they are 64 bits without a sign.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct SealRow {
    pub(crate) number: i64,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) leaves: Vec<u8>,
    pub(crate) root: Vec<u8>,
    pub(crate) previous: Vec<u8>,
    pub(crate) hash: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) key_id: Vec<u8>,
    pub(crate) sealed_at: At,
}

/// One row of a list.
#[derive(Debug, FromRow)]
pub(crate) struct ListRow {
    pub(crate) id: EntryId,
    pub(crate) at: At,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) detail: Option<Json<Detail>>,
    pub(crate) sealed: bool,
}

pub(crate) async fn insert(scope: &mut Scope, id: EntryId, entry: &Entry, salt: &[u8]) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query(
        "insert into audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(account)
    .bind(id)
    .bind(entry.action)
    .bind(entry.object.kind)
    .bind(&entry.object.id)
    .bind(Json(&entry.detail))
    .bind(salt)
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(crate) async fn insert_each(scope: &mut Scope, accounts: &[AccountId], entry: &Entry) -> sqlx::Result<()> {
    sqlx::query("select tenancy.tell_each($1, $2, $3, $4, $5)")
        .bind(accounts)
        .bind(entry.action)
        .bind(entry.object.kind)
        .bind(&entry.object.id)
        .bind(Json(&entry.detail))
        .execute(scope.sql())
        .await
        .map(drop)
}

pub(crate) async fn look(scope: &mut Scope, look: &Look, detail: &Detail) -> sqlx::Result<i64> {
    sqlx::query_scalar("select tenancy.note_look($1, $2, $3, $4)")
        .bind(look.action)
        .bind(Json(detail))
        .bind(look.here.map(At))
        .bind(look.below.map(At))
        .fetch_one(scope.sql())
        .await
}

/// Newest first. An action that ends in a dot stands for all that begin with it.
pub(crate) async fn list(
    scope: &mut Scope,
    filter: &Filter,
    after: (Option<At>, Option<Uuid>),
    limit: i64,
) -> sqlx::Result<Vec<ListRow>> {
    let account = scope.account();
    sqlx::query_as(
        "select id, at, actor, action, object_kind, object_id, detail,
                coalesce(transaction < (select last from audit_seals order by number desc limit 1), false) as sealed
         from audit_entries
         where tenant_id = $1
           and ($2::text is null or actor = $2 or split_part(actor, '/', 2) = $2)
           and ($3::text is null or action = $3 or (right($3, 1) = '.' and starts_with(action, $3)))
           and ($4::text is null or object_kind = $4)
           and ($5::text is null or object_id = $5)
           and ($6::timestamptz is null or at >= $6)
           and ($7::timestamptz is null or at < $7)
           and ($8::timestamptz is null or (at, id) < ($8, $9))
           and (not $10 or detail ? 'through')
         order by at desc, id desc
         limit $11",
    )
    .bind(account)
    .bind(filter.actor.as_ref().map(ToString::to_string))
    .bind(&filter.action)
    .bind(&filter.object_kind)
    .bind(&filter.object_id)
    .bind(filter.from.map(At))
    .bind(filter.to.map(At))
    .bind(after.0)
    .bind(after.1)
    .bind(filter.from_above)
    .bind(limit)
    .fetch_all(scope.sql())
    .await
}

/// What is to be exported: the columns that a leaf is made of, oldest first, after an entry by its place.
pub(crate) async fn export(
    scope: &mut Scope,
    filter: &Filter,
    after: (Option<At>, Option<Uuid>),
    limit: i64,
) -> sqlx::Result<Vec<Sealable>> {
    let account = scope.account();
    sqlx::query_as(
        "select tenant_id, at, id, transaction::text, position, actor, action, object_kind, object_id,
                detail::text, salt, detail_hash
         from audit_entries
         where tenant_id = $1
           and ($2::text is null or actor = $2 or split_part(actor, '/', 2) = $2)
           and ($3::text is null or action = $3 or (right($3, 1) = '.' and starts_with(action, $3)))
           and ($4::text is null or object_kind = $4)
           and ($5::text is null or object_id = $5)
           and ($6::timestamptz is null or at >= $6)
           and ($7::timestamptz is null or at < $7)
           and ($8::timestamptz is null or (at, id) > ($8, $9))
           and (not $10 or detail ? 'through')
         order by at, id
         limit $11",
    )
    .bind(account)
    .bind(filter.actor.as_ref().map(ToString::to_string))
    .bind(&filter.action)
    .bind(&filter.object_kind)
    .bind(&filter.object_id)
    .bind(filter.from.map(At))
    .bind(filter.to.map(At))
    .bind(after.0)
    .bind(after.1)
    .bind(filter.from_above)
    .bind(limit)
    .fetch_all(scope.sql())
    .await
}

/// The seals that cover these transactions, in their order.
pub(crate) async fn seals_of(ops: &mut Ops, transactions: &[&str]) -> sqlx::Result<Vec<SealRow>> {
    sqlx::query_as(
        "select number, first::text, last::text, leaves, root, previous, hash, signature, key_id, sealed_at
         from audit_seals
         where exists (select from unnest($1::text[]) t where first <= t::xid8 and last > t::xid8)
         order by number",
    )
    .bind(transactions)
    .fetch_all(ops.sql())
    .await
}

/// Takes detail and salt out, leaving their hash. False where there is no such entry or it is erased already.
pub(crate) async fn erase(ops: &mut Ops, account: AccountId, id: EntryId) -> sqlx::Result<bool> {
    sqlx::query(
        "update audit_entries
         set detail = null, salt = null, detail_hash = sha256(salt || convert_to(detail::text, 'UTF8'))
         where tenant_id = $1 and id = $2 and detail is not null",
    )
    .bind(account)
    .bind(id)
    .execute(ops.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Takes detail and salt out of up to `most` entries of an account; returns of how many.
pub(crate) async fn erase_account(ops: &mut Ops, account: AccountId, most: i64) -> sqlx::Result<u64> {
    sqlx::query(
        "update audit_entries e
         set detail = null, salt = null, detail_hash = sha256(e.salt || convert_to(e.detail::text, 'UTF8'))
         from (select at, id from audit_entries where tenant_id = $1 and detail is not null limit $2) batch
         where e.tenant_id = $1 and e.at = batch.at and e.id = batch.id and e.detail is not null",
    )
    .bind(account)
    .bind(most)
    .execute(ops.sql())
    .await
    .map(|done| done.rows_affected())
}

/// Takes detail and salt out of what other accounts' entries tell about an account; returns of how many.
pub(crate) async fn erase_about(ops: &mut Ops, account: AccountId) -> sqlx::Result<u64> {
    sqlx::query(
        "update audit_entries
         set detail = null, salt = null, detail_hash = sha256(salt || convert_to(detail::text, 'UTF8'))
         where object_kind = 'account' and object_id = $1 and detail is not null and action <> 'account.erased'",
    )
    .bind(account.to_string())
    .execute(ops.sql())
    .await
    .map(|done| done.rows_affected())
}

/// Whether the entry is there with its detail.
pub(crate) async fn is_erasable(scope: &mut Scope, id: EntryId) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query_scalar(
        "select exists (select from audit_entries where tenant_id = $1 and id = $2 and detail is not null)",
    )
    .bind(account)
    .bind(id)
    .fetch_one(scope.sql())
    .await
}

/// Takes the sealer's turn until the transaction ends; false where another has it.
pub(crate) async fn try_turn(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select pg_try_advisory_xact_lock(7221747)").fetch_one(connection).await
}

pub(crate) async fn last_seal(connection: &mut PgConnection) -> sqlx::Result<Option<SealRow>> {
    sqlx::query_as(
        "select number, first::text, last::text, leaves, root, previous, hash, signature, key_id, sealed_at
         from audit_seals order by number desc limit 1",
    )
    .fetch_optional(connection)
    .await
}

pub(crate) async fn next_seal(connection: &mut PgConnection, after: i64) -> sqlx::Result<Option<SealRow>> {
    sqlx::query_as(
        "select number, first::text, last::text, leaves, root, previous, hash, signature, key_id, sealed_at
         from audit_seals where number > $1 order by number limit 1",
    )
    .bind(after)
    .fetch_optional(connection)
    .await
}

/// Every transaction below this has ended: its entries are all there, or never will be.
pub(crate) async fn horizon(connection: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar("select pg_snapshot_xmin(pg_current_snapshot())::text").fetch_one(connection).await
}

/// The end of a batch that begins with transaction `first`: `horizon`, or sooner where more than `most` entries wait.
/// A transaction is never split, so one that is larger than `most` is a batch of its own.
pub(crate) async fn batch_end(
    connection: &mut PgConnection,
    first: &str,
    horizon: &str,
    most: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "with waiting as (
             select transaction::text::numeric from audit_entries
             where transaction >= $1::text::xid8 and transaction < $2::text::xid8
             order by audit_entries.transaction, position limit $3 + 1)
         select case when count(*) = 0 then null
                     when count(*) <= $3 then $2
                     when min(transaction) = max(transaction) then (max(transaction) + 1)::text
                     else max(transaction)::text end
         from waiting",
    )
    .bind(first)
    .bind(horizon)
    .bind(most)
    .fetch_one(connection)
    .await
}

pub(crate) async fn entries(connection: &mut PgConnection, first: &str, last: &str) -> sqlx::Result<Vec<Sealable>> {
    sqlx::query_as(
        "select tenant_id, at, id, transaction::text, position, actor, action, object_kind, object_id,
                detail::text, salt, detail_hash
         from audit_entries
         where transaction >= $1::text::xid8 and transaction < $2::text::xid8
         order by audit_entries.transaction, position",
    )
    .bind(first)
    .bind(last)
    .fetch_all(connection)
    .await
}

/// Entries that no seal covers yet.
pub(crate) async fn count_unsealed(connection: &mut PgConnection, last: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from audit_entries where transaction >= $1::text::xid8")
        .bind(last)
        .fetch_one(connection)
        .await
}

pub(crate) async fn insert_seal(connection: &mut PgConnection, seal: &SealRow) -> sqlx::Result<()> {
    sqlx::query(
        "insert into audit_seals (number, first, last, leaves, root, previous, hash, signature, key_id, sealed_at)
         values ($1, $2::text::xid8, $3::text::xid8, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(seal.number)
    .bind(&seal.first)
    .bind(&seal.last)
    .bind(&seal.leaves)
    .bind(&seal.root)
    .bind(&seal.previous)
    .bind(&seal.hash)
    .bind(&seal.signature)
    .bind(&seal.key_id)
    .bind(seal.sealed_at)
    .execute(connection)
    .await
    .map(drop)
}
