//! An id with the name that operators know it by, as replies show it.

use bailiwick_devices::Named;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An id with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Named)]
pub struct NamedView {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
}

impl<I: Into<Uuid>> From<Named<I>> for NamedView {
    fn from(named: Named<I>) -> Self {
        Self { id: named.id.into(), name: named.name }
    }
}
