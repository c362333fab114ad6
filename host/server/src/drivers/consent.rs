//! What an account lets a driver do, as callers see and say it.

use std::collections::BTreeSet;

use bailiwick_contract::{
    consent::Widening,
    manifest::{Declared, Manifest},
    policy::{Category, Grant},
    statement::{Decided, Statement},
};
use bailiwick_devices::drivers::{self, DriverError, Granted, Installed, Offer};
use bailiwick_store::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::statement::StatementView;
use crate::edge::{Locale, Tabular};

/// What an account lets a driver do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriverGrant)]
pub struct GrantView {
    /// The driver's name.
    driver: String,
    /// Whether the account lets it do anything.
    granted: bool,
    /// Since when, or since when as it is now.
    granted_at: Option<Timestamp>,
    /// The version that works there, or that would.
    version: String,
    /// SHA-256 of its component.
    digest: String,
    /// The categories that it may collect there.
    categories: Vec<&'static str>,
    /// Those that its manifest declares.
    declared: Vec<&'static str>,
    /// Items that it may not collect there although their category is granted.
    withheld: Vec<String>,
    /// Free-text attributes consented to by name.
    texts: Vec<String>,
    /// A version that asks for more than was consented to, and waits for consent. Until then the other works on.
    offered: Option<DriverOffer>,
}

/// A version that waits for an account's consent.
#[derive(Debug, Serialize, ToSchema)]
struct DriverOffer {
    version: String,
    /// SHA-256 of its component: what consent is given for.
    digest: String,
    /// In what it asks for more than was consented to.
    asks_more: Vec<AsksMore>,
}

/// One thing in which a version asks for more.
#[derive(Debug, Serialize, ToSchema)]
struct AsksMore {
    /// An item's name, or `snmp:<prefix>`, `http:<host>`, `ask:<kind>`, `command:<key>`, `object:<kind>`, `route:<key>`,
    /// `limits.table_rows`.
    name: String,
    /// What operators read of an item.
    title: Option<String>,
    how: HowMore,
}

/// It was not there; it lets more or other things through; or it says something else about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HowMore {
    Added,
    Widened,
    Recategorized,
}

impl Tabular for GrantView {
    const COLUMNS: &'static [&'static str] = &[
        "driver",
        "granted",
        "granted_at",
        "version",
        "digest",
        "categories",
        "declared",
        "withheld",
        "texts",
        "offered.version",
        "offered.digest",
        "offered.asks_more",
    ];
}

/// A driver at an account: the grant, and what follows from it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriverAtAccount)]
pub struct ConsentView {
    #[serde(flatten)]
    grant: GrantView,
    /// What operators call the driver.
    title: String,
    /// What is collected there now, and what not.
    statement: StatementView,
    /// What the account is asked to consent to: all that the offered version would collect if all of it were granted,
    /// within the account's policy. Absent where there is nothing to decide.
    proposal: Option<StatementView>,
    /// The categories that the account's policy lets be collected.
    policy: PolicyView,
}

/// The categories that an account lets be collected of any driver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy)]
struct PolicyView {
    /// Of devices of the company.
    company: Vec<&'static str>,
    /// Of devices that are their user's own.
    personal: Vec<&'static str>,
}

/// A driver at the scope's account, read in one go.
pub(super) struct AtAccount {
    /// The version that works there, or else the one that is offered.
    version: Installed,
    granted: Option<Granted>,
    offer: Option<Offer>,
}

impl AtAccount {
    /// Reads it.
    ///
    /// # Errors
    /// [`DriverError::NotFound`] where no driver of this name is installed.
    pub(super) async fn read(scope: &mut Scope, name: &str) -> Result<Self, DriverError> {
        let granted = drivers::granted(scope, name).await?;
        let active = drivers::named(scope, name).await?;
        let (version, offer) = match &granted {
            Some(granted) if granted.digest != active.digest => {
                (drivers::by_digest(scope, &granted.digest).await?, drivers::offer(scope, granted).await?)
            }
            _ => (active, None),
        };
        Ok(Self { version, granted, offer })
    }

    /// The version that works there or is offered, by its digest; without one the version that works or would.
    pub(super) fn of_digest(&self, digest: Option<&str>) -> Option<&Installed> {
        let offered = self.offer.as_ref().map(|offer| offer.version.as_ref());
        [Some(&self.version), offered].into_iter().flatten().find(|v| digest.is_none_or(|digest| v.digest == digest))
    }

