//! Making, checking and revoking API tokens.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Capped, Cursor, Door, Page, PageRequest, TokenId};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::store::Found;
use super::{Issued, NewToken, Shown, Token, store};
use crate::access::{Access, checked_name};
use crate::credential::Credential;
use crate::error::AccessError;
use crate::grants;
use crate::permission::Permission;
use crate::principal::{Held, Principal, Reach, Via};
use crate::role::KnownRole;

/// Use is noted at most so often.
const TOUCH: SignedDuration = SignedDuration::from_secs(60);

impl Access {
    /// Sets after how long a token ends at the latest.
    #[must_use]
    pub fn limiting_tokens(mut self, lifetime: SignedDuration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Makes a token with a role on `account` and all below it. One that a token makes ends no later than that one.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] where the name is none, or the end lies in the past or beyond the longest time that tokens
    /// have; [`AccessError::Excess`] where it would
    /// permit what the principal may not; and those of [`Access::authorize`].
    pub async fn create_token(
        &self,
        principal: &Principal,
        account: AccountId,
        new: NewToken,
    ) -> Result<Issued, AccessError> {
        let (made_with, latest) = self.made_with(principal).await?;
        let mut scope = self.authorize(principal, account, Permission::ManageTokens).await?;
        let name = checked_name(&new.name)?;
        let now = microseconds(self.store.now());
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(AccessError::Invalid { field: "expires_at", detail: "must lie in the future" });
        }
        let last = microseconds(now.checked_add(self.token_lifetime).unwrap_or(now));
        if new.expires_at.is_some_and(|end| end > last) {
            let detail = "lies beyond the longest time that tokens have here";
            return Err(AccessError::Invalid { field: "expires_at", detail });
        }
        self.may_give(principal, scope.lineage(), new.permits.permissions()).await?;
        if new.permits.permissions().is_empty() {
            return Err(AccessError::Invalid { field: "permissions", detail: "must hold at least one" });
        }
        let (secret, hash) = Credential::API_TOKEN.generate().map_err(|error| AccessError::Hashing(error.into()))?;
        let token = Token {
            id: TokenId::new(),
            name,
            permits: new.permits,
            // a token that makes tokens passes on who made it
            created_by: principal.actor().operator(),
            made_with,
            created_at: now,
            expires_at: [new.expires_at.map(microseconds), latest, Some(last)].into_iter().flatten().min(),
            last_used_at: None,
            revoked_at: None,
        };
        scope.room_for(Capped::Tokens).await?;
        store::insert(&mut scope, &token, &hash).await?;
        let entry = Entry::new("token.created", Object::new("token", token.id).named(&token.name)).after(json!({
            "role": token.permits.role(),
            "permissions": token.permits.permissions(),
            "expires_at": token.expires_at,
        }));
        record(&mut scope, entry).await?;
        scope.commit().await?;
        Ok(Issued { token, secret })
    }

    /// The tokens of an account, not of those below it; also expired ones. Newest first.
    ///
    /// # Errors
    /// [`AccessError::Store`] for a cursor of another list, and those of [`Access::authorize`].
    pub async fn tokens(
        &self,
        principal: &Principal,
        account: AccountId,
        shown: Shown,
        page: &PageRequest,
    ) -> Result<Page<Token>, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageTokens).await?;
        let rows = store::list(&mut scope, shown, page).await?;
        Ok(page.page(rows, |last| Cursor::time(last.created_at.0, last.id.get())).map(Token::from))
    }

    /// Revokes a token of this very account.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where the account has no such token or it is revoked; and those of [`Access::authorize`].
    pub async fn revoke_token(
        &self,
        principal: &Principal,
        account: AccountId,
        token: TokenId,
    ) -> Result<(), AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageTokens).await?;
        if !store::revoke(&mut scope, token, self.store.now()).await? {
            return Err(AccessError::NotFound);
        }
        record(&mut scope, Entry::new("token.revoked", Object::new("token", token))).await?;
        Ok(scope.commit().await?)
    }

    /// The token by which a token is being made, and when that one ends.
    async fn made_with(&self, principal: &Principal) -> Result<(Option<TokenId>, Option<Timestamp>), AccessError> {
        let Via::Token(maker) = principal.via() else { return Ok((None, None)) };
        let found = store::find_by_id(&mut self.store.door().await?, maker).await?.ok_or(AccessError::TokenUnknown)?;
        Ok((Some(maker), found.expires_at.map(|at| at.0)))
    }

    /// Who a token stands for.
    ///
    /// # Errors
    /// [`AccessError::TokenMalformed`], [`AccessError::TokenUnknown`], [`AccessError::TokenRevoked`], also where who made it
    /// holds nothing there any more, and [`AccessError::TokenExpired`]; [`AccessError::Suspended`] where its account is, or
    /// all by which its maker holds something there.
    pub async fn authenticate_token(&self, secret: &SecretString) -> Result<Principal, AccessError> {
        let hash = Credential::API_TOKEN.parse(secret.expose_secret()).map_err(AccessError::TokenMalformed)?;
        let mut door = self.store.door().await?;
        let found = store::find(&mut door, &hash).await?.ok_or(AccessError::TokenUnknown)?;
        let now = self.store.now();
        let principal = principal_of(&mut door, &found, now).await?;
        if found.last_used_at.is_none_or(|last| now.duration_since(last.0) >= TOUCH) {
            store::touch(&mut door, found.tenant_id, found.id, now).await?;
        }
        Ok(principal)
    }

    /// Who a token stands for, by its id: for what was asked for with it earlier.
    pub(crate) async fn token_principal(&self, token: TokenId) -> Result<Principal, AccessError> {
        let mut door = self.store.door().await?;
        let found = store::find_by_id(&mut door, token).await?.ok_or(AccessError::TokenUnknown)?;
        principal_of(&mut door, &found, self.store.now()).await
    }
}

