//! The SQL of single sign-on.

use crate::error::AccessError;
use bailiwick_store::{AccountId, At, Cursor, Door, Lineage, OperatorId, Page, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Connection, ConnectionId, Domain, NewConnection, Passwords, Returned, Rule, Secret};
use crate::branding::HostName;
use crate::sessions::SessionId;

#[derive(FromRow)]
struct Row {
    id: ConnectionId,
    issuer: String,
    client_id: String,
    has_secret: bool,
    scopes: Vec<String>,
    claim: String,
    mapping: Json<Vec<Rule>>,
    default_role: Option<String>,
    passwords: String,
    changed_at: At,
}

impl From<Row> for Connection {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            issuer: row.issuer,
            client_id: row.client_id,
            secret: if row.has_secret { Secret::Kept } else { Secret::None },
            scopes: row.scopes,
            claim: row.claim,
            mapping: row.mapping.0,
            default_role: row.default_role.and_then(|role| role.parse().ok()),
            passwords: if row.passwords == Passwords::Allowed.name() { Passwords::Allowed } else { Passwords::Refused },
            changed_at: row.changed_at.0,
        }
    }
}

/// The provider of the scope's account, locked until the transaction ends.
pub(super) async fn lock(scope: &mut Scope) -> sqlx::Result<Option<Connection>> {
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select id, issuer, client_id, secret is not null as has_secret, scopes, claim, mapping, default_role, passwords,
                changed_at
         from sign_in_connections where tenant_id = $1 for update",
    )
    .bind(account)
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.map(Connection::from))
}

/// Which one it is at present.
pub(super) async fn find(scope: &mut Scope) -> sqlx::Result<Option<ConnectionId>> {
    let account = scope.account();
    sqlx::query_scalar("select id from sign_in_connections where tenant_id = $1")
        .bind(account)
        .fetch_optional(scope.sql())
        .await
}

/// Its sealed secret.
pub(super) async fn sealed(scope: &mut Scope) -> sqlx::Result<Option<Vec<u8>>> {
    let account = scope.account();
    let found: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select secret from sign_in_connections where tenant_id = $1")
            .bind(account)
            .fetch_optional(scope.sql())
            .await?;
    Ok(found.flatten())
}

pub(super) async fn set(
    scope: &mut Scope,
    id: ConnectionId,
    new: &NewConnection,
    sealed: Option<&[u8]>,
    now: Timestamp,
) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into sign_in_connections (tenant_id, lineage, id, issuer, client_id, secret, scopes, claim, mapping,
             default_role, passwords, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (tenant_id) do update set id = excluded.id, issuer = excluded.issuer,
             client_id = excluded.client_id, secret = excluded.secret, scopes = excluded.scopes, claim = excluded.claim,
             mapping = excluded.mapping, default_role = excluded.default_role, passwords = excluded.passwords,
             changed_at = excluded.changed_at",
    )
    .bind(account)
    .bind(lineage)
    .bind(id)
    .bind(&new.issuer)
    .bind(&new.client_id)
    .bind(sealed)
    .bind(&new.scopes)
    .bind(&new.claim)
    .bind(Json(&new.mapping))
    .bind(new.default_role.map(|role| role.to_string()))
    .bind(new.passwords.name())
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(super) async fn remove(scope: &mut Scope) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from sign_in_connections where tenant_id = $1")
        .bind(account)
        .execute(scope.sql())
        .await
        .map(drop)
}

#[derive(FromRow)]
struct DomainRow {
    domain: HostName,
    tenant_id: AccountId,
    account_name: String,
    asked_at: At,
    confirmed_at: Option<At>,
}

impl From<DomainRow> for Domain {
    fn from(row: DomainRow) -> Self {
        Self {
            name: row.domain,
            account: row.tenant_id,
            account_name: row.account_name,
            asked_at: row.asked_at.0,
            confirmed_at: row.confirmed_at.map(|at| at.0),
        }
    }
}

/// The domains of the scope's account.
pub(super) async fn domains(scope: &mut Scope) -> sqlx::Result<Vec<Domain>> {
    let account = scope.account();
    let rows: Vec<DomainRow> = sqlx::query_as(
        "select d.domain, d.tenant_id, a.name as account_name, d.asked_at, d.confirmed_at
         from sign_in_domains d join accounts a on a.tenant_id = d.tenant_id
         where d.tenant_id = $1 order by d.domain",
    )
    .bind(account)
    .fetch_all(scope.sql())
    .await?;
    Ok(rows.into_iter().map(Domain::from).collect())
}

