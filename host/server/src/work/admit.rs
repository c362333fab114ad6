//! What stands between a call and its body: permission first, then the body, within the budget.
//!
//! Who may not make a call is refused before a byte of its body is read; for that each operation that takes a body says
//! here what it needs. The handler asks again in the transaction that does the work: between the two lies the time that
//! the caller takes to send, and no transaction waits for a caller.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::{Body, HttpBody as _},
    extract::{MatchedPath, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{AccessError, Held, Permission, Principal};
use bailiwick_store::{AccountId, Lineage};
use utoipa::openapi::OpenApi;

use super::{
    authorized::account,
    idempotency::{self, Fingerprint},
    turn,
};
use crate::{
    App,
    caller::Caller,
    edge::{Problem, Source, body},
    openapi,
};

/// Most bytes of a body.
const BODY_BYTES: usize = 1 << 20;
/// Most bytes of a body that anybody may send: what signs in, accepts an invitation or resets a password.
const OPEN_BYTES: usize = 64 << 10;
/// Most bytes of a body where none is asked for: clients send `{}`.
const UNASKED_BYTES: usize = 4 << 10;

/// What a caller must be allowed before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the call is how somebody gets in.
    Nothing,
    /// To be a person who is signed in: the call is about that person.
    Person,
    /// This permission on the account of the path.
    Here(Permission),
    /// As [`Self::Here`], by a role on this very account.
    OnItself(Permission),
    /// As [`Self::Here`], by a role that lies above the account.
    FromAbove(Permission),
    /// This permission on the platform's root, for an account that the caller sees.
    ByPlatform(Permission),
    /// Some role on the platform's root, for an account that the caller sees.
    OfPlatform,
    /// This permission on the platform's root, for something that everybody knows of. Its body is too large for memory
    /// and is taken in to a file.
    AtRoot(Permission),
}

/// Each operation that takes a body.
///
/// A test holds this table against the document, and every caller against the table.
pub const NEEDS: &[(&str, Needs)] = {
    use Needs::{AtRoot, ByPlatform, FromAbove, Here, Nothing, OfPlatform, OnItself, Person};
    use Permission::*;
    &[
        ("accounts_create", Here(ManageAccounts)),
        ("accounts_delete", FromAbove(DeleteAccounts)),
        ("accounts_relocate", FromAbove(ManageAccounts)),
        ("accounts_set_quotas", FromAbove(ManageQuotas)),
        ("accounts_suspend", FromAbove(ManageAccounts)),
        ("accounts_update", Here(ManageAccounts)),
        ("branding_replace", Here(ManageBranding)),
        ("branding_set", ByPlatform(ManageAccounts)),
        ("branding_update", Here(ManageBranding)),
        ("collectors_enroll", Here(ManageCollectors)),
        ("devices_update", Here(ManageDevices)),
        ("drivers_grant", Here(ManageDrivers)),
        ("drivers_grant_each", Here(ManageDrivers)),
        ("drivers_install", AtRoot(InstallDrivers)),
        ("egress_allow", Here(ManageEgress)),
        ("elevation_begin", OfPlatform),
        ("groups_create", Here(ManageDevices)),
        ("groups_rename", Here(ManageDevices)),
        ("invitations_accept", Nothing),
        ("invitations_create", Here(ManageOperators)),
        ("invitations_offer", Nothing),
        ("operators_add", Here(ManageOperators)),
        ("operators_update", Here(ManageOperators)),
        ("password_reset_confirm", Nothing),
        ("password_reset_request", Nothing),
        ("restrictions_replace", OnItself(ManagePrivacy)),
        ("roles_create", Here(ManageRoles)),
        ("roles_update", Here(ManageRoles)),
        ("session_add_passkey", Person),
        ("session_begin_passkey", Person),
        ("session_begin_sso", Nothing),
        ("session_begin_totp", Person),
        ("session_confirm_totp", Person),
        ("session_create", Nothing),
        ("session_finish_sso", Nothing),
        ("session_link_sso", Person),
        ("session_offer_sso", Nothing),
        ("session_passkey", Nothing),
        ("session_password", Person),
        ("session_remove_totp", Person),
        ("session_rename_passkey", Person),
        ("session_renew_recovery_codes", Person),
        ("session_second_factor", Nothing),
        ("session_update", Person),
        ("sign_in_confirm", ByPlatform(ManageSignIn)),
        ("sign_in_set", Here(ManageSignIn)),
        ("sign_in_test", Here(ManageSignIn)),
        ("sites_create", Here(ManageSites)),
        ("sites_update", Here(ManageSites)),
        ("tokens_create", Here(ManageTokens)),
        ("view_as_begin", Here(ViewAs)),
    ]
};

/// What each call needs, by method and path.
#[derive(Debug, Clone)]
pub struct Operations(Arc<HashMap<(String, String), Needs>>);

