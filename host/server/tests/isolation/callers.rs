//! Who calls, and what each is to see of the account that is swept.

use bailiwick_access::{
    Permission as P, Permissions, Role,
    tokens::{NewToken, Permits},
};
use bailiwick_store::AccountId;
use secrecy::ExposeSecret as _;

use super::{
    client::Client,
    operations::{Needs, Operation},
    world::World,
};
use crate::support::Server;

/// What somebody sees of the account.
#[derive(Debug, Clone, Copy)]
pub enum Sight {
    /// Has no credential.
    Stranger,
    /// Every account of its own is suspended.
    Suspended,
    /// The account does not exist for it.
    Hidden,
    /// By a grant on an account above.
    FromAbove(Permissions),
    /// By a grant on this very account.
    Own(Permissions),
    /// Looks at it as somebody of the account does, for support.
    Viewing(Permissions),
}

/// Somebody.
pub struct Caller {
    pub name: String,
    pub client: Client,
    pub sight: Sight,
    /// What it may on the platform's root.
    pub at_root: Permissions,
}

/// What a call comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Done,
    Refused(u16, &'static str),
}

/// What changes nothing but that one looks.
const LEAVING: [&str; 2] = ["session_end_view_as", "session_delete"];

impl Caller {
    /// The one rule from which every expected answer follows.
    pub fn expects(&self, operation: &Operation) -> Expected {
        use Expected::{Done, Refused};
        let denied = Refused(403, "denied");
        match (self.sight, operation.needs) {
            (_, Needs::Nobody) => Done,
            (Sight::Viewing(_), _) if !operation.method.is_safe() && !LEAVING.contains(&operation.id) => {
                Refused(403, "view_as_read_only")
            }
            (Sight::Stranger, _) => Refused(401, "missing_credentials"),
            (Sight::Suspended, _) => Refused(403, "suspended"),
            (_, Needs::SignedIn) => Done,
            (_, Needs::AtRoot(needed)) if self.at_root.contains(needed) => Done,
            (_, Needs::AtRoot(_)) => denied,
            (_, Needs::Person | Needs::Own) if !self.client.is_person() => Refused(403, "not_a_person"),
            (_, Needs::Person) => Done,
            // what the call is about is somebody else's
            (_, Needs::Own) => Refused(404, "not_found"),
            (Sight::Hidden, _) => Refused(404, "not_found"),
            (_, Needs::ByPlatform(needed)) if self.at_root.contains(needed) => Done,
            (_, Needs::Platform | Needs::PlatformOr(_)) if self.at_root != Permissions::NONE => Done,
            (Sight::FromAbove(may) | Sight::Own(may), Needs::PlatformOr(needed)) if may.contains(needed) => Done,
            (Sight::FromAbove(may), Needs::FromAbove(needed)) if may.contains(needed) => Done,
            (Sight::Own(may), Needs::FromAbove(needed) | Needs::Deciding(needed)) if may.contains(needed) => {
                Refused(403, "own_account")
            }
            (Sight::FromAbove(may), Needs::Deciding(_)) if may == Permissions::all() => Done,
            (Sight::FromAbove(may), Needs::Deciding(needed)) if may.contains(needed) => {
                let runs_the_platform = self.at_root != Permissions::NONE;
                Refused(403, if runs_the_platform { "elevation_required" } else { "exceeds_own_permissions" })
            }
            (Sight::FromAbove(may) | Sight::Own(may) | Sight::Viewing(may), Needs::SeeingAll(needed))
                if sees_all(may, needed) =>
            {
                Done
            }
            (Sight::FromAbove(_), Needs::OnItself(_)) => denied,
            (Sight::FromAbove(may) | Sight::Own(may) | Sight::Viewing(may), Needs::Of(needed))
                if may.contains(needed) =>
            {
                Done
            }
            (Sight::Own(may), Needs::OnItself(needed)) if may.contains(needed) => Done,
            (Sight::FromAbove(_) | Sight::Own(_) | Sight::Viewing(_), _) => denied,
        }
    }
}

/// Whether this permits something, and to see everything besides.
pub fn sees_all(may: Permissions, needed: P) -> bool {
    may.contains_all([needed, P::ViewDevices, P::ViewOperators, P::ViewAudit].into_iter().collect())
}