/// Who a token stands for, while it is good.
async fn principal_of(door: &mut Door, found: &Found, now: Timestamp) -> Result<Principal, AccessError> {
    if found.suspended {
        return Err(AccessError::Suspended);
    }
    if found.revoked {
        return Err(AccessError::TokenRevoked);
    }
    if found.expires_at.is_some_and(|end| now >= end.0) {
        return Err(AccessError::TokenExpired);
    }
    let whole = Held::whole(found.tenant_id, found.lineage.clone(), found.known_role());
    let held = match found.created_by {
        None => vec![whole],
        Some(maker) => {
            let (theirs, suspended) = grants::store::held_by(door, maker, now).await?;
            let held: Vec<Held> = theirs.iter().filter_map(|theirs| lent(&whole, theirs)).collect();
            if held.is_empty() {
                return Err(if suspended { AccessError::Suspended } else { AccessError::TokenRevoked });
            }
            held
        }
    };
    Ok(Principal {
        actor: Actor::Token { token: found.id, operator: found.created_by },
        via: Via::Token(found.id),
        held,
        viewing_as: None,
        source: None,
        device: None,
    })
}

/// What a token has of one of its maker's grants: what both permit, without what the grant leaves out, as from where the
/// grant lies. Nothing of a grant that does not reach the token's place, nor of an elevation.
fn lent(token: &Held, theirs: &Held) -> Option<Held> {
    if !matches!(theirs.reach, Reach::Whole | Reach::Platform) || !theirs.sees(&token.lineage) {
        return None;
    }
    // what runs the platform is cut to what that permits here; at the root the token is cut like its maker
    let theirs_here =
        if token.reach == theirs.reach { theirs.role.permissions } else { theirs.permissions_at(&token.lineage) };
    let permissions = token.role.permissions.and(theirs_here);
    (!permissions.is_empty()).then(|| Held {
        origin: theirs.origin.clone(),
        role: KnownRole { permissions, ..token.role.clone() },
        excluded: theirs.excluded.iter().filter(|branch| token.lineage.contains(branch)).cloned().collect(),
        ..token.clone()
    })
}

/// As the database will keep it.
fn microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}
