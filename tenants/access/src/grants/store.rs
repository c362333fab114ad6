//! The SQL of grants.

use crate::error::AccessError;
use bailiwick_store::{AccountId, At, Cursor, Door, Lineage, OperatorId, Page, PageRequest, Scope};
use jiff::Timestamp;
use sqlx::FromRow;

use super::{Given, GrantId, Member};
use crate::accounts::texts;
use crate::permission::{Permission, Permissions};
use crate::principal::{Held, Origin, Reach};
use crate::role::{KnownRole, Role, RoleId, RoleRef};
use crate::sso::ConnectionId;

/// The role columns of a grant, joined with the role that it names.
#[derive(Debug, FromRow)]
struct RoleRow {
    role: Option<String>,
    role_tenant: Option<AccountId>,
    role_id: Option<RoleId>,
    role_name: Option<String>,
    permissions: Option<Vec<String>>,
}

impl RoleRow {
    fn known(self) -> Option<KnownRole> {
        match (self.role, self.role_id) {
            (Some(name), _) => name.parse::<Role>().ok().map(KnownRole::from),
            (None, Some(id)) => Some(KnownRole {
                role: RoleRef::Made(id),
                made_by: self.role_tenant,
                name: self.role_name?,
                permissions: Permissions::from_stored(&self.permissions?),
            }),
            (None, None) => None,
        }
    }
}

/// Every role that an operator holds at this time, by a grant or by an elevation, but those in branches that are
/// suspended; and whether there are such.
pub(crate) async fn held_by(door: &mut Door, operator: OperatorId, now: Timestamp) -> sqlx::Result<(Vec<Held>, bool)> {
    #[derive(FromRow)]
    struct Row {
        tenant_id: AccountId,
        lineage: Lineage,
        #[sqlx(flatten)]
        role: RoleRow,
        excluded: Vec<Lineage>,
        suspended: bool,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select g.tenant_id, g.lineage, g.role::text, g.role_tenant, g.role_id, r.name as role_name, r.permissions,
                array(select a.lineage from accounts a where a.tenant_id = any(g.excluded)) as excluded,
                exists (select from accounts a where a.suspended_at is not null and g.lineage ^@ a.lineage) as suspended
         from grants g
         left join roles r on r.tenant_id = g.role_tenant and r.id = g.role_id
         where g.operator_id = $1
         order by g.lineage",
    )
    .bind(operator)
    .fetch_all(door.sql())
    .await?;
    let suspended = rows.iter().any(|row| row.suspended);
    let held = rows.into_iter().filter(|row| !row.suspended).filter_map(|row| {
        let whole = Held::whole(row.tenant_id, row.lineage, row.role.known()?);
        Some(Held { excluded: row.excluded, ..whole })
    });
    let mut held: Vec<Held> = held.collect();
    if held.iter().any(|held| held.reach == Reach::Platform) {
        held.extend(elevated(door, operator, now).await?);
    }
    Ok((held, suspended))
}

/// What the platform's operator may look at for a time: with the role that it holds on the root now, so that whoever
/// loses that one sees nothing any more.
async fn elevated(door: &mut Door, operator: OperatorId, now: Timestamp) -> sqlx::Result<Vec<Held>> {
    #[derive(FromRow)]
    struct Row {
        tenant_id: AccountId,
        lineage: Lineage,
        #[sqlx(flatten)]
        role: RoleRow,
        expires_at: At,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select e.tenant_id, e.lineage, g.role::text, g.role_tenant, g.role_id, r.name as role_name, r.permissions,
                e.expires_at
         from elevations e
         join grants g on g.operator_id = e.operator_id and g.tenant_id = $3
         left join roles r on r.tenant_id = g.role_tenant and r.id = g.role_id
         where e.operator_id = $1 and e.ended_at is null and e.expires_at > $2",
    )
    .bind(operator)
    .bind(At(now))
    .bind(AccountId::ROOT)
    .fetch_all(door.sql())
    .await?;
    let held = rows.into_iter().filter_map(|row| {
        let reach = Reach::Elevated(row.expires_at.0);
        let origin = Origin { account: AccountId::ROOT, lineage: Lineage::root() };
        Some(Held { reach, origin, ..Held::whole(row.tenant_id, row.lineage, row.role.known()?) })
    });
    Ok(held.collect())
}