/// What an operator of the platform may on accounts below: run the business, not look at what it is made of.
pub fn platform() -> Permissions {
    [P::ViewAccounts, P::ManageAccounts, P::DeleteAccounts, P::ManageQuotas, P::ViewUsage].into_iter().collect()
}

impl World {
    async fn operator_caller(&self, name: &str, account: AccountId, role: Role, sight: Sight) -> Caller {
        let email = self.email();
        self.server.operator(account, &email, role).await;
        let client = Client::sign_in(&self.server.base, &email).await;
        Caller { name: name.to_owned(), client, sight, at_root: Permissions::NONE }
    }

    async fn token_caller(&self, permission: P) -> Caller {
        let only: Permissions = [permission].into_iter().collect();
        let new = NewToken { name: "only".to_owned(), permits: Permits::Permissions(only), expires_at: None };
        let issued = self.server.access.create_token(&Server::platform(), self.account, new).await.expect("a token");
        let client = Client::token(&self.server.base, issued.secret.expose_secret());
        let name = format!("a token that permits {permission} alone");
        Caller { name, client, sight: Sight::Own(only), at_root: Permissions::NONE }
    }

    /// Everybody. Who else is to be looked at is added here: a client, and what it is to see.
    pub async fn callers(&self) -> Vec<Caller> {
        let mut callers = self.strangers().await;
        callers.extend(self.above().await);
        callers.extend(self.of_the_account().await);
        let client = Client::anonymous(&self.server.base);
        let name = "nobody".to_owned();
        callers.push(Caller { name, client, sight: Sight::Stranger, at_root: Permissions::NONE });
        callers.push(self.excluded_caller().await);
        callers.push(self.suspended_caller().await);
        callers.push(self.viewing_caller().await);
        callers
    }

    /// Owners of other accounts.
    pub async fn strangers(&self) -> Vec<Caller> {
        vec![
            self.operator_caller("the owner of another dealer", self.elsewhere, Role::Owner, Sight::Hidden).await,
            self.operator_caller("the sibling's owner", self.sibling, Role::Owner, Sight::Hidden).await,
            self.operator_caller("the child's owner", self.child, Role::Owner, Sight::Hidden).await,
        ]
    }

    /// Those whose grant lies above.
    pub async fn above(&self) -> Vec<Caller> {
        let owner = Sight::FromAbove(Permissions::all());
        let viewer = Sight::FromAbove(Role::Viewer.permissions());
        let root = Caller {
            name: "the platform's owner".to_owned(),
            client: self.platform.clone(),
            sight: Sight::FromAbove(platform()),
            at_root: [P::InstallDrivers, P::ManageAccounts, P::ManageSignIn].into_iter().collect(),
        };
        vec![
            self.operator_caller("the dealer's owner", self.dealer, Role::Owner, owner).await,
            self.operator_caller("the dealer's viewer", self.dealer, Role::Viewer, viewer).await,
            root,
        ]
    }

    /// Those of the account itself: one of each role, and tokens that permit little.
    pub async fn of_the_account(&self) -> Vec<Caller> {
        let mut callers = Vec::new();
        for role in Role::ALL {
            let sight = Sight::Own(role.permissions());
            callers.push(self.operator_caller(&format!("the account's {role}"), self.account, role, sight).await);
        }
        callers.push(self.token_caller(P::ManageBranding).await);
        callers.push(self.token_caller(P::ViewAccounts).await);
        callers
    }

    /// Owns the dealer, but for the branch of the account.
    async fn excluded_caller(&self) -> Caller {
        let caller = self.operator_caller("whose grant leaves it out", self.dealer, Role::Owner, Sight::Hidden).await;
        self.leave_out(&caller.client, self.account).await;
        caller
    }

    /// Owns the account, and looks at it as a helpdesk of it does.
    async fn viewing_caller(&self) -> Caller {
        let name = "who looks as the account's helpdesk".to_owned();
        let sight = Sight::Viewing(Role::Helpdesk.permissions().looking());
        Caller { name, client: self.viewing().await, sight, at_root: Permissions::NONE }
    }

    /// Owns an account that is suspended afterwards.
    async fn suspended_caller(&self) -> Caller {
        let name = "the owner of a suspended account";
        let caller = self.operator_caller(name, self.suspended, Role::Owner, Sight::Suspended).await;
        self.suspend(self.suspended).await;
        caller
    }
}
