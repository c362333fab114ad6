//! Who calls, how that was proved, and which roles it holds.

use bailiwick_store::{AccountId, Actor, Lineage, OperatorId, TokenId};
use jiff::Timestamp;

use crate::error::AccessError;
use crate::permission::{Permission, Permissions};
use crate::role::{KnownRole, Role};
use crate::sessions::SessionId;

/// How a principal proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By a session cookie: calls that change something need the CSRF token.
    Session {
        /// The session.
        id: SessionId,
        /// When it ends however busy it is.
        expires_at: Timestamp,
    },
    /// By an API token.
    Token(TokenId),
    /// Not now: something is done in its name that it asked for earlier, such as an invitation that is accepted.
    Absent,
    /// It is the platform itself, such as the command line on the server's machine.
    System,
}

/// Where a right comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The account that the grant lies on.
    pub account: AccountId,
    /// Its lineage at the time of authentication.
    pub lineage: Lineage,
}

/// A role on an account and all below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The account.
    pub account: AccountId,
    /// Its lineage at the time of authentication.
    pub lineage: Lineage,
    /// The grant that it comes from: one on the account itself; for a token that of who made it, for a view that of who
    /// looks, for an elevation the platform's. What an account denies to those above it, it denies to these too.
    pub origin: Origin,
    /// The role, with what it permits.
    pub role: KnownRole,
    /// Branches below that the grant leaves out.
    pub excluded: Vec<Lineage>,
    /// How far it goes.
    pub reach: Reach,
}

/// How far a grant goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything that its role permits.
    Whole,
    /// A grant on the platform's root: it runs the platform, and has no standing sight of what dealers and customers
    /// have. For that it is elevated, for a time.
    Platform,
    /// By an elevation, until then: looking only, at this very account and at none below it. What was seen stands in
    /// the audit of the account that it was seen in.
    Elevated(Timestamp),
    /// As somebody else sees it, until then: looking only.
    ViewAs(Timestamp),
}

/// What a grant on the root permits on the root itself.
fn on_the_root() -> Permissions {
    use Permission as P;
    Permissions::all().without(
        [
            P::ViewDevices,
            P::ManageDevices,
            P::HandleAlerts,
            P::ManageSites,
            P::ManageCollectors,
            P::CommandDevices,
            P::LocateDevices,
            P::WipeDevices,
            P::AdministerPeople,
            P::ConfigureDrivers,
            P::ViewAs,
        ]
        .into_iter()
        .collect(),
    )
}

/// What a grant on the root permits on every account below: to run the business, not to look at what it is made of.
fn below_the_root() -> Permissions {
    use Permission as P;
    [P::ViewAccounts, P::ManageAccounts, P::DeleteAccounts, P::ManageQuotas, P::ViewUsage].into_iter().collect()
}

impl Held {
    /// A grant without exceptions.
    #[must_use]
    pub fn whole(account: AccountId, lineage: Lineage, role: impl Into<KnownRole>) -> Self {
        let reach = if account == AccountId::ROOT { Reach::Platform } else { Reach::Whole };
        let origin = Origin { account, lineage: lineage.clone() };
        Self { account, lineage, origin, role: role.into(), excluded: Vec::new(), reach }
    }

    /// Whether it reaches this place.
    #[must_use]
    pub fn sees(&self, place: &Lineage) -> bool {
        let reaches = match self.reach {
            Reach::Elevated(_) => self.lineage == *place,
            _ => self.lineage.contains(place),
        };
        reaches && !self.excluded.iter().any(|branch| branch.contains(place))
    }

    /// What it permits at this place.
    #[must_use]
    pub fn permissions_at(&self, place: &Lineage) -> Permissions {
        if !self.sees(place) {
            return Permissions::NONE;
        }
        let permissions = self.role.permissions;
        match self.reach {
            Reach::Whole => permissions,
            Reach::Platform if *place == self.lineage => permissions.and(on_the_root()),
            Reach::Platform => permissions.and(below_the_root()),
            Reach::Elevated(_) | Reach::ViewAs(_) => permissions.looking(),
        }
    }
}

/// As whom a session looks, and until when.
#[derive(Debug, Clone)]
pub struct Viewing {
    /// As whom.
    pub whom: OperatorId,
    /// At this account and below.
    pub at: AccountId,
    /// Until then.
    pub until: Timestamp,
    /// What it holds itself.
    pub(crate) own: Vec<Held>,
}

/// A caller. Made by authentication only.
#[derive(Debug, Clone)]
pub struct Principal {
    pub(crate) actor: Actor,
    pub(crate) via: Via,
    pub(crate) held: Vec<Held>,
    pub(crate) viewing_as: Option<Viewing>,
    pub(crate) source: Option<String>,
    /// What it signs in from, until it has.
    pub(crate) device: Option<String>,
}

impl Principal {
    /// The platform itself, owner of the root; `name` says which part, such as `"command-line"`.
    #[must_use]
    pub fn system(name: &'static str) -> Self {
        let root = Held { reach: Reach::Whole, ..Held::whole(AccountId::ROOT, Lineage::root(), Role::Owner) };
        Self {
            actor: Actor::system(name),
            via: Via::System,
            held: vec![root],
            viewing_as: None,
            source: None,
            device: None,
        }
    }