/// A role as it stands, where it is built in or was made on the way down to `place`.
pub(crate) async fn role_of(door: &mut Door, place: &Lineage, role: RoleRef) -> sqlx::Result<Option<KnownRole>> {
    let id = match role {
        RoleRef::BuiltIn(role) => return Ok(Some(role.into())),
        RoleRef::Made(id) => id,
    };
    let row: Option<RoleRow> = sqlx::query_as(
        "select null as role, tenant_id as role_tenant, id as role_id, name as role_name, permissions
         from roles where id = $1 and lineage = any($2)",
    )
    .bind(id)
    .bind(texts(&place.path()))
    .fetch_optional(door.sql())
    .await?;
    Ok(row.and_then(RoleRow::known))
}

/// A role as a grant's columns keep it.
fn columns(role: &KnownRole) -> (Option<&'static str>, Option<AccountId>, Option<RoleId>) {
    match role.role {
        RoleRef::BuiltIn(role) => (Some(role.name()), None, None),
        RoleRef::Made(id) => (None, role.made_by, Some(id)),
    }
}

/// False where the operator has a role on the scope's account already.
pub(crate) async fn insert(
    scope: &mut Scope,
    grant: GrantId,
    operator: OperatorId,
    role: &KnownRole,
    excluded: &[AccountId],
    by: Option<ConnectionId>,
) -> sqlx::Result<bool> {
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    let (name, tenant, id) = columns(role);
    sqlx::query(
        "insert into grants (tenant_id, lineage, id, operator_id, role, role_tenant, role_id, excluded, connection_id)
         values ($1, $2, $3, $4, $5::text, $6, $7, $8, $9)
         on conflict (tenant_id, operator_id) do nothing",
    )
    .bind(account)
    .bind(lineage)
    .bind(grant)
    .bind(operator)
    .bind(name)
    .bind(tenant)
    .bind(id)
    .bind(excluded)
    .bind(by)
    .execute(scope.sql())
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Where an operator holds a grant.
pub(crate) async fn places_of(door: &mut Door, operator: OperatorId) -> sqlx::Result<Vec<Lineage>> {
    sqlx::query_scalar("select lineage from grants where operator_id = $1").bind(operator).fetch_all(door.sql()).await
}

/// A grant on the scope's own account.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) id: GrantId,
    pub(crate) given: Given,
    /// The provider that gave it; by hand where none did.
    pub(crate) by: Option<ConnectionId>,
}

