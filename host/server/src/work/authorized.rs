//! The extractor by which a handler gets at an account's data, with the permission that it names.

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use bailiwick_access::Permission;
use bailiwick_store::AccountId;

use super::{Refused, Work};
use crate::{App, caller::Caller, edge::Problem};

/// A permission as a type, so that a handler's signature says what it takes.
pub trait Needs: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// The permissions that handlers name.
pub mod permission {
    use bailiwick_access::Permission;

    use super::Needs;

    macro_rules! needs {
        ($($(#[$doc:meta])* $name:ident = $permission:ident;)*) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;
            impl Needs for $name {
                const PERMISSION: Permission = Permission::$permission;
            }
        )*};
    }

    needs! {
        /// See the account tree.
        ViewAccounts = ViewAccounts;
        /// Create, rename, move, suspend and resume accounts.
        ManageAccounts = ManageAccounts;
        /// Delete and export accounts.
        DeleteAccounts = DeleteAccounts;
        /// Set what an account may have of what.
        ManageQuotas = ManageQuotas;
        /// See what is billed.
        ViewUsage = ViewUsage;
        /// See devices, alerts, sites and collectors.
        ViewDevices = ViewDevices;
        /// Name, place, retire and restore devices.
        ManageDevices = ManageDevices;
        /// Acknowledge alerts.
        HandleAlerts = HandleAlerts;
        /// Make, change and delete sites.
        ManageSites = ManageSites;
        /// Enroll and revoke collectors, start scans.
        ManageCollectors = ManageCollectors;
        /// See the portal as somebody else does.
        ViewAs = ViewAs;
        /// See who did what.
        ViewAudit = ViewAudit;
        /// See who has access.
        ViewOperators = ViewOperators;
        /// Say how operators sign in.
        ManageSignIn = ManageSignIn;
        /// Say who has access.
        ManageOperators = ManageOperators;
        /// Make roles.
        ManageRoles = ManageRoles;
        /// Say what those above may not do.
        ManagePrivacy = ManagePrivacy;
        /// Set name, colours, logo.
        ManageBranding = ManageBranding;
        /// See, make and revoke API tokens.
        ManageTokens = ManageTokens;
        /// Say what a driver may do for an account.
        ManageDrivers = ManageDrivers;
        /// Say which hosts may be reached for an account.
        ManageEgress = ManageEgress;
        /// Install a driver.
        InstallDrivers = InstallDrivers;
    }
}

/// Work on the account of the path, by a caller with the permission `P`.
pub struct Authorized<P> {
    work: Work,
    permission: PhantomData<P>,
}

impl<P> Authorized<P> {
    /// The work, to be ended with a reply.
    #[must_use]
    pub fn into_inner(self) -> Work {
        self.work
    }
}

impl<P> Deref for Authorized<P> {
    type Target = Work;
    fn deref(&self) -> &Work {
        &self.work
    }
}

impl<P> DerefMut for Authorized<P> {
    fn deref_mut(&mut self) -> &mut Work {
        &mut self.work
    }
}

impl<P: Needs> FromRequestParts<App> for Authorized<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let account = account(parts, app).await?;
        let pending = parts.extensions.get().cloned();
        let work = Work::open::<P>(app, caller, account, pending).await?;
        Ok(Self { work, permission: PhantomData })
    }
}

/// The account that the path names as `{id}`. What is no id names nothing.
pub(crate) async fn account(parts: &mut Parts, app: &App) -> Result<AccountId, Problem> {
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
    let id = params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value.parse());
    id.and_then(Result::ok).ok_or_else(Problem::not_found)
}
