//! What a provider gives: one role on its own account, looked at again at each sign-in.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{Actor, Metered, OperatorId};
use serde_json::json;

use super::attempts::ACTOR;
use super::{Connection, Refusal, Returned, store};
use crate::access::Access;
use crate::error::AccessError;
use crate::grants::{self, GrantId};
use crate::role::{KnownRole, RoleRef};
use crate::sessions;
use crate::tokens;

impl Access {
    /// The role that the mapping gives at present.
    pub(super) async fn mapped(
        &self,
        returned: &Returned,
        values: &(impl Fn(&str) -> Vec<String> + Send + Sync),
    ) -> Result<Option<KnownRole>, AccessError> {
        let mut scope = self.store.scope(&ACTOR, returned.client.account).await?;
        let connection = store::lock(&mut scope).await?.ok_or(AccessError::NotFound)?;
        let place = scope.lineage().clone();
        scope.rollback().await?;
        let Some(role) = fitting(&connection, &values(&connection.claim)) else { return Ok(None) };
        // a role that was deleted since gives nothing
        Ok(grants::store::role_of(&mut self.store.door().await?, &place, role).await?)
    }

    /// Makes the grant what the mapping says. One that was given by hand is left as it is; a role that became less ends
    /// what was made and begun by the greater one.
    pub(super) async fn apply(
        &self,
        returned: &Returned,
        subject: &str,
        operator: OperatorId,
        values: &(impl Fn(&str) -> Vec<String> + Send + Sync),
        source: Option<String>,
    ) -> Result<Result<(), Refusal>, AccessError> {
        let account = returned.client.account;
        let mut scope = self.store.scope(&Actor::Operator(operator), account).await?;
        scope.set_source(source);
        scope.hold().await?;
        // its mapping stays as it is until this is done
        let connection = store::lock(&mut scope).await?.filter(|known| known.id == returned.connection);
        let connection = connection.ok_or(AccessError::NotFound)?;
        let barred = store::is_barred(&mut scope, returned.connection, subject).await?;
        let place = scope.lineage().clone();
        let mut door = self.store.door().await?;
        let role = match fitting(&connection, &values(&connection.claim)).filter(|_| !barred) {
            Some(role) => grants::store::role_of(&mut door, &place, role).await?,
            None => None,
        };
        let elsewhere = grants::store::places_of(&mut door, operator).await?;
        drop(door);
        let before = grants::store::lock(&mut scope, operator).await?;
        let entry = match (before, role) {
            (Some(before), _) if before.by.is_none() => None,
            (None, None) => None,
            (Some(before), Some(role)) if before.given.role == role.role => None,
            (Some(before), Some(role)) => {
                grants::store::change(&mut scope, operator, &role, &[]).await?;
                let ended = self.ends(&mut scope, returned, operator).await?;
                let told = json!({ "operator": operator, "role": before.given.role, "by": returned.connection });
                let now = json!({
                    "operator": operator, "role": role.role, "by": returned.connection, "tokens_revoked": ended,
                });
                Some(Entry::new("grant.changed", Object::new("grant", before.id)).before(told).after(now))
            }
            (Some(before), None) => {
                grants::store::remove(&mut scope, operator).await?;
                let ended = self.ends(&mut scope, returned, operator).await?;
                let told = json!({ "operator": operator, "role": before.given.role, "by": returned.connection });
                let entry = Entry::new("grant.removed", Object::new("grant", before.id)).before(told);
                Some(entry.after(json!({ "tokens_revoked": ended })))
            }
            (None, Some(role)) => {
                if let Some((0, _)) = self.store.room(&mut scope, Metered::Operators, &elsewhere).await? {
                    return Ok(Err(Refusal::Full));
                }
                let grant = GrantId::new();
                grants::store::insert(&mut scope, grant, operator, &role, &[], Some(returned.connection)).await?;
                let told = json!({ "operator": operator, "role": role.role, "by": returned.connection });
                Some(Entry::new("grant.given", Object::new("grant", grant)).after(told))
            }
        };
        if let Some(entry) = entry {
            record(&mut scope, entry).await?;
        }
        scope.commit().await?;
        Ok(Ok(()))
    }

    /// Ends the sessions of an operator that began by the provider, and its tokens: what was begun with another role.
    async fn ends(
        &self,
        scope: &mut bailiwick_store::Scope,
        returned: &Returned,
        operator: OperatorId,
    ) -> Result<u64, AccessError> {
        let now = self.store.now();
        sessions::store::revoke_by(scope, operator, returned.connection, now).await?;
        Ok(tokens::store::revoke_made_by(scope, operator, now).await?)
    }
}

fn fitting(connection: &Connection, values: &[String]) -> Option<RoleRef> {
    let rule = connection.mapping.iter().find(|rule| values.contains(&rule.value));
    rule.map(|rule| rule.role).or(connection.default_role)
}
