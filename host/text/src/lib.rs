//! The rules of texts that people, devices and providers give and others see. Each rule stands here once: names and
//! reasons ([`line`]), e-mail addresses ([`email`]), host names ([`host`]), links ([`link`]), cells of a CSV file
//! ([`csv`]).
//!
//! No I/O. Server, collector and the tenants' crates judge by the same code, and the OpenAPI document takes the bounds
//! of each type from here.

pub mod csv;
pub mod email;
pub mod host;
pub mod line;
pub mod link;

pub use email::{Email, EmailError};
pub use line::{Address, LineError, Name, Reason, ShortName};
pub use link::{Link, LinkError};

/// A text type that parses by a rule: conversions, JSON, and its schema.
macro_rules! checked_text {
    ($name:ident, $error:ty, $schema:expr) => {
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.into_string()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let schema: utoipa::openapi::schema::ObjectBuilder = $schema;
                schema.schema_type(utoipa::openapi::schema::Type::String).into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
use checked_text;
