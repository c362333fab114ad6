//! `/api/v1/accounts/{id}/sign-in`: the provider that says who an account's people are, and the domains of their
//! addresses.

mod domains;
mod examine;
mod get;
mod remove;
mod set;

use bailiwick_access::{
    RoleRef,
    branding::HostName,
    sso::{Connection, Domain, Passwords, Rule, Secret, Settings},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{App, config, edge::Tabular};

/// The portal's page to which a provider's answers go.
const CALLBACK: &str = "/sign-in/callback";

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get::get, set::set, remove::remove))
        .routes(routes!(examine::test))
        .routes(routes!(domains::domains))
        .routes(routes!(domains::confirm))
}

/// Where a provider's answers go: the portal under this name, or the platform's own address. Exactly this is to be
/// registered there.
#[must_use]
pub fn redirect_uri(app: &App, portal: Option<&HostName>) -> String {
    format!("{}{CALLBACK}", config::portal(&app.config().public_url, portal))
}

/// Whether those whom the provider made may have a password beside it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignInPasswords)]
pub enum PasswordRule {
    /// They may set one by a mailed link.
    Allowed,
    /// The provider alone signs them in.
    Refused,
}

impl From<Passwords> for PasswordRule {
    fn from(passwords: Passwords) -> Self {
        match passwords {
            Passwords::Allowed => Self::Allowed,
            Passwords::Refused => Self::Refused,
        }
    }
}

impl From<PasswordRule> for Passwords {
    fn from(rule: PasswordRule) -> Self {
        match rule {
            PasswordRule::Allowed => Self::Allowed,
            PasswordRule::Refused => Self::Refused,
        }
    }
}

/// Who has this value in the claim gets this role.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInRule)]
pub struct RuleView {
    value: String,
    /// A built-in role by its name, but the owner's, or the id of one that was made.
    #[schema(value_type = String)]
    role: RoleRef,
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        Self { value: rule.value, role: rule.role }
    }
}

impl From<RuleView> for Rule {
    fn from(view: RuleView) -> Self {
        Self { value: view.value, role: view.role }
    }
}

/// A provider as it is set up; its secret is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInConnection)]
pub struct ConnectionView {
    issuer: String,
    client_id: String,
    /// Whether a client's secret is kept.
    client_secret_set: bool,
    scopes: Vec<String>,
    claim: String,
    mapping: Vec<RuleView>,
    /// The role of whom no rule fits; null gives no access.
    #[schema(value_type = Option<String>)]
    default_role: Option<RoleRef>,
    passwords: PasswordRule,
    changed_at: Timestamp,
}

impl From<Connection> for ConnectionView {
    fn from(connection: Connection) -> Self {
        Self {
            issuer: connection.issuer,
            client_id: connection.client_id,
            client_secret_set: connection.secret == Secret::Kept,
            scopes: connection.scopes,
            claim: connection.claim,
            mapping: connection.mapping.into_iter().map(RuleView::from).collect(),
            default_role: connection.default_role,
            passwords: connection.passwords.into(),
            changed_at: connection.changed_at,
        }
    }
}

/// A domain whose addresses the provider is to speak for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInDomain)]
pub struct DomainView {
    domain: String,
    account_id: Uuid,
    account_name: String,
    asked_at: Timestamp,
    /// Since when it counts; null while nobody who runs the platform confirmed it.
    confirmed_at: Option<Timestamp>,
}

impl Tabular for DomainView {
    const COLUMNS: &'static [&'static str] = &["domain", "account_id", "account_name", "asked_at", "confirmed_at"];
}

impl From<Domain> for DomainView {
    fn from(domain: Domain) -> Self {
        Self {
            domain: domain.name.into(),
            account_id: domain.account.get(),
            account_name: domain.account_name,
            asked_at: domain.asked_at,
            confirmed_at: domain.confirmed_at,
        }
    }
}

/// How an account's people sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInSettings)]
pub struct SettingsView {
    /// The provider; null where there is none.
    connection: Option<ConnectionView>,
    domains: Vec<DomainView>,
    /// Exactly what is to be registered at the provider.
    redirect_uris: Vec<String>,
}

impl SettingsView {
    fn of(app: &App, settings: Settings) -> Self {
        let own = redirect_uri(app, None);
        let branded = settings.portal.map(|host| redirect_uri(app, Some(&host))).filter(|uri| *uri != own);
        let redirect_uris = std::iter::once(own).chain(branded).collect();
        Self {
            connection: settings.connection.map(ConnectionView::from),
            domains: settings.domains.into_iter().map(DomainView::from).collect(),
            redirect_uris,
        }
    }
}

/// Which domain.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DomainAt {
    /// The account.
    #[param(value_type = Uuid)]
    id: bailiwick_store::AccountId,
    /// The domain, such as `example.com`.
    #[param(value_type = String)]
    domain: HostName,
}