/// What an operator was granted on the scope's own account, locked until the transaction ends.
pub(crate) async fn lock(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<Option<Locked>> {
    #[derive(FromRow)]
    struct Row {
        id: GrantId,
        role: Option<String>,
        role_id: Option<RoleId>,
        excluded: Vec<AccountId>,
        connection_id: Option<ConnectionId>,
    }
    let account = scope.account();
    let row: Option<Row> = sqlx::query_as(
        "select id, role::text, role_id, excluded, connection_id from grants where tenant_id = $1 and operator_id = $2 for update",
    )
    .bind(account)
    .bind(operator)
    .fetch_optional(scope.sql())
    .await?;
    Ok(row.and_then(|row| {
        let built_in = row.role.and_then(|name| name.parse().ok()).map(RoleRef::BuiltIn);
        let role = built_in.or(row.role_id.map(RoleRef::Made))?;
        Some(Locked { id: row.id, given: Given { role, excluded: row.excluded }, by: row.connection_id })
    }))
}

/// Whether the scope's account has an owner beside this one. All its owners are locked, so that two cannot leave at once.
pub(super) async fn has_other_owner(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<bool> {
    let account = scope.account();
    let owners: Vec<OperatorId> = sqlx::query_scalar(
        "select operator_id from grants where tenant_id = $1 and role = 'owner' and excluded = '{}'
         order by operator_id for update",
    )
    .bind(account)
    .fetch_all(scope.sql())
    .await?;
    Ok(owners.iter().any(|owner| *owner != operator))
}

/// Whether somebody holds a role on this very account, given by hand, that permits something: a built-in one, or one of
/// these. All of them are locked, so that two cannot leave at once.
pub(super) async fn is_permitted(
    scope: &mut Scope,
    account: AccountId,
    permission: Permission,
    made: &[RoleId],
) -> sqlx::Result<bool> {
    let built_in: Vec<&str> =
        Role::ALL.iter().filter(|role| role.permissions().contains(permission)).map(|role| role.name()).collect();
    let found: Vec<OperatorId> = sqlx::query_scalar(
        "select operator_id from grants
         where tenant_id = $1 and connection_id is null and (role::text = any($2) or role_id = any($3))
         order by operator_id for update",
    )
    .bind(account)
    .bind(built_in)
    .bind(made)
    .fetch_all(scope.sql())
    .await?;
    Ok(!found.is_empty())
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

pub(crate) async fn change(
    scope: &mut Scope,
    operator: OperatorId,
    role: &KnownRole,
    excluded: &[AccountId],
) -> sqlx::Result<()> {
    let account = scope.account();
    let (name, tenant, id) = columns(role);
    sqlx::query(
        "update grants set role = $3::text, role_tenant = $4, role_id = $5, excluded = $6
         where tenant_id = $1 and operator_id = $2",
    )
    .bind(account)
    .bind(operator)
    .bind(name)
    .bind(tenant)
    .bind(id)
    .bind(excluded)
    .execute(scope.sql())
    .await
    .map(drop)
}

pub(crate) async fn remove(scope: &mut Scope, operator: OperatorId) -> sqlx::Result<()> {
    let account = scope.account();
    sqlx::query("delete from grants where tenant_id = $1 and operator_id = $2")
        .bind(account)
        .bind(operator)
        .execute(scope.sql())
        .await
        .map(drop)
}

/// Those granted on `lineage` or on the way down to it, as far as the scope sees. Whose grant leaves the account out
/// has no access to it. A role's name comes by the door: the account that made it may lie out of sight.
pub(super) async fn members(
    scope: &mut Scope,
    door: &mut Door,
    account: AccountId,
    lineage: &Lineage,
    only: Option<OperatorId>,
    page: &PageRequest,
) -> Result<Page<Member>, AccessError> {
    #[derive(FromRow)]
    struct Row {
        place: String,
        id: GrantId,
        tenant_id: AccountId,
        account_name: String,
        operator_id: OperatorId,
        email: String,
        name: String,
        role: Option<String>,
        role_id: Option<RoleId>,
        excluded_ids: Vec<AccountId>,
        excluded_names: Vec<String>,
        last_seen_at: Option<At>,
    }
    let (after, after_id) = page.after_text()?;
    // by name; what one operator has stands together, the nearest account's first
    let rows: Vec<Row> = sqlx::query_as(
        "select p.place, g.id, g.tenant_id, a.name as account_name, g.operator_id, o.email, o.name, g.role::text, g.role_id,
                array(select e.tenant_id from accounts e where e.tenant_id = any(g.excluded) and e.erased_at is null
                      order by e.sort_key, e.tenant_id)
                    as excluded_ids,
                array(select e.name from accounts e where e.tenant_id = any(g.excluded) and e.erased_at is null
                      order by e.sort_key, e.tenant_id)
                    as excluded_names,
                o.last_seen_at
         from grants g
         join accounts a on a.tenant_id = g.tenant_id
         join operators o on o.id = g.operator_id
         cross join lateral (select (tenancy.sort_key(o.name) || '/' || o.id || lpad((99999 - length(g.lineage))::text, 5, '0'))
                                    collate \"C\" as place) p
         where g.lineage = any($1)
           and ($3::text is null or (p.place, g.id) > ($3, $4))
           and ($6::uuid is null or g.operator_id = $6)
           and not exists (select from accounts e where e.tenant_id = any(g.excluded) and $2 ^@ e.lineage)
         order by p.place, g.id limit $5",
    )
    .bind(texts(&lineage.path()))
    .bind(lineage)
    .bind(after)
    .bind(after_id)
    .bind(page.probe())
    .bind(only)
    .fetch_all(scope.sql())
    .await?;
    let Page { items, next } = page.page(rows, |last| Cursor::text(last.place.clone(), last.id.get()));
    let mut members = Vec::with_capacity(items.len());
    for row in items {
        let built_in = row.role.and_then(|name| name.parse().ok()).map(RoleRef::BuiltIn);
        let Some(role) = built_in.or(row.role_id.map(RoleRef::Made)) else { continue };
        let Some(role) = role_of(door, lineage, role).await? else { continue };
        members.push(Member {
            operator: row.operator_id,
            email: row.email,
            name: row.name,
            role,
            excluded: row.excluded_ids.into_iter().zip(row.excluded_names).collect(),
            grant: row.id,
            inherited_from: (row.tenant_id != account).then_some((row.tenant_id, row.account_name)),
            last_seen_at: row.last_seen_at.map(|at| at.0),
        });
    }
    Ok(Page { items: members, next })
}
