//! Roles that an account makes for itself and all below it: a name and a set of permissions.
//!
//! Nobody makes or gives a role that permits more than he may himself.

mod service;
pub(crate) mod store;

use crate::permission::Permissions;

/// A role to be made, or what it is to become.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// 1 to 200 characters.
    pub name: String,
    /// At least one.
    pub permissions: Permissions,
}