/// Those of the scope's account and of all below, the ones that wait first.
pub(super) async fn domains_below(scope: &mut Scope, page: &PageRequest) -> Result<Page<Domain>, AccessError> {
    let lineage = scope.lineage().clone();
    let (after, id) = page.after_text()?;
    let rows: Vec<DomainRow> = sqlx::query_as(
        "select d.domain, d.tenant_id, a.name as account_name, d.asked_at, d.confirmed_at
         from sign_in_domains d join accounts a on a.tenant_id = d.tenant_id
         cross join lateral (select case when d.confirmed_at is null then '0/' else '1/' end || d.domain as place) p
         where d.lineage >= $1 collate \"C\" and ($2::text is null or (p.place, d.tenant_id) > ($2, $3))
         order by p.place, d.tenant_id limit $4",
    )
    .bind(lineage)
    .bind(after)
    .bind(id)
    .bind(page.probe())
    .fetch_all(scope.sql())
    .await?;
    let place = |row: &DomainRow| {
        let turn = if row.confirmed_at.is_none() { '0' } else { '1' };
        Cursor::text(format!("{turn}/{}", row.domain), row.tenant_id.get())
    };
    Ok(page.page(rows, place).map(Domain::from))
}

/// Keeps these, asks for those that are new, and lets the others go.
pub(super) async fn set_domains(scope: &mut Scope, domains: &[HostName], now: Timestamp) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let names: Vec<&str> = domains.iter().map(HostName::as_str).collect();
    sqlx::query("delete from sign_in_domains where tenant_id = $1 and domain <> all ($2)")
        .bind(account)
        .bind(&names)
        .execute(scope.sql())
        .await?;
    sqlx::query(
        "insert into sign_in_domains (tenant_id, lineage, domain, asked_at)
         select $1, $2, domain, $4 from unnest($3::text[]) domain on conflict (tenant_id, domain) do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(&names)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(drop)
}

/// False where the scope's account did not ask for it.
pub(super) async fn confirm(scope: &mut Scope, domain: &HostName, at: Option<Timestamp>) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query("update sign_in_domains set confirmed_at = $3 where tenant_id = $1 and domain = $2")
        .bind(account)
        .bind(domain)
        .bind(at.map(At))
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected() == 1)
}

/// The account that a domain is bound to, where it has a provider and neither it nor one above is suspended.
pub(super) async fn bound_to(door: &mut Door, domain: &HostName) -> sqlx::Result<Option<AccountId>> {
    sqlx::query_scalar(
        "select d.tenant_id from sign_in_domains d join sign_in_connections c on c.tenant_id = d.tenant_id
         where d.domain = $1 and d.confirmed_at is not null
           and not exists (select from accounts a where a.suspended_at is not null and d.lineage ^@ a.lineage)",
    )
    .bind(domain)
    .fetch_optional(door.sql())
    .await
}

/// Who somebody is at a provider.
#[derive(Debug, FromRow)]
pub(super) struct Identity {
    pub(super) operator_id: OperatorId,
    pub(super) barred_at: Option<At>,
}

/// How an identity came to its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It made it.
    Made,
    /// The operator took it up.
    Linked,
}

pub(super) async fn identity(
    door: &mut Door,
    account: AccountId,
    connection: ConnectionId,
    subject: &str,
) -> sqlx::Result<Option<Identity>> {
    sqlx::query_as(
        "select operator_id, barred_at from sign_in_identities
         where tenant_id = $1 and connection_id = $2 and subject = $3",
    )
    .bind(account)
    .bind(connection)
    .bind(subject)
    .fetch_optional(door.sql())
    .await
}

/// False where somebody has the identity.
pub(super) async fn link(
    scope: &mut Scope,
    returned: &Returned,
    subject: &str,
    operator: OperatorId,
    origin: Origin,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let origin = match origin {
        Origin::Made => "made",
        Origin::Linked => "linked",
    };
    sqlx::query(
        "insert into sign_in_identities (tenant_id, lineage, connection_id, subject, operator_id, origin, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(returned.connection)
    .bind(subject)
    .bind(operator)
    .bind(origin)
    .bind(At(now))
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Whether the account's provider, this one or one before, made the operator.
pub(super) async fn is_made_by(door: &mut Door, account: AccountId, operator: OperatorId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from sign_in_identities where tenant_id = $1 and operator_id = $2 and origin = 'made')",
    )
    .bind(account)
    .bind(operator)
    .fetch_one(door.sql())
    .await
}

/// Whether an operator was given a role by hand at a place or below.
pub(super) async fn holds_by_hand(door: &mut Door, operator: OperatorId, place: &Lineage) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from grants where operator_id = $1 and connection_id is null and lineage ^@ $2)",
    )
    .bind(operator)
    .bind(place)
    .fetch_one(door.sql())
    .await
}

/// Whether an identity is barred.
pub(super) async fn is_barred(scope: &mut Scope, connection: ConnectionId, subject: &str) -> sqlx::Result<bool> {
    let account = scope.account();
    sqlx::query_scalar(
        "select exists (select from sign_in_identities
                        where tenant_id = $1 and connection_id = $2 and subject = $3 and barred_at is not null)",
    )
    .bind(account)
    .bind(connection)
    .bind(subject)
    .fetch_one(scope.sql())
    .await
}

