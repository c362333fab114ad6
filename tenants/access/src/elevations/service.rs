//! Asking for sight of an account, and ending it.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::seal::SealingKey;
use bailiwick_store::{AccountId, OperatorId, Page, PageRequest};
use serde_json::json;

use super::{Elevation, ElevationId, Elevator, MOST_MINUTES, NewElevation, store};
use crate::access::{Access, checked_end, checked_reason};
use crate::error::AccessError;
use crate::factors::{self, right};
use crate::operators;
use crate::passkeys;
use crate::permission::Permission;
use crate::principal::{Held, Principal, Reach};

/// What it takes to ask: a role on the root with anything that looks.
fn may_ask(held: &Held) -> bool {
    held.reach == Reach::Platform && !held.role.permissions.looking().is_empty()
}

impl Access {
    /// Gives the platform's operator sight of one account for a time.
    ///
    /// # Errors
    /// [`AccessError::Denied`] to whoever does not run the platform; [`AccessError::SecondFactorMissing`] where it has
    /// set up none, [`AccessError::WrongCode`], [`AccessError::TooManyCodes`], [`AccessError::PasskeyRefused`];
    /// [`AccessError::Invalid`];
    /// [`AccessError::Conflict`] at the root, and where it has sight already; [`AccessError::NotAPerson`];
    /// [`AccessError::ViewAsReadOnly`]; and those of [`Access::authorize`].
    pub async fn elevate(
        &self,
        principal: &Principal,
        key: &SealingKey,
        account: AccountId,
        new: NewElevation,
    ) -> Result<Elevation, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAccounts).await?;
        if !principal.held().iter().any(may_ask) {
            return Err(AccessError::Denied { needs: Permission::ViewDevices });
        }
        let operator = principal.acting()?;
        if account == AccountId::ROOT {
            return Err(AccessError::Conflict("the platform's own account takes no elevation"));
        }
        let reason = checked_reason(&new.reason)?;
        let now = self.store.now();
        let until = checked_end(now, new.minutes, MOST_MINUTES)?;
        let active = |held: &Held| held.account == account && matches!(held.reach, Reach::Elevated(_));
        if principal.held().iter().any(active) {
            return Err(AccessError::Conflict("this account is in sight already: end that elevation first"));
        }
        let mut scope = right(self.prove(&mut scope, operator, key, &new.evidence).await?, scope).await?;
        let id = ElevationId::new();
        store::insert(&mut scope, id, operator, &reason, now, until).await?;
        let entry = Entry::new("elevation.began", Object::new("elevation", id))
            .reason(&reason)
            .after(json!({ "operator": operator, "until": until }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        let (name, email) = self.name_of(operator).await?;
        Ok(Elevation { id, operator, name, email, reason, began_at: now, expires_at: until, ended_at: None })
    }

    /// Ends elevations on an account: the principal's own or, for who sets the account's privacy, everybody's.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where there is none; [`AccessError::Denied`] to anybody else;
    /// [`AccessError::ViewAsReadOnly`]; and those of [`Access::authorize`].
    pub async fn end_elevations(&self, principal: &Principal, account: AccountId) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAccounts).await?;
        let own = principal.permissions_at(scope.lineage()).unwrap_or_default();
        let of = if own.contains(Permission::ManagePrivacy) {
            None
        } else if principal.held().iter().any(may_ask) {
            Some(principal.acting()?)
        } else {
            return Err(AccessError::Denied { needs: Permission::ManagePrivacy });
        };
        let ended = store::end(&mut scope, of, self.store.now()).await?;
        if ended.is_empty() {
            return Err(AccessError::NotFound);
        }
        for (id, operator) in ended {
            let entry =
                Entry::new("elevation.ended", Object::new("elevation", id)).before(json!({ "operator": operator }));
            record(&mut scope, entry).await?;
        }
        Ok(scope.commit().await?)
    }

    /// Who of the platform looked at an account, and who does now; newest first.
    ///
    /// # Errors
    /// [`AccessError::Store`] for a cursor of another list, and those of [`Access::authorize`].
    pub async fn elevations(
        &self,
        principal: &Principal,
        account: AccountId,
        page: &PageRequest,
    ) -> Result<Page<Elevation>, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAudit).await?;
        let rows = store::list(&mut scope, page).await?;
        scope.rollback().await?;
        let rows = page.page(rows, store::Row::place);
        let operators: Vec<OperatorId> = rows.items.iter().map(|row| row.operator_id).collect();
        // the platform's operators are out of the account's sight, and this is where it learns who they are
        let names = operators::store::named(&mut self.store.door().await?, &operators).await?;
        Ok(rows.filter_map(|row| {
            let (_, name, email) = names.iter().find(|(id, _, _)| *id == row.operator_id)?;
            Some(row.named(name.clone(), email.clone()))
        }))
    }

    /// Everybody who may ask for an elevation, by name, and whether it has the second factor that it takes.
    ///
    /// # Errors
    /// Those of [`Access::members`] on the root.
    pub async fn elevators(&self, principal: &Principal) -> Result<Vec<Elevator>, AccessError> {
        let (mut members, mut page) = (Vec::new(), PageRequest::new(PageRequest::MAX, None));
        loop {
            let Page { items, next } = self.members(principal, AccountId::ROOT, &page).await?;
            members.extend(items);
            match next {
                Some(after) => page = PageRequest::new(PageRequest::MAX, Some(after)),
                None => break,
            }
        }
        members.retain(|member| !member.role.permissions.looking().is_empty());
        let ids: Vec<OperatorId> = members.iter().map(|member| member.operator).collect();
        let mut door = self.store.door().await?;
        let mut having = factors::store::having(&mut door, &ids).await?;
        having.extend(passkeys::store::having(&mut door, &ids).await?);
        drop(door);
        let elevator = |member: crate::grants::Member| {
            let second_factor = having.contains(&member.operator);
            Elevator { member, second_factor }
        };
        Ok(members.into_iter().map(elevator).collect())
    }

    async fn name_of(&self, operator: OperatorId) -> Result<(String, String), AccessError> {
        let found = operators::store::named(&mut self.store.door().await?, &[operator]).await?;
        let found = found.into_iter().next().ok_or(AccessError::NotFound)?;
        Ok((found.1, found.2))
    }
}