    pub(super) fn view(&self, locale: Locale) -> GrantView {
        let grant = self.granted.as_ref().map(|granted| &granted.grant);
        let declared: BTreeSet<_> = self.version.manifest.categories().collect();
        GrantView {
            driver: self.version.name().to_owned(),
            granted: grant.is_some(),
            granted_at: self.granted.as_ref().map(|granted| granted.granted_at),
            version: self.version.version().to_owned(),
            digest: self.version.digest.clone(),
            categories: grant.iter().flat_map(|g| g.categories.iter().map(|c| c.name())).collect(),
            declared: declared.into_iter().map(Category::name).collect(),
            withheld: grant.iter().flat_map(|g| g.withheld.iter().cloned()).collect(),
            texts: grant.iter().flat_map(|g| g.texts.iter().cloned()).collect(),
            offered: self.offer.as_ref().map(|offer| offered(offer, locale)),
        }
    }

    /// With the statement.
    pub(super) async fn whole(self, scope: &mut Scope, locale: Locale) -> Result<ConsentView, DriverError> {
        let policy = drivers::policy(scope).await?;
        let nothing = Grant::default();
        let state = |manifest: &Manifest, grant: &Grant| {
            StatementView::new(Statement::of(manifest, Decided { grant, policy: &policy }), locale)
        };
        let proposed = match (&self.granted, &self.offer) {
            (None, _) => Some(&self.version),
            (Some(_), Some(offer)) => Some(offer.version.as_ref()),
            (Some(_), None) => None,
        };
        let names = |categories: &BTreeSet<Category>| categories.iter().map(|c| c.name()).collect();
        Ok(ConsentView {
            grant: self.view(locale),
            title: self.version.manifest.driver.title.locale(locale.0).to_owned(),
            statement: state(&self.version.manifest, self.granted.as_ref().map_or(&nothing, |granted| &granted.grant)),
            proposal: proposed.map(|version| state(&version.manifest, &Grant::all_of(&version.manifest))),
            policy: PolicyView { company: names(&policy.company), personal: names(&policy.personal) },
        })
    }
}

fn offered(offer: &Offer, locale: Locale) -> DriverOffer {
    let manifest = &offer.version.manifest;
    let title = |name: &str| {
        let item = manifest.items().find(|item| item.name() == name)?;
        Some(item.title().map_or(item.key(), |title| title.locale(locale.0)).to_owned())
    };
    DriverOffer {
        version: offer.version.version().to_owned(),
        digest: offer.version.digest.clone(),
        asks_more: offer
            .beyond
            .iter()
            .map(|beyond| AsksMore {
                title: title(&beyond.name),
                name: beyond.name.clone(),
                how: match beyond.how {
                    Widening::Added => HowMore::Added,
                    Widening::Widened => HowMore::Widened,
                    Widening::Recategorized => HowMore::Recategorized,
                },
            })
            .collect(),
    }
}

/// What is to be granted of all that a version declares.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) extent: Extent,
    pub(super) categories: Option<BTreeSet<Category>>,
    pub(super) withheld: Option<BTreeSet<String>>,
    pub(super) texts: Option<BTreeSet<String>>,
}

/// All that the manifest declares, or only what it marks as its basic set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantExtent)]
pub(super) enum Extent {
    #[default]
    All,
    Basic,
}

impl Part {
    /// As a grant for this version.
    pub(super) fn of(self, manifest: &Manifest) -> Grant {
        let all = Grant::all_of(manifest);
        let from = match self.extent {
            Extent::All => all,
            Extent::Basic => {
                let is_basic = |item: &Declared<'_>| manifest.basic.contains(&item.name());
                let basic = || manifest.items().filter(is_basic);
                Grant {
                    categories: basic().map(|item| item.category()).collect(),
                    withheld: manifest.items().filter(|item| !is_basic(item)).map(|item| item.name()).collect(),
                    texts: basic().filter(Declared::is_text).map(|item| item.name()).collect(),
                    asks: all.asks,
                }
            }
        };
        Grant {
            categories: self.categories.unwrap_or(from.categories),
            withheld: self.withheld.unwrap_or(from.withheld),
            texts: self.texts.unwrap_or(from.texts),
            asks: from.asks,
        }
    }
}
