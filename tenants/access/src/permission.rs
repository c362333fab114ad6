//! Roles and what they permit.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See accounts, devices, facts, readings, alerts, sites, collectors.
    View,
    /// Work on them: name and place devices, acknowledge alerts, edit sites, enroll collectors, start scans.
    Operate,
    /// See who has access.
    ViewOperators,
    /// See the audit.
    ViewAudit,
    /// Create and rename accounts.
    ManageAccounts,
    /// Add operators, grant, change and take roles.
    ManageOperators,
    /// See, make and revoke API tokens.
    ManageTokens,
    /// Grant drivers to accounts; at the root, install them.
    ManageDrivers,
}

impl Permission {
    /// Its stable name, as in the `denied` problem.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Operate => "operate",
            Self::ViewOperators => "view_operators",
            Self::ViewAudit => "view_audit",
            Self::ManageAccounts => "manage_accounts",
            Self::ManageOperators => "manage_operators",
            Self::ManageTokens => "manage_tokens",
            Self::ManageDrivers => "manage_drivers",
        }
    }
}

/// What someone may do on an account and all below it. Ordered: each role permits all that a lower one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees.
    Viewer,
    /// Sees and works.
    Technician,
    /// Everything, including who else may.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Technician, Self::Owner];

    /// Whether the role permits it.
    #[must_use]
    pub const fn permits(self, permission: Permission) -> bool {
        match permission {
            Permission::View => true,
            Permission::Operate | Permission::ViewOperators => matches!(self, Self::Technician | Self::Owner),
            Permission::ViewAudit
            | Permission::ManageAccounts
            | Permission::ManageOperators
            | Permission::ManageTokens
            | Permission::ManageDrivers => matches!(self, Self::Owner),
        }
    }

    /// Its stable name: `viewer`, `technician`, `owner`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Technician => "technician",
            Self::Owner => "owner",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is owner, technician or viewer")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

impl TryFrom<String> for Role {
    type Error = UnknownRole;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Permission; 8] = [
        Permission::View,
        Permission::Operate,
        Permission::ViewOperators,
        Permission::ViewAudit,
        Permission::ManageAccounts,
        Permission::ManageOperators,
        Permission::ManageTokens,
        Permission::ManageDrivers,
    ];

    #[test]
    fn each_role_permits_what_a_lower_one_does_and_something_more() {
        let permitted = Role::ALL.map(|role| ALL.into_iter().filter(|p| role.permits(*p)).count());
        assert_eq!(permitted, [1, 3, 8]);
        for permission in ALL {
            for pair in Role::ALL.windows(2) {
                assert!(pair[0] < pair[1]);
                assert!(!pair[0].permits(permission) || pair[1].permits(permission), "{permission:?}");
            }
        }
    }

    #[test]
    fn names_read_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert!("Owner".parse::<Role>().is_err());
    }
}
