//! Reading and setting brands.

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{AccountId, Actor, Lineage, OperatorId, Scope};
use serde_json::{Value, json};

use super::{Brand, Branding, HostName, Logo, LogoHash, NewBrand, store};
use crate::access::{Access, is_duplicate};
use crate::error::AccessError;
use crate::permission::Permission;
use crate::principal::Principal;
use bailiwick_text::{Email, Link, ShortName};

impl Access {
    /// An account's brand: what it says itself, and what it wears.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn branding(&self, principal: &Principal, account: AccountId) -> Result<Branding, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ViewAccounts).await?;
        let own = store::own(&mut scope).await?;
        let effective = self.brand_at(scope.lineage()).await?;
        Ok(Branding { own, effective })
    }

    /// What an account at this place wears, for what the platform itself shows and sends.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn brand_at(&self, place: &Lineage) -> Result<Brand, AccessError> {
        let brands = store::on_the_way(&mut self.store.door().await?, place).await?;
        Ok(brands.into_iter().fold(Brand::default(), Brand::over))
    }

    /// What mails about an account wear.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where there is no such account (any more).
    pub async fn brand_of(&self, account: AccountId) -> Result<Brand, AccessError> {
        let scope = self.store.scope(&Actor::system("branding"), account).await?;
        let place = scope.lineage().clone();
        scope.rollback().await?;
        self.brand_at(&place).await
    }

    /// What mails about an operator itself wear: the brand of where its view of the tree begins.
    ///
    /// # Errors
    /// Those of [`Access::brand_of`].
    pub async fn brand_of_operator(&self, operator: OperatorId) -> Result<Brand, AccessError> {
        self.brand_of(self.home(operator).await?).await
    }

    /// What the portal wears under a host name, before anybody has signed in; the platform's own under any other.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn brand_of_host(&self, host: Option<&HostName>) -> Result<Brand, AccessError> {
        let place = match host {
            Some(host) => store::at_host(&mut self.store.door().await?, host).await?,
            None => None,
        };
        self.brand_at(&place.unwrap_or_else(Lineage::root)).await
    }

    /// Whether an account's portal has this host name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_portal_host(&self, host: &HostName) -> Result<bool, AccessError> {
        Ok(store::at_host(&mut self.store.door().await?, host).await?.is_some())
    }

    /// A logo by its hash.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] where no account wears it any more.
    pub async fn logo(&self, hash: LogoHash) -> Result<Vec<u8>, AccessError> {
        store::logo(&mut self.store.door().await?, hash).await?.ok_or(AccessError::NotFound)
    }

    /// Says what an account's brand is, in place of what it said before; host name and logo stay.
    ///
    /// # Errors
    /// [`AccessError::Invalid`]; and those of [`Access::authorize`].
    pub async fn set_branding(
        &self,
        principal: &Principal,
        account: AccountId,
        brand: NewBrand,
    ) -> Result<Branding, AccessError> {
        let brand = checked(brand)?;
        let mut scope = self.authorize(principal, account, Permission::ManageBranding).await?;
        let before = store::own(&mut scope).await?;
        store::set(&mut scope, &brand, self.store.now()).await?;
        self.settle(scope, "branding.changed", before).await
    }

    /// Sets or takes away an account's logo.
    ///
    /// # Errors
    /// Those of [`Access::authorize`].
    pub async fn set_logo(
        &self,
        principal: &Principal,
        account: AccountId,
        logo: Option<Logo>,
    ) -> Result<Branding, AccessError> {
        let mut scope = self.authorize(principal, account, Permission::ManageBranding).await?;
        let before = store::own(&mut scope).await?;
        store::set_logo(&mut scope, logo.as_ref(), self.store.now()).await?;
        self.settle(scope, "branding.changed", before).await
    }

    /// Gives an account's portal a host name, or takes it away. Only who runs the platform does: the name's certificate is
    /// the platform's, and nobody takes a name that is somebody else's.
    ///
    /// # Errors
    /// [`AccessError::Denied`] to anybody else; [`AccessError::Conflict`] where
    /// another portal has the name; and those of [`Access::authorize`].
    pub async fn set_portal_host(
        &self,
        principal: &Principal,
        account: AccountId,
        host: Option<HostName>,
    ) -> Result<Branding, AccessError> {
        let needs = Permission::ManageAccounts;
        let mut scope = self.authorize(principal, account, needs).await?;
        if account == AccountId::ROOT || principal.grant_for(&Lineage::root(), needs, &[]).is_none() {
            return Err(AccessError::Denied { needs });
        }
        let before = store::own(&mut scope).await?;
        match store::set_host(&mut scope, host.as_ref(), self.store.now()).await {
            Err(error) if is_duplicate(&error) => {
                return Err(AccessError::Conflict("another portal has this host name"));
            }
            done => done?,
        }
        self.settle(scope, "branding.host_changed", before).await
    }

    /// Tells the audit what changed, keeps it, and answers what the account wears now.
    async fn settle(&self, mut scope: Scope, action: &'static str, before: Brand) -> Result<Branding, AccessError> {
        let own = store::own(&mut scope).await?;
        if before != own {
            let entry = Entry::new(action, Object::new("account", scope.account()));
            record(&mut scope, entry.before(told(&before)).after(told(&own))).await?;
        }
        let place = scope.lineage().clone();
        scope.commit().await?;
        Ok(Branding { own, effective: self.brand_at(&place).await? })
    }
}

fn checked(brand: NewBrand) -> Result<NewBrand, AccessError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let wrong = |field, detail| AccessError::Invalid { field, detail };
    let name = given(brand.name).map(|text| text.parse::<ShortName>()).transpose();
    let email = given(brand.support_email).map(|text| text.parse::<Email>()).transpose();
    let url = given(brand.support_url).map(|text| text.parse::<Link>()).transpose();
    Ok(NewBrand {
        name: name.map_err(|error| wrong("name", error.detail()))?.map(ShortName::into_string),
        accent: brand.accent,
        support_email: email.map_err(|error| wrong("support_email", error.detail()))?.map(Email::into_string),
        support_url: url.map_err(|error| wrong("support_url", error.detail()))?.map(Link::into_string),
    })
}

fn told(brand: &Brand) -> Value {
    json!({
        "name": brand.name,
        "accent": brand.accent,
        "support_email": brand.support_email,
        "support_url": brand.support_url,
        "host": brand.host,
        "logo": brand.logo,
    })
}