    /// Notes where the call comes from, for the audit.
    #[must_use]
    pub fn from_source(mut self, source: Option<String>) -> Self {
        self.source = source;
        self
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The operator signed in, in person; `None` for a token.
    #[must_use]
    pub fn operator(&self) -> Option<OperatorId> {
        match self.actor {
            Actor::Operator(operator) => Some(operator),
            _ => None,
        }
    }

    /// As whom it looks, while it views as somebody else.
    #[must_use]
    pub fn viewing_as(&self) -> Option<OperatorId> {
        self.viewing_as.as_ref().map(|viewing| viewing.whom)
    }

    /// As whom, where and until when it looks, while it views as somebody else.
    #[must_use]
    pub fn viewing(&self) -> Option<&Viewing> {
        self.viewing_as.as_ref()
    }

    /// The operator signed in, in person, who is about to change something of its own.
    ///
    /// # Errors
    /// [`AccessError::NotAPerson`] for a token; [`AccessError::ViewAsReadOnly`] while it looks as somebody else does.
    pub(crate) fn acting(&self) -> Result<OperatorId, AccessError> {
        match (self.operator(), &self.viewing_as) {
            (Some(_), Some(_)) => Err(AccessError::ViewAsReadOnly),
            (Some(operator), None) => Ok(operator),
            (None, _) => Err(AccessError::NotAPerson),
        }
    }

    /// The same in its own right, whomever it looks as.
    pub(crate) fn itself(&self) -> Self {
        match &self.viewing_as {
            Some(viewing) => Self { held: viewing.own.clone(), viewing_as: None, ..self.clone() },
            None => self.clone(),
        }
    }

    /// The topmost account on which it holds a role itself, whomever it looks as: whose share of the server it uses.
    #[must_use]
    pub fn home(&self) -> Option<AccountId> {
        let own = self.viewing_as.as_ref().map_or(&self.held, |viewing| &viewing.own);
        own.iter().min_by_key(|held| held.lineage.depth()).map(|held| held.account)
    }

    /// How it proved that.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// The session by which it proved that, where it did by one.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Every role held.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// What it may do on an account at this place, before what the account denies to those above; `None` where the
    /// place is out of sight.
    #[must_use]
    pub fn permissions_at(&self, place: &Lineage) -> Option<Permissions> {
        let seen = self.held.iter().filter(|held| held.sees(place));
        seen.map(|held| held.permissions_at(place)).reduce(Permissions::or)
    }

    /// The grant that lets it do this at a place, the nearest first: one on `denying` or below still counts where
    /// those accounts deny the permission to all above.
    #[must_use]
    pub(crate) fn grant_for(&self, place: &Lineage, permission: Permission, denying: &[Lineage]) -> Option<&Held> {
        let above = |held: &Held, denier: &Lineage| {
            let from = &held.origin.lineage;
            from != denier && from.contains(denier)
        };
        self.held
            .iter()
            .filter(|held| held.permissions_at(place).contains(permission))
            .filter(|held| !denying.iter().any(|denier| denier.contains(place) && above(held, denier)))
            .max_by_key(|held| held.lineage.depth())
    }

    /// Whether it may do this at a place and on every account below for good: not by an elevation, not as somebody else, and
    /// not as who runs the platform.
    #[must_use]
    pub fn may_for_good(&self, place: &Lineage, permission: Permission) -> bool {
        let may = |held: &Held| held.reach == Reach::Whole && held.permissions_at(place).contains(permission);
        self.held.iter().any(may) && self.may_everywhere_below(place, permission)
    }

    /// The account nearest above a place where it holds something that reaches the place: what it does there is done from
    /// above, whatever it holds on the place itself. Whoever runs the platform sees nothing by that and does not count.
    pub(crate) fn comes_from_above(&self, place: &Lineage) -> Option<AccountId> {
        let above = |held: &&Held| held.origin.lineage != *place && held.origin.lineage.contains(place);
        let nearest = self
            .held
            .iter()
            .filter(|held| held.reach != Reach::Platform && held.sees(place))
            .filter(above)
            .max_by_key(|held| held.origin.lineage.depth());
        nearest.map(|held| held.origin.account)
    }

    /// The topmost account from which it may do this at a place.
    pub(crate) fn top_for(&self, place: &Lineage, permission: Permission) -> Option<&Held> {
        let permits = |held: &&Held| held.permissions_at(place).contains(permission);
        self.held.iter().filter(permits).min_by_key(|held| held.lineage.depth())
    }

    /// Whether it sees this place for a time only and by itself, without what lies below.
    pub(crate) fn sees_alone(&self, place: &Lineage, permission: Permission) -> bool {
        let mut permitting = self.held.iter().filter(|held| held.permissions_at(place).contains(permission)).peekable();
        permitting.peek().is_some() && permitting.all(|held| matches!(held.reach, Reach::Elevated(_)))
    }

    /// Whether it may do this on every account below a place too: no grant leaves a branch out where it may not.
    #[must_use]
    pub fn may_everywhere_below(&self, place: &Lineage, permission: Permission) -> bool {
        let may = |branch: &Lineage| self.permissions_at(branch).is_some_and(|may| may.contains(permission));
        !self.held.iter().flat_map(|held| &held.excluded).any(|branch| place.contains(branch) && !may(branch))
    }

    /// The topmost account that it holds a role on and that reaches this place.
    #[must_use]
    pub fn top_of(&self, place: &Lineage) -> Option<&Held> {
        self.held.iter().filter(|held| held.sees(place)).min_by_key(|held| held.lineage.depth())
    }

    /// The accounts on which it holds a role without one above that reaches them: where its view of the tree begins.
    /// One of each account.
    pub fn roots(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().enumerate().filter_map(|(at, held)| {
            let above = |other: &Held| other.lineage != held.lineage && other.sees(&held.lineage);
            let again = self.held.iter().take(at).any(|other| other.lineage == held.lineage);
            (!again && !self.held.iter().any(above)).then_some(held)
        })
    }
}