/// Takes from an operator every identity that it has at the scope's account: whoever had them is somebody else.
pub(super) async fn forget_identities(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from sign_in_identities where tenant_id = $1 and operator_id = $2")
        .bind(account)
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Its role was taken by hand: the provider of the scope's account gives it none again.
pub(crate) async fn bar(scope: &mut Scope, operator: OperatorId, now: Timestamp) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("update sign_in_identities set barred_at = $3 where tenant_id = $1 and operator_id = $2")
        .bind(account)
        .bind(operator)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// What the providers that made an operator say of passwords; the strictest counts.
pub(super) async fn passwords_of(door: &mut Door, operator: OperatorId) -> sqlx::Result<Option<Passwords>> {
    let refused: Option<bool> = sqlx::query_scalar(
        "select bool_or(c.passwords = 'refused')
         from sign_in_identities i
         join sign_in_connections c on c.tenant_id = i.tenant_id and c.id = i.connection_id
         where i.operator_id = $1 and i.origin = 'made'",
    )
    .bind(operator)
    .fetch_one(door.sql())
    .await?;
    Ok(refused.map(|refused| if refused { Passwords::Refused } else { Passwords::Allowed }))
}

/// Takes every role that a provider gave; who held one.
pub(super) async fn remove_grants(scope: &mut Scope, connection: ConnectionId) -> sqlx::Result<Vec<OperatorId>> {
    let account = scope.account();
    sqlx::query_scalar("delete from grants where tenant_id = $1 and connection_id = $2 returning operator_id")
        .bind(account)
        .bind(connection)
        .fetch_all(scope.sql())
        .await
}

/// A browser at a provider.
#[derive(Debug, FromRow)]
pub(super) struct Attempt {
    pub(super) id: Uuid,
    pub(super) connection_id: ConnectionId,
    pub(super) operator_id: Option<OperatorId>,
    /// The session in which that operator asked for it.
    pub(super) session_id: Option<SessionId>,
    pub(super) redirect_uri: String,
    pub(super) return_to: String,
}

pub(super) async fn attempt(
    scope: &mut Scope,
    attempt: &Attempt,
    hash: &[u8; 32],
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    sqlx::query(
        "insert into sign_in_attempts (tenant_id, lineage, id, connection_id, token_hash, operator_id, redirect_uri,
             return_to, expires_at, session_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(account)
    .bind(lineage)
    .bind(attempt.id)
    .bind(attempt.connection_id)
    .bind(hash.as_slice())
    .bind(attempt.operator_id)
    .bind(&attempt.redirect_uri)
    .bind(&attempt.return_to)
    .bind(At(expires_at))
    .bind(attempt.session_id)
    .execute(scope.sql())
    .await
    .map(drop)
}

/// Where the attempt of a secret lies, while it is good.
pub(super) async fn find_attempt(
    door: &mut Door,
    hash: &[u8; 32],
    now: Timestamp,
) -> sqlx::Result<Option<(AccountId, Uuid)>> {
    sqlx::query_as("select tenant_id, id from sign_in_attempts where token_hash = $1 and expires_at > $2")
        .bind(hash.as_slice())
        .bind(At(now))
        .fetch_optional(door.sql())
        .await
}

/// Uses an attempt up: of two that come at once, one gets it.
pub(super) async fn take_attempt(scope: &mut Scope, id: Uuid) -> sqlx::Result<Option<Attempt>> {
    let account = scope.account();
    sqlx::query_as(
        "delete from sign_in_attempts where tenant_id = $1 and id = $2
         returning id, connection_id, operator_id, session_id, redirect_uri, return_to",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(scope.sql())
    .await
}

/// Ends what an operator asked of any provider, by which it would be connected; returns how many.
pub(crate) async fn forget_links(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<u64> {
    sqlx::query("delete from sign_in_attempts where operator_id = $1")
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(|done| done.rows_affected())
}

/// Those of the scope's account that are over.
pub(super) async fn forget_attempts(scope: &mut Scope, now: Timestamp) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from sign_in_attempts where tenant_id = $1 and expires_at <= $2")
        .bind(account)
        .bind(At(now))
        .execute(scope.sql())
        .await
        .map(drop)
}

/// The place of the provider by which a sign-in began, where it is there still.
pub(crate) async fn place_of(
    door: &mut Door,
    account: AccountId,
    connection: ConnectionId,
) -> sqlx::Result<Option<Lineage>> {
    sqlx::query_scalar("select lineage from sign_in_connections where tenant_id = $1 and id = $2")
        .bind(account)
        .bind(connection)
        .fetch_optional(door.sql())
        .await
}
