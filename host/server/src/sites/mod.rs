//! `/api/v1/accounts/{id}/sites`: a customer's places.
//!
//! SNMP communities are write-only: a reply says whether some are set, never which.

mod create;
mod delete;
mod get;
mod list;
mod update;

use bailiwick_devices::{
    SiteId,
    sites::{Site, SiteError},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    edge::{Problem, Tabular},
};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(
        get::get,
        update::update,
        delete::delete
    ))
}

/// Which site.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SiteAt {
    /// The site.
    #[param(value_type = Uuid)]
    site_id: SiteId,
}

/// A site.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Site)]
pub struct SiteView {
    /// Its id.
    id: Uuid,
    /// Whose.
    account_id: Uuid,
    /// What operators call it.
    name: String,
    /// The postal address, for people.
    address: Option<String>,
    /// `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address.
    ranges: Vec<String>,
    /// Seconds between polls.
    poll_seconds: u32,
    /// Seconds between sweeps for new devices.
    sweep_seconds: u32,
    /// Whether SNMP communities of its own are set; they are never shown.
    community_set: bool,
    /// Since when.
    created_at: Timestamp,
}

impl Tabular for SiteView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "account_id",
        "name",
        "address",
        "ranges",
        "poll_seconds",
        "sweep_seconds",
        "community_set",
        "created_at",
    ];
}

impl From<Site> for SiteView {
    fn from(site: Site) -> Self {
        Self {
            id: site.id.get(),
            account_id: site.account.get(),
            name: site.name,
            address: site.address,
            ranges: site.ranges.into_iter().map(String::from).collect(),
            poll_seconds: site.poll_seconds,
            sweep_seconds: site.sweep_seconds,
            community_set: site.communities_set,
            created_at: site.created_at,
        }
    }
}

/// How a site is swept and polled.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteSettings {
    /// `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address, each; at most 256.
    ranges: Option<Vec<String>>,
    /// Seconds between polls: 10 to 86,400; 300 where absent.
    poll_seconds: Option<u32>,
    /// Seconds between sweeps for new devices: 30 to 604,800; 3,600 where absent.
    sweep_seconds: Option<u32>,
    /// An SNMP community. Write-only. An empty text removes those that were set.
    #[schema(write_only)]
    community: Option<String>,
    /// SNMP communities to try, in order, at most 8. Write-only.
    #[schema(write_only)]
    communities: Option<Vec<String>>,
}

impl SiteSettings {
    fn communities(self) -> Option<Vec<String>> {
        match (self.communities, self.community) {
            (Some(all), _) => Some(all),
            (None, Some(one)) if one.is_empty() => Some(Vec::new()),
            (None, Some(one)) => Some(vec![one]),
            (None, None) => None,
        }
    }
}

impl From<SiteError> for Problem {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::NotFound => Self::not_found(),
            SiteError::Invalid { field, why } => {
                let field = match field.as_str() {
                    "name" | "address" => field,
                    _ => format!("settings.{field}"),
                };
                Self::field(field, "invalid", why)
            }
            SiteError::InUse => Self::conflict("site_in_use", "Collectors still work at this site: revoke them first."),
            SiteError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
