//! What a move would do, computed where it would be done.

use std::collections::{BTreeMap, BTreeSet};

use bailiwick_store::{AccountId, AccountKey, Lineage, Metered, Scope, TableClass};

use super::carry::carried;
use super::store::{self, GrantAbove, Node};
use super::{Conflict, Plan, Reach, Reaching};
use crate::access::Access;
use crate::accounts::Kind;
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::{Held, Principal};
use crate::restrictions;

/// A move with the places that it is between.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) account: AccountId,
    pub(super) node: Node,
    pub(super) from: AccountId,
    pub(super) from_place: Lineage,
    pub(super) to: AccountId,
    pub(super) to_place: Lineage,
    to_kind: String,
    /// Where it will be; absent where it cannot.
    pub(super) place: Option<Lineage>,
}

impl Way {
    /// # Errors
    /// [`AccessError::NotFound`] where an account of it is not in the scope.
    pub(super) async fn find(scope: &mut Scope, account: AccountId, to: AccountId) -> Result<Self, AccessError> {
        let node = store::node(scope, account).await?.ok_or(AccessError::NotFound)?;
        let from = node.parent_id.ok_or(AccessError::OwnAccount)?;
        let parent = store::node(scope, to).await?.ok_or(AccessError::NotFound)?;
        let from_place = node.lineage.parent().ok_or(AccessError::OwnAccount)?;
        let place = node.key.parse::<AccountKey>().ok().and_then(|key| parent.lineage.child(&key).ok());
        Ok(Self { account, node, from, from_place, to, to_place: parent.lineage, to_kind: parent.kind, place })
    }

    /// The nearest place above both parents.
    pub(super) fn common(from: &Lineage, to: &Lineage) -> Lineage {
        from.path().into_iter().rev().find(|place| place.contains(to)).unwrap_or_else(Lineage::root)
    }

    fn is_cycle(&self) -> bool {
        self.node.lineage.contains(&self.to_place)
    }
}

impl Access {
    /// The plan of a move in a scope that sees both parents, by who holds `mover`. Operators are told to `viewer` as far
    /// as it may see them.
    pub(super) async fn plan(
        &self,
        scope: &mut Scope,
        way: &Way,
        mover: &[Held],
        viewer: Option<&Principal>,
    ) -> Result<Plan, AccessError> {
        let (accounts, levels) = store::extent(scope, &way.node.lineage).await?;
        let mut rows = BTreeMap::new();
        for table in scope.owned_tables().await? {
            if table.class() == TableClass::Tree {
                let count = scope.count_rows(&table, &way.node.lineage).await?;
                if count > 0 {
                    rows.insert(table.name().to_owned(), count);
                }
            }
        }
        let mut conflicts = self.conflicts(scope, way, levels).await?;
        let mut door = self.store.door().await?;
        let on_the_way = restrictions::store::on_the_way(&mut door, &way.node.lineage).await?;
        let (own, above): (Vec<_>, Vec<_>) = on_the_way.iter().cloned().partition(|(at, _)| *at == way.node.lineage);
        let (own, before) = (denied(&own), denied(&above));
        let kept = if way.from == way.to { BTreeSet::new() } else { carried(&on_the_way, &way.node.lineage, mover) };
        let after = denied(&restrictions::store::on_the_way(&mut door, &way.to_place).await?);
        let suspended = !crate::accounts::store::suspended(&mut door, &way.to_place.path()).await?.is_empty();
        let above: BTreeSet<Lineage> = way.from_place.path().into_iter().chain(way.to_place.path()).collect();
        let above: Vec<Lineage> = above.into_iter().collect();
        let grants = store::grants_at(&mut door, &above).await?;
        drop(door);
        let lifted = kept.is_empty() || self.somebody_lifts(scope, way.account, &way.node.lineage, None).await?;
        if !lifted {
            conflicts.push(Conflict::NobodyToLift);
        }
        let still = |permission: &&Permission| {
            after.contains(permission) || kept.contains(permission) || own.contains(permission)
        };
        let (gains, loses) = way.reach(&grants);
        Ok(Plan {
            from: way.from,
            to: way.to,
            accounts,
            rows,
            conflicts,
            gains: self.told(gains, viewer).await?,
            loses: self.told(loses, viewer).await?,
            exclusions_lapse: way.lapsing(&grants),
            restrictions_come: after.difference(&before).copied().collect(),
            restrictions_go: before.iter().filter(|permission| !still(permission)).copied().collect(),
            restrictions_kept: kept.into_iter().collect(),
            suspended,
        })
    }

