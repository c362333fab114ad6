//! `/api/v1/accounts/{id}/branding`, and what a portal wears before anybody has signed in.

mod get;
mod host;
mod logo;
mod portal;
mod update;

use bailiwick_access::branding::{Brand, Branding, Colour, HostName, LogoError, LogoHash};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{App, edge::Problem};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get::get, update::update))
        .routes(routes!(logo::replace, logo::remove))
        .routes(routes!(host::set))
        .routes(routes!(portal::brand))
        .routes(routes!(portal::logo))
}

/// The parts of a brand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Brand)]
pub struct BrandView {
    /// What the product is called.
    name: Option<String>,
    /// `#rrggbb`; white text can be read on it.
    #[schema(value_type = Option<String>)]
    accent: Option<Colour>,
    support_email: Option<String>,
    /// Begins with `https://`.
    support_url: Option<String>,
    /// The portal's host name.
    #[schema(value_type = Option<String>)]
    host: Option<HostName>,
    /// Where the logo is: a PNG that never changes.
    logo_url: Option<String>,
}

impl From<Brand> for BrandView {
    fn from(brand: Brand) -> Self {
        let url = |hash: LogoHash| format!("/api/v1/branding/logos/{hash}");
        Self {
            name: brand.name,
            accent: brand.accent,
            support_email: brand.support_email,
            support_url: brand.support_url,
            host: brand.host,
            logo_url: brand.logo.map(url),
        }
    }
}

/// An account's brand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Branding)]
pub struct BrandingView {
    /// What the account says itself.
    own: BrandView,
    /// What it wears: each part that it does not say itself comes from above.
    effective: BrandView,
}

impl From<Branding> for BrandingView {
    fn from(branding: Branding) -> Self {
        Self { own: branding.own.into(), effective: branding.effective.into() }
    }
}

impl From<LogoError> for Problem {
    fn from(error: LogoError) -> Self {
        let code = match error {
            LogoError::Large => "too_large",
            LogoError::NoPng => "no_png",
            LogoError::Size => "size",
            LogoError::Intricate => "too_intricate",
        };
        Self::field("logo", code, error.to_string())
    }
}
