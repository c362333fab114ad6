//! What a call needs, and sets of it.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a call needs. The names are stable: they stand in the API, in custom roles and in tokens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission, in the order in which people read them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable name, as in the `denied` problem.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

permissions! {
    /// See the account tree: names and places.
    ViewAccounts = "view_accounts",
    /// Create, rename, move, suspend and resume accounts.
    ManageAccounts = "manage_accounts",
    /// Delete accounts and export all that is kept of one.
    DeleteAccounts = "delete_accounts",
    /// Set what an account may have of what.
    ManageQuotas = "manage_quotas",
    /// See what is billed.
    ViewUsage = "view_usage",
    /// See devices with facts and readings, alerts, sites, collectors, drivers.
    ViewDevices = "view_devices",
    /// Name, place, retire and restore devices.
    ManageDevices = "manage_devices",
    /// Acknowledge alerts.
    HandleAlerts = "handle_alerts",
    /// Make, change and delete sites.
    ManageSites = "manage_sites",
    /// Enroll and revoke collectors, start scans.
    ManageCollectors = "manage_collectors",
    /// Send devices commands that neither locate nor wipe.
    CommandDevices = "command_devices",
    /// Send devices commands that open their location.
    LocateDevices = "locate_devices",
    /// Send devices commands that erase them.
    WipeDevices = "wipe_devices",
    /// Administer the people of a customer: who carries which device, who is in which group.
    AdministerPeople = "administer_people",
    /// Edit what drivers are configured with: profiles, restriction sets, retention.
    ConfigureDrivers = "configure_drivers",
    /// See who has access.
    ViewOperators = "view_operators",
    /// Invite operators, grant, change and take roles.
    ManageOperators = "manage_operators",
    /// Make roles of one's own.
    ManageRoles = "manage_roles",
    /// Say how operators sign in.
    ManageSignIn = "manage_sign_in",
    /// See the portal as somebody else does, for support.
    ViewAs = "view_as",
    /// See who did what.
    ViewAudit = "view_audit",
    /// See, make and revoke API tokens.
    ManageTokens = "manage_tokens",
    /// Say which drivers serve an account, and what they may.
    ManageDrivers = "manage_drivers",
    /// Install drivers; at the root only.
    InstallDrivers = "install_drivers",
    /// Set an account's privacy policy, and what those above it may not do there.
    ManagePrivacy = "manage_privacy",
    /// Set name, logo, colours and host name.
    ManageBranding = "manage_branding",
    /// Say which hosts the platform may reach for an account.
    ManageEgress = "manage_egress",
}

impl Permission {
    const fn bit(self) -> u64 {
        1 << self as u8
    }

    /// Whether an account may deny it to those above. Seeing and helping stay possible, or nobody could be helped.
    #[must_use]
    pub const fn restrictable(self) -> bool {
        matches!(
            self,
            Self::ManageDevices
                | Self::CommandDevices
                | Self::LocateDevices
                | Self::WipeDevices
                | Self::AdministerPeople
                | Self::ConfigureDrivers
                | Self::ViewAs
                | Self::ManageTokens
                | Self::ManageDrivers
        )
    }

    /// Whether it only looks.
    #[must_use]
    pub const fn only_looks(self) -> bool {
        matches!(self, Self::ViewAccounts | Self::ViewUsage | Self::ViewDevices | Self::ViewOperators | Self::ViewAudit)
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such permission")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|permission| permission.name() == text).ok_or(UnknownPermission)
    }
}

/// A set of permissions, a bit for each; in JSON and in the database a list of their names, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// All of them.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether every one of `others` is among them.
    #[must_use]
    pub const fn contains_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Those of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in the other set.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those of them that only look.
    #[must_use]
    pub fn looking(self) -> Self {
        self.iter().filter(|permission| permission.only_looks()).collect()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each, in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }

    /// Their names, in order.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }

    /// From names as the database keeps them. One that this version does not know any more permits nothing.
    #[must_use]
    pub fn from_stored(names: &[String]) -> Self {
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Vec::<Permission>::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_agree_with_json() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse(), Ok(*permission));
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.name());
        }
        assert!("ViewDevices".parse::<Permission>().is_err());
        assert_eq!(Permissions::all().iter().count(), Permission::ALL.len());
    }

    #[test]
    fn what_is_stored_and_unknown_permits_nothing() {
        let stored = ["view_devices".to_owned(), "rule_the_world".to_owned()];
        assert_eq!(Permissions::from_stored(&stored).names(), ["view_devices"]);
    }

    #[test]
    fn nobody_can_deny_what_helping_needs() {
        for permission in Permission::ALL.iter().filter(|permission| permission.restrictable()) {
            assert!(!permission.only_looks(), "{permission}");
        }
    }
}