impl Operations {
    /// Reads them from the document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let known: HashMap<&str, Needs> = NEEDS.iter().copied().collect();
        let mut operations = HashMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in openapi::operations(&mut item.clone()) {
                let needs = operation.operation_id.as_deref().and_then(|id| known.get(id));
                if let Some(needs) = needs {
                    operations.insert((openapi::verb(&method).to_owned(), path.clone()), *needs);
                }
            }
        }
        Self(Arc::new(operations))
    }

    /// What the call needs; none where no body is asked for.
    fn find(&self, request: &Request) -> Option<Needs> {
        let path = request.extensions().get::<MatchedPath>()?;
        self.0.get(&(request.method().to_string(), path.as_str().to_owned())).copied()
    }
}

/// Lets a call to its handler with its body read whole: to whoever may make the call, and with the fingerprint of a POST
/// that has an `Idempotency-Key`.
pub async fn admit(State((app, operations)): State<(App, Operations)>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS) {
        return next.run(request).await;
    }
    match admitted(&app, &operations, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(app: &App, operations: &Operations, request: Request) -> Result<Request, Problem> {
    let needs = operations.find(&request);
    let empty = request.body().is_end_stream();
    let (mut parts, body) = request.into_parts();
    let key = idempotency::key(&parts)?;
    let to_a_file = matches!(needs, Some(Needs::AtRoot(_)));
    if let Some(needs) = needs.filter(|_| to_a_file || !empty) {
        let share = match needs {
            Needs::Nothing | Needs::Person => None,
            _ => Some(turn::share(app, &parts.extensions).await?),
        };
        permitted(app, needs, &mut parts).await?;
        // the caller may send as slowly as it likes
        drop(share);
    }
    if to_a_file {
        let (upload, pending) = app.uploads().take_in(&parts, body).await?;
        parts.extensions.insert(Arc::new(upload));
        if let Some(pending) = pending {
            parts.extensions.insert(pending);
        }
        return Ok(Request::from_parts(parts, Body::empty()));
    }
    let most = match needs {
        None => UNASKED_BYTES,
        Some(Needs::Nothing) => OPEN_BYTES,
        Some(_) => BODY_BYTES,
    };
    let bytes = app.bodies().read(sender(&parts)?, body, most).await?;
    if let Some(key) = key {
        let mut fingerprint = Fingerprint::begin(&parts);
        fingerprint.add(&bytes);
        parts.extensions.insert(fingerprint.end(key));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Who sends a call's body, to share the budget by.
fn sender(parts: &Parts) -> Result<body::Sender, Problem> {
    let source = parts.extensions.get::<Source>().copied().ok_or_else(Problem::not_found)?;
    let account = Caller::of_call(parts).ok().and_then(|caller| caller.principal.home());
    Ok(body::Sender { source: source.network(), account })
}

async fn permitted(app: &App, needs: Needs, parts: &mut Parts) -> Result<(), Problem> {
    let caller = match needs {
        Needs::Nothing => return Ok(()),
        _ => Caller::of_call(parts)?,
    };
    let principal = &caller.principal;
    let at_root = |held: &&Held| held.account == AccountId::ROOT;
    match needs {
        Needs::Nothing => Ok(()),
        Needs::Person => principal.operator().map(drop).ok_or_else(|| AccessError::NotAPerson.into()),
        Needs::Here(permission) => may(app, principal, account(parts, app).await?, permission).await,
        Needs::OnItself(permission) => {
            let account = account(parts, app).await?;
            let scope = app.access().glance(principal, account, permission).await?;
            let place = scope.lineage().clone();
            scope.rollback().await?;
            let own = |held: &Held| held.origin.account == account && held.permissions_at(&place).contains(permission);
            if principal.held().iter().any(own) { Ok(()) } else { Err(Problem::denied()) }
        }
        Needs::FromAbove(permission) => {
            let account = account(parts, app).await?;
            Ok(app.access().authorize_above(principal, account, permission).await?.rollback().await?)
        }
        Needs::ByPlatform(permission) => {
            may(app, principal, account(parts, app).await?, Permission::ViewAccounts).await?;
            let permits = |held: &Held| held.permissions_at(&Lineage::root()).contains(permission);
            if principal.held().iter().filter(at_root).any(permits) { Ok(()) } else { Err(Problem::denied()) }
        }
        Needs::OfPlatform => {
            may(app, principal, account(parts, app).await?, Permission::ViewAccounts).await?;
            if principal.held().iter().any(|held| at_root(&held)) { Ok(()) } else { Err(Problem::denied()) }
        }
        Needs::AtRoot(permission) => may(app, principal, AccountId::ROOT, permission).await.map_err(visible),
    }
}

/// Whether somebody has a permission on an account. Nothing is looked at, so nothing is noted.
async fn may(app: &App, who: &Principal, account: AccountId, permission: Permission) -> Result<(), Problem> {
    Ok(app.access().glance(who, account, permission).await?.rollback().await?)
}

/// What everybody knows of is denied, not told to be absent.
pub fn visible(problem: Problem) -> Problem {
    if problem.status() == axum::http::StatusCode::NOT_FOUND { Problem::denied() } else { problem }
}
