//! Ids as types: an account's id cannot be passed where a device's is meant.
//!
//! Ids are UUIDv7 (RFC 9562, 5.7), made here and not by the database, so that rows written together can
//! refer to each other and new rows land at the right end of an index.

/// Declares a newtype over a UUIDv7 that serde and sqlx treat as the bare UUID.
///
/// ```
/// bailiwick_store::uuid_id! {
///     /// One site of a customer.
///     SiteId
/// }
/// let id = SiteId::new();
/// assert_eq!(id.to_string().parse::<SiteId>().ok(), Some(id));
/// ```
#[macro_export]
macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            $crate::reexport::serde::Serialize, $crate::reexport::serde::Deserialize,
            $crate::reexport::sqlx::Type,
        )]
        #[serde(transparent, crate = "bailiwick_store::reexport::serde")]
        #[sqlx(transparent)]
        pub struct $name(pub $crate::reexport::uuid::Uuid);

        $crate::uuid_id!(@impl $name);
    };
    (@impl $name:ident) => {
        impl $name {
            /// A fresh id (UUIDv7: ordered by the time it was made).
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an id out of nowhere is not a default value")]
            pub fn new() -> Self {
                Self($crate::reexport::uuid::Uuid::now_v7())
            }

            /// The bare UUID.
            #[must_use]
            pub const fn get(self) -> $crate::reexport::uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::reexport::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$crate::reexport::uuid::Uuid> for $name {
            fn from(id: $crate::reexport::uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for $crate::reexport::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

use crate as bailiwick_store;

uuid_id! {
    /// An account: a node of the tree platform → dealer → customer.
    AccountId
}

impl AccountId {
    /// The root of the tree, made by the first migration; the same in every installation.
    pub const ROOT: Self = Self(uuid::Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000));
}

uuid_id! {
    /// Someone who signs in to the portal or calls the API.
    OperatorId
}
uuid_id! {
    /// An API token.
    TokenId
}
uuid_id! {
    /// An on-site collector.
    CollectorId
}
uuid_id! {
    /// One managed thing.
    DeviceId
}
uuid_id! {
    /// The standing relation of a device to one account through one driver.
    EnrollmentId
}