    async fn conflicts(&self, scope: &mut Scope, way: &Way, levels: i32) -> Result<Vec<Conflict>, AccessError> {
        let mut conflicts = Vec::new();
        if way.from == way.to {
            conflicts.push(Conflict::SamePlace);
        }
        if way.is_cycle() {
            conflicts.push(Conflict::Cycle);
        }
        let kinds = (Kind::try_from(way.node.kind.clone()), Kind::try_from(way.to_kind.clone()));
        if !matches!(kinds, (Ok(kind), Ok(parent)) if kind.fits_under(parent)) {
            conflicts.push(Conflict::Kind);
        }
        let deepest = way.to_place.depth().saturating_add(usize::try_from(levels).unwrap_or(usize::MAX));
        if way.place.is_none() || deepest > Lineage::MAX_DEPTH {
            conflicts.push(Conflict::Depth);
        }
        if store::has_deletion(scope, &way.node.lineage).await? {
            conflicts.push(Conflict::Deletion);
        }
        for (name, made_by, grants) in store::foreign_roles(scope, &way.node.lineage, &way.to_place.path()).await? {
            conflicts.push(Conflict::RoleMadeAbove { name, made_by, grants });
        }
        for what in Metered::ALL {
            for (place, limit) in self.store.limits(&way.to_place, what).await? {
                if place.contains(&way.node.lineage) {
                    continue;
                }
                let would_be = self.store.metered_together(&place, &way.node.lineage, what).await?;
                if would_be > limit {
                    conflicts.push(Conflict::Quota { what: what.name(), limit, would_be });
                }
            }
        }
        Ok(conflicts)
    }

    /// Names those that the viewer may see the access of, and counts the others.
    async fn told(&self, grants: Vec<&GrantAbove>, viewer: Option<&Principal>) -> Result<Reach, AccessError> {
        let may = |grant: &&&GrantAbove| {
            let permissions = viewer.and_then(|viewer| viewer.permissions_at(&grant.lineage));
            permissions.is_some_and(|permissions| permissions.contains(Permission::ViewOperators))
        };
        let seen: Vec<&&GrantAbove> = grants.iter().filter(may).collect();
        let ids: Vec<_> = seen.iter().map(|grant| grant.operator_id).collect();
        let mut names = BTreeMap::new();
        if !ids.is_empty() {
            for (id, name, email) in store::operators(&mut self.store.door().await?, &ids).await? {
                names.insert(id, (name, email));
            }
        }
        let mut operators: Vec<Reaching> = seen
            .iter()
            .map(|grant| {
                let (name, email) = names.get(&grant.operator_id).cloned().unwrap_or_default();
                let role = grant.role.clone();
                Reaching { operator: grant.operator_id, name, email, role, granted_on: grant.tenant_id }
            })
            .collect();
        operators.sort();
        let others = grants.len().saturating_sub(operators.len());
        Ok(Reach { operators, others })
    }
}

impl Way {
    /// The grants above that come to reach the account, and those that no longer do.
    fn reach<'a>(&self, grants: &'a [GrantAbove]) -> (Vec<&'a GrantAbove>, Vec<&'a GrantAbove>) {
        let at = |grant: &GrantAbove, place: &Lineage, excluded: &dyn Fn(&Lineage) -> bool| {
            grant.lineage.contains(place) && !grant.excluded.iter().any(excluded)
        };
        let mut gains = Vec::new();
        let mut loses = Vec::new();
        for grant in grants {
            let before = at(grant, &self.node.lineage, &|branch| branch.contains(&self.node.lineage));
            // what is left out by name is the account itself or a place above: the first goes along
            let after =
                at(grant, &self.to_place, &|branch| *branch == self.node.lineage || branch.contains(&self.to_place));
            match (before, after) {
                (false, true) => gains.push(grant),
                (true, false) => loses.push(grant),
                _ => {}
            }
        }
        (gains, loses)
    }

    /// Accounts inside that are left out by a grant that reaches the old place and not the new one.
    fn lapsing(&self, grants: &[GrantAbove]) -> Vec<AccountId> {
        let lapses =
            |grant: &&GrantAbove| grant.lineage.contains(&self.from_place) && !grant.lineage.contains(&self.to_place);
        let inside: BTreeSet<AccountId> = grants
            .iter()
            .filter(lapses)
            .flat_map(|grant| grant.excluded_ids.iter().zip(&grant.excluded))
            .filter(|(_, branch)| self.node.lineage.contains(branch))
            .map(|(id, _)| *id)
            .collect();
        inside.into_iter().collect()
    }
}

fn denied(restrictions: &[(Lineage, Permission)]) -> BTreeSet<Permission> {
    restrictions.iter().map(|(_, permission)| *permission).collect()
}
