//! Roles: named sets of permissions. Seven are built in; a dealer can make its own ([`crate::roles`]).

use std::fmt;
use std::str::FromStr;

use bailiwick_store::{AccountId, uuid_id};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::permission::{Permission, Permissions};

uuid_id! {
    /// A role that an account made.
    RoleId
}

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees.
    Viewer,
    /// Sees, with who has access, who did what, and what is billed.
    Auditor,
    /// Sees accounts and what is billed, no devices.
    Billing,
    /// Sees, handles alerts and sends harmless commands; sees the portal as those it helps.
    Helpdesk,
    /// Sees and works: devices, alerts, sites, collectors.
    Technician,
    /// Everything but deleting accounts, making roles and setting privacy.
    Admin,
    /// Everything, including who else may.
    Owner,
}

impl Role {
    /// Every built-in role.
    pub const ALL: [Self; 7] =
        [Self::Viewer, Self::Auditor, Self::Billing, Self::Helpdesk, Self::Technician, Self::Admin, Self::Owner];

    /// What it permits.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        let viewer = [P::ViewAccounts, P::ViewDevices];
        let set = |more: &[P]| viewer.iter().chain(more).copied().collect::<Permissions>();
        match self {
            Self::Viewer => set(&[]),
            Self::Auditor => set(&[P::ViewOperators, P::ViewAudit, P::ViewUsage]),
            Self::Billing => [P::ViewAccounts, P::ViewUsage].into_iter().collect(),
            Self::Helpdesk => set(&[P::ViewOperators, P::HandleAlerts, P::CommandDevices, P::ViewAs]),
            Self::Technician => set(&[
                P::ViewOperators,
                P::ManageDevices,
                P::HandleAlerts,
                P::ManageSites,
                P::ManageCollectors,
                P::CommandDevices,
            ]),
            Self::Admin => {
                Permissions::all().without([P::DeleteAccounts, P::ManageRoles, P::ManagePrivacy].into_iter().collect())
            }
            Self::Owner => Permissions::all(),
        }
    }

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Billing => "billing",
            Self::Helpdesk => "helpdesk",
            Self::Technician => "technician",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is owner, admin, technician, helpdesk, billing, auditor, viewer, or the id of a role that was made")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

/// Which role a grant gives: a built-in one by its name, or one that was made by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoleRef {
    /// Built in.
    BuiltIn(Role),
    /// Made by an account.
    Made(RoleId),
}

impl From<Role> for RoleRef {
    fn from(role: Role) -> Self {
        Self::BuiltIn(role)
    }
}

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(role) => role.fmt(f),
            Self::Made(id) => id.fmt(f),
        }
    }
}

impl FromStr for RoleRef {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Role>().map(Self::BuiltIn).or_else(|_| text.parse().map(Self::Made).map_err(|_| UnknownRole))
    }
}

impl Serialize for RoleRef {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoleRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A role with what it permits now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRole {
    /// Which.
    pub role: RoleRef,
    /// Whose; `None` for a built-in one.
    pub made_by: Option<AccountId>,
    /// The name that its maker gave it; a built-in one's stable name.
    pub name: String,
    /// What it permits.
    pub permissions: Permissions,
}

impl From<Role> for KnownRole {
    fn from(role: Role) -> Self {
        Self { role: role.into(), made_by: None, name: role.name().to_owned(), permissions: role.permissions() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(role.name().parse(), Ok(RoleRef::BuiltIn(role)));
        }
        assert!("Owner".parse::<Role>().is_err());
        let made = RoleRef::Made(RoleId::new());
        assert_eq!(made.to_string().parse(), Ok(made));
    }

    /// Role × permission, as people read it. Bless: `INSTA_UPDATE=always`.
    #[test]
    fn the_matrix_is_as_agreed() {
        let mut table = format!("{:<22}", "");
        for role in Role::ALL {
            table.push_str(&format!("{:<12}", role.name()));
        }
        for permission in Permission::ALL {
            table.push_str(&format!("\n{:<22}", permission.name()));
            for role in Role::ALL {
                table.push_str(&format!("{:<12}", if role.permissions().contains(*permission) { "yes" } else { "-" }));
            }
        }
        let table: Vec<&str> = table.lines().map(str::trim_end).collect();
        insta::assert_snapshot!("roles", table.join("\n"));
    }
}
