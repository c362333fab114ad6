//! An account with the way down to it and what lies below it.

use std::collections::{BTreeSet, HashMap};

use bailiwick_access::{
    AccessError, Permission, Permissions, Principal,
    accounts::{Account, Kind, Placed, Step},
};
use bailiwick_store::{AccountId, Lineage, Scope};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Counts};
use crate::{
    App,
    edge::{Problem, Tabular},
};

/// One step of the way down to an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountStep {
    id: Uuid,
    name: String,
    /// `platform`, `dealer` or `customer`.
    #[schema(value_type = String)]
    kind: Kind,
}

/// What lies in an account's subtree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountCounts)]
pub struct CountsView {
    devices: i64,
    alerts_open: i64,
    collectors: i64,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    id: Uuid,
    /// Its name in ingress paths; survives moves and renames. Empty at the root.
    key: String,
    name: String,
    /// `platform`, `dealer` or `customer`.
    #[schema(value_type = String)]
    kind: Kind,
    /// The account above, where the caller sees it.
    parent_id: Option<Uuid>,
    /// Its place in the tree.
    lineage: String,
    /// From the topmost account that the caller sees down to this one.
    path: Vec<AccountStep>,
    created_at: Timestamp,
    /// Since when it is suspended itself: sign-in and collectors' reports of it and all below stop.
    suspended_at: Option<Timestamp>,
    /// Whether an account above it is suspended.
    suspended_above: bool,
    /// When it is erased, where it is to be deleted.
    erase_at: Option<Timestamp>,
    /// How much there is of what; null for who may not look at devices: in a list, at the account whose list it is.
    counts: Option<CountsView>,
    /// What the caller may do here, by name; null in lists.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Option<Permissions>,
}

impl Tabular for AccountView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "key",
        "name",
        "kind",
        "parent_id",
        "lineage",
        "path",
        "created_at",
        "suspended_at",
        "suspended_above",
        "erase_at",
        "counts.devices",
        "counts.alerts_open",
        "counts.collectors",
        "permissions",
    ];
}

impl From<Step> for AccountStep {
    fn from(step: Step) -> Self {
        Self { id: step.id.get(), name: step.name, kind: step.kind }
    }
}

impl From<Counts> for CountsView {
    fn from(Counts { devices, alerts_open, collectors }: Counts) -> Self {
        Self { devices, alerts_open, collectors }
    }
}

impl AccountView {
    fn new(account: Account, path: Vec<AccountStep>, counts: Option<Counts>, suspended_above: bool) -> Self {
        Self {
            suspended_at: account.suspended_at.map(|at| at.0),
            suspended_above,
            erase_at: account.erase_at.map(|at| at.0),
            id: account.id.get(),
            key: account.key,
            name: account.name,
            kind: account.kind,
            parent_id: account.parent_id.map(|id| id.get()),
            lineage: account.lineage.as_str().to_owned(),
            path,
            created_at: account.created_at,
            permissions: None,
            counts: counts.map(CountsView::from),
        }
    }
}

/// One account as the caller sees it.
///
/// # Errors
/// `not_found` for one that it does not see.
pub async fn one(app: &App, principal: &Principal, id: AccountId) -> Result<AccountView, Problem> {
    let Placed { account, path } = app.access().account(principal, id).await?;
    let lineages = std::slice::from_ref(&account.lineage);
    let counts = counts(app, principal, id, lineages).await?.pop().flatten();
    let permissions = app.access().permissions(principal, id).await?;
    let path = path.into_iter().map(AccountStep::from).collect();
    let suspended = !app.access().suspended_above(lineages).await?.is_empty();
    Ok(AccountView { permissions: Some(permissions), ..AccountView::new(account, path, counts, suspended) })
}

/// Accounts below `top`, in the order given.
///
/// # Errors
/// As [`one`].
pub(super) async fn below(
    app: &App,
    principal: &Principal,
    top: AccountId,
    accounts: Vec<Account>,
) -> Result<Vec<AccountView>, Problem> {
    let above = app.access().account(principal, top).await?.path;
    let mut scope = app.access().authorize(principal, top, Permission::ViewAccounts).await?;
    let steps = steps(&mut scope, &accounts).await?;
    let lineages: Vec<Lineage> = accounts.iter().map(|a| a.lineage.clone()).collect();
    let depth = scope.lineage().depth();
    drop(scope);
    let counts = counts(app, principal, top, &lineages).await?;
    let suspended = app.access().suspended_above(&lineages).await?;
    let views = accounts.into_iter().zip(counts).map(|(account, counts)| {
        let down = account.lineage.path();
        let down = down.iter().filter(|l| l.depth() > depth).filter_map(|l| steps.get(l.as_str()).cloned());
        let path = above.iter().cloned().map(AccountStep::from).chain(down).collect();
        let suspended_above = suspended.contains(&account.lineage);
        AccountView::new(account, path, counts, suspended_above)
    });
    Ok(views.collect())
}

/// How much there is of what in each of these subtrees, as far as who looks from `top` may look at devices there.
async fn counts(
    app: &App,
    principal: &Principal,
    top: AccountId,
    lineages: &[Lineage],
) -> Result<Vec<Option<Counts>>, Problem> {
    let mut scope = match app.access().glance(principal, top, Permission::ViewDevices).await {
        Ok(scope) => scope,
        Err(AccessError::Denied { .. }) => return Ok(vec![None; lineages.len()]),
        Err(error) => return Err(error.into()),
    };
    let found = store::counts(&mut scope, lineages).await?;
    let sight = scope.sight();
    Ok(lineages.iter().zip(found).map(|(place, counts)| sight.sees(place).then_some(counts)).collect())
}

async fn steps(scope: &mut Scope, accounts: &[Account]) -> Result<HashMap<String, AccountStep>, Problem> {
    let texts: BTreeSet<String> =
        accounts.iter().flat_map(|a| a.lineage.path()).map(|l| l.as_str().to_owned()).collect();
    let lineages: Vec<Lineage> = texts.iter().filter_map(|t| t.parse().ok()).collect();
    let found = store::at(scope, &lineages).await?;
    let step = |(lineage, id, name, kind): (String, AccountId, String, String)| {
        Some((lineage, AccountStep { id: id.get(), name, kind: Kind::try_from(kind).ok()? }))
    };
    Ok(found.into_iter().filter_map(step).collect())
}
