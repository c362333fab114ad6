//! The table: what every operation needs, and a call of it that succeeds.
//!
//! Whoever adds an endpoint adds a line here. The line makes what the call is about, afresh each time, so that a call
//! that changes or removes it can be made again.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use bailiwick_access::Permission::{self, *};
use bailiwick_store::AccountId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{client::Client, world::World};
use crate::support::PASSWORD;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A permission on the account of the path (or the query).
    Of(Permission),
    /// As [`Self::Of`], by a grant on this very account: what lies above has no say.
    OnItself(Permission),
    /// As [`Self::Of`], by a grant on an account above: nobody does this to the account that its own role lies on.
    FromAbove(Permission),
    /// As [`Self::FromAbove`], by who may do all there that an owner may.
    Deciding(Permission),
    /// As [`Self::Of`], by who may see everything as well.
    SeeingAll(Permission),
    /// To run the platform, with a second factor at hand; by who is signed in.
    Platform,
    /// As [`Self::Platform`] for what it did itself; as [`Self::Of`] for what anybody of the platform did.
    PlatformOr(Permission),
    /// A permission on the platform's root, for an account that it sees.
    ByPlatform(Permission),
    /// A permission on the platform's root; whoever lacks it is denied, since it is no secret that this exists.
    AtRoot(Permission),
    /// Some credential.
    SignedIn,
    /// A person who is signed in, about itself; a token is told that it is none.
    Person,
    /// As [`Self::Person`], about a thing of its own; that of another does not exist.
    Own,
    /// Nothing.
    Nobody,
}

/// What comes with a call.
#[derive(Debug, Clone)]
pub enum Body {
    None,
    Json(Value),
    Bytes(&'static str, Vec<u8>),
}

/// A call that succeeds for whoever may make it.
pub struct Call {
    /// What stands in the path for `{id}`; the account of the world where it is `None`.
    pub account: Option<AccountId>,
    /// What stands in the path for the other placeholders.
    pub at: Vec<(&'static str, String)>,
    pub query: String,
    pub body: Body,
    /// Whose own thing it is about.
    pub by: Option<Client>,
    /// What the caller deletes afterwards, to be itself again.
    pub undo: Option<&'static str>,
    /// A cookie besides the caller's own.
    pub cookie: Option<String>,
}

impl Call {
    /// A call that says nothing.
    pub fn plain() -> Self {
        call()
    }

    /// A call with these bytes.
    pub fn of_bytes(kind: &'static str, bytes: &[u8]) -> Self {
        call().bytes(kind, bytes)
    }

    fn at(mut self, placeholder: &'static str, value: impl Into<String>) -> Self {
        self.at.push((placeholder, value.into()));
        self
    }

    fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    fn bytes(self, kind: &'static str, bytes: &[u8]) -> Self {
        Self { body: Body::Bytes(kind, bytes.to_vec()), ..self }
    }

    fn by(self, client: Client) -> Self {
        Self { by: Some(client), ..self }
    }

    fn cookie(self, cookie: String) -> Self {
        Self { cookie: Some(cookie), ..self }
    }

    fn undone_by_deleting(self, path: &'static str) -> Self {
        Self { undo: Some(path), ..self }
    }
}

fn call() -> Call {
    Call { account: None, at: Vec::new(), query: String::new(), body: Body::None, by: None, undo: None, cookie: None }
}

type Making<'a> = Pin<Box<dyn Future<Output = Call> + 'a>>;

/// In which world a call can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In one without mail as well.
    Anywhere,
    /// Where mail is configured.
    WithMail,
}

/// An operation of the document with its line of the table.
pub struct Operation {
    pub id: &'static str,
    pub place: Where,
    pub needs: Needs,
    pub make: for<'a> fn(&'a World) -> Making<'a>,
    pub method: Method,
    pub path: String,
}

impl Operation {
    pub fn changes(&self) -> bool {
        // an export is gone once it is fetched
        !self.method.is_safe() || self.id == "accounts_fetch_export"
    }

    /// The path of a call, on an account.
    pub fn path(&self, call: &Call, account: AccountId) -> String {
        let account = call.account.unwrap_or(account).to_string();
        let fill = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => part.to_owned(),
            Some("id") => account.clone(),
            Some(name) => {
                let value = call.at.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
                value.unwrap_or_else(|| panic!("{}: say what stands for {{{name}}}", self.id))
            }
        };
        let path: Vec<String> = self.path.split('/').map(fill).collect();
        path.join("/") + &call.query
    }
}

/// The operations of the document, each with its line.
///
/// # Panics
/// Where an operation has no line, or a line no operation.
pub fn all() -> Vec<Operation> {
    let document = serde_json::to_value(bailiwick::router::document()).expect("JSON");
    let mut documented: BTreeMap<String, (Method, String)> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = method.to_uppercase().parse().expect("a method");
            documented.insert(operation["operationId"].as_str().expect("an id").to_owned(), (method, path.clone()));
        }
    }
    let mut all = Vec::new();
    for (place, table) in [(Where::Anywhere, anywhere()), (Where::WithMail, with_mail())] {
        for (id, needs, make) in table {
            let (method, path) =
                documented.remove(id).unwrap_or_else(|| panic!("the table knows {id}, the document not"));
            all.push(Operation { id, place, needs, make, method, path });
        }
    }
    assert!(documented.is_empty(), "add a line to the table of tests/isolation/operations.rs: {documented:#?}");
    all
}

type Line = (&'static str, Needs, for<'a> fn(&'a World) -> Making<'a>);

macro_rules! table {
    ($name:ident: $($id:ident, $needs:expr, |$world:ident| $call:expr;)*) => {
        fn $name() -> Vec<Line> {
            use Needs::*;
            vec![$((
                stringify!($id),
                $needs,
                |$world: &World| -> Making<'_> { Box::pin(async move { $call }) },
            ),)*]
        }
    };
}

table! {
    anywhere:

    accounts_get, Of(ViewAccounts), |_w| call();
    accounts_update, Of(ManageAccounts), |w| call().json(json!({ "name": w.word("Account") }));
    accounts_list, Of(ViewAccounts), |_w| call();
    accounts_create, Of(ManageAccounts), |w| call().json(json!({ "name": w.word("New"), "kind": "customer" }));
    accounts_suspend, FromAbove(ManageAccounts), |w| { w.resume().await; call() };
    accounts_resume, FromAbove(ManageAccounts), |w| { w.resume().await; call() };
    accounts_delete, FromAbove(DeleteAccounts), |w| call().json(json!({ "name": w.undeleted().await }));
    accounts_keep, FromAbove(DeleteAccounts), |w| { w.deleted().await; call() };
    accounts_relocate, Deciding(ManageAccounts), |w| call().json(json!({ "parent_id": w.new_parent().await }));
    accounts_moves, Of(ManageAccounts), |_w| call();
    accounts_quotas, Of(ViewUsage), |_w| call();
    accounts_set_quotas, FromAbove(ManageQuotas), |w|
        call().json(json!({ "devices": w.many(), "collectors": null, "operators": null }));
    accounts_usage, Of(ViewUsage), |_w| call().query("?from=2026-11-01&to=2026-11-30".to_owned());
    accounts_exports, SeeingAll(DeleteAccounts), |_w| call();
    accounts_request_export, SeeingAll(DeleteAccounts), |w| { w.no_export().await; call() };
    accounts_fetch_export, SeeingAll(DeleteAccounts), |w| call().at("export_id", w.export().await);
    accounts_figures, Of(ViewDevices), |_w| call();
    alerts_list, Of(ViewDevices), |_w| call();
    alerts_acknowledge, Of(HandleAlerts), |w| call().at("alert_id", w.alert().await);
    audit_list, Of(ViewAudit), |_w| call();
    audit_export, Of(ViewAudit), |_w| call();
    collectors_list, Of(ViewDevices), |_w| call();
    collectors_enroll, Of(ManageCollectors), |w| call().json(json!({ "site_id": w.site().await, "name": "Keller" }));
    collectors_enrollments, Of(ManageCollectors), |_w| call();
    collectors_revoke_enrollment, Of(ManageCollectors), |w| call().at("enrollment_id", w.enrollment().await);
    collectors_vouch, Of(ManageSites), |w| call().at("collector_id", w.collector().await);
    collectors_revoke, Of(ManageCollectors), |w| call().at("collector_id", w.collector().await);
    collectors_scan, Of(ManageCollectors), |w| call().at("collector_id", w.collector().await);
    devices_list, Of(ViewDevices), |_w| call();
    devices_get, Of(ViewDevices), |w| call().at("device_id", w.device().await);
    devices_retire, Of(ManageDevices), |w| call().at("device_id", w.device().await);
    devices_update, Of(ManageDevices), |w| call().at("device_id", w.device().await).json(json!({ "name": "Empfang" }));
    devices_readings, Of(ViewDevices), |w|
        call().at("device_id", w.device().await).query("?meter=pages".to_owned());
    devices_restore, Of(ManageDevices), |w| call().at("device_id", w.retired_device().await);
    alerts_of_device, Of(ViewDevices), |w| call().at("device_id", w.device().await);
    drivers_grants, Of(ViewDevices), |_w| call();
    drivers_at_account, Of(ViewDevices), |_w| call().at("name", "test-driver");
    drivers_grant_each, Of(ManageDrivers), |w| call().at("name", "test-driver")
        .json(json!({ "accounts": [w.account.to_string()], "digest": w.digest }));
    drivers_grant, Of(ManageDrivers), |_w| call().at("name", "test-driver").json(json!({ "granted": true }));
    branding_get, Of(ViewAccounts), |_w| call();
    branding_update, Of(ManageBranding), |w| call().json(json!({ "name": w.word("Brand") }));
    branding_replace, Of(ManageBranding), |w| call().bytes("image/png", &w.picture());
    branding_remove, Of(ManageBranding), |w| { w.logo().await; call() };
    branding_set, ByPlatform(ManageAccounts), |w| call().json(json!({ "host": w.host() }));
    branding_portal, Nobody, |_w| call();
    branding_logo, Nobody, |w| call().at("hash", w.logo().await);
    egress_list, Of(ManageEgress), |_w| call();
    egress_allow, Of(ManageEgress), |w| call().json(json!({ "purpose": "webhook", "host": w.host() }));
    egress_deny, Of(ManageEgress), |w| call().at("host_id", w.egress_host().await);
    elevation_list, Of(ViewAudit), |_w| call();
    elevation_begin, Platform, |w| call().json(w.reason_and_code().await);
    elevation_end, PlatformOr(ManagePrivacy), |w| { w.elevated().await; call() };
    view_as_begin, Of(ViewAs), |w| call()
        .json(json!({ "operator_id": w.operator().await, "reason": "ticket 42", "minutes": 30 }))
        .undone_by_deleting("/api/v1/session/view-as");
    invitations_list, Of(ViewOperators), |_w| call();
    mails_list, Of(ViewOperators), |_w| call();
    enrollments_list, Of(ViewDevices), |_w| call();
    operators_list, Of(ViewOperators), |_w| call();
    operators_add, Of(ManageOperators), |w|
        call().json(json!({ "email": w.email(), "name": "New", "role": "viewer" }));
    operators_update, Of(ManageOperators), |w|
        call().at("operator_id", w.operator().await).json(json!({ "role": "billing" }));
    operators_remove, Of(ManageOperators), |w| call().at("operator_id", w.operator().await);
    restrictions_get, Of(ViewAccounts), |_w| call();
    restrictions_replace, OnItself(ManagePrivacy), |w| call().json(json!({ "denied": w.other_restrictions().await }));
    roles_list, Of(ViewOperators), |_w| call();
    roles_create, Of(ManageRoles), |w| call().json(json!({ "name": w.word("Role"), "permissions": ["view_devices"] }));
    roles_update, Of(ManageRoles), |w|
        call().at("role_id", w.role().await).json(json!({ "name": "Other", "permissions": ["view_audit"] }));
    roles_delete, Of(ManageRoles), |w| call().at("role_id", w.role().await);
    sign_in_get, Of(ManageSignIn), |_w| call();
    sign_in_set, Of(ManageSignIn), |w| call().json(w.provider());
    sign_in_test, Of(ManageSignIn), |_w| call().json(json!({ "issuer": "https://login.example.org" }));
    sign_in_remove, Of(ManageSignIn), |w| { w.with_provider().await; call() };
    sign_in_domains, Of(ManageAccounts), |_w| call();
    sign_in_confirm, ByPlatform(ManageSignIn), |w|
        call().at("domain", w.asked_domain().await).json(json!({ "confirmed": true }));
    groups_list, Of(ViewDevices), |_w| call();
    groups_create, Of(ManageDevices), |w| call().json(json!({ "name": w.word("Group") }));
    groups_get, Of(ViewDevices), |w| call().at("group_id", w.group().await);
    groups_rename, Of(ManageDevices), |w| call().at("group_id", w.group().await).json(json!({ "name": w.word("Group") }));
    groups_delete, Of(ManageDevices), |w| call().at("group_id", w.group().await);
    groups_add, Of(ManageDevices), |w|
        call().at("group_id", w.group().await).at("device_id", w.device().await);
    groups_remove, Of(ManageDevices), |w| {
        let (group, device) = w.grouped_device().await;
        call().at("group_id", group).at("device_id", device)
    };
    sites_list, Of(ViewDevices), |_w| call();
    sites_create, Of(ManageSites), |w| call().json(json!({ "name": w.word("Site") }));
    sites_get, Of(ViewDevices), |w| call().at("site_id", w.site().await);
    sites_update, Of(ManageSites), |w| call().at("site_id", w.site().await).json(json!({ "name": w.word("Site") }));
    sites_delete, Of(ManageSites), |w| call().at("site_id", w.site().await);
    tokens_list, Of(ManageTokens), |_w| call();
    tokens_create, Of(ManageTokens), |w| call().json(json!({ "name": w.word("Token"), "role": "viewer" }));
    tokens_revoke, Of(ManageTokens), |w| call().at("token_id", w.token_id().await);
    events_stream, Of(ViewDevices), |w| call().query(format!("?account={}", w.account));

    drivers_list, SignedIn, |_w| call();
    drivers_get, SignedIn, |_w| call().at("name", "test-driver");
    drivers_uninstall, AtRoot(InstallDrivers), |w| call().at("name", w.spare_driver().await);
    drivers_install, AtRoot(InstallDrivers), |w| call().bytes("application/wasm", &w.component());

    session_create, Nobody, |w| call().json(w.sign_in().await);
    session_second_factor, Nobody, |w| call().json(w.second_step().await);
    session_factors, Person, |w| call().by(w.person().await);
    session_begin_totp, Person, |w| call().json(json!({ "password": PASSWORD })).by(w.person().await);
    session_confirm_totp, Person, |w| {
        let person = w.person().await;
        let app = w.begun_totp(&person).await;
        call().json(json!({ "code": w.code(&app) })).by(person)
    };
    session_renew_recovery_codes, Person, |w| {
        let (person, app) = w.with_totp().await;
        call().json(json!({ "code": w.next_code(&app) })).by(person)
    };
    session_remove_totp, Person, |w| {
        let (person, app) = w.with_totp().await;
        call().json(json!({ "password": PASSWORD, "code": w.next_code(&app) })).by(person)
    };
    session_end_view_as, Person, |w| call().by(w.viewing().await);
    session_offer_sso, Nobody, |_w| call().json(json!({ "domain": "example.org" }));
    session_begin_sso, Nobody, |w| { w.with_provider().await; call().json(json!({ "email": w.email() })) };
    session_link_sso, Person, |w| { w.with_provider().await; call().json(json!({})).by(w.person().await) };
    session_finish_sso, Nobody, |w| {
        let (cookie, answer) = w.answered().await;
        call().json(answer).cookie(cookie)
    };
    session_get, SignedIn, |_w| call();
    session_update, Person, |w| call().json(json!({ "name": "Somebody Else" })).by(w.person().await);
    session_delete, Person, |w| call().by(w.person().await);
    session_password, Person, |w| call().json(w.new_password()).by(w.person().await);
    session_passkey_challenge, Nobody, |_w| call();
    session_passkey, Nobody, |w| {
        let (browser, answer) = w.answered_passkey().await;
        call().cookie(browser).json(answer)
    };
    session_passkeys, Person, |w| call().by(w.person().await);
    session_ask_own_passkey, Person, |w| call().by(w.person().await);
    session_begin_passkey, Person, |w| call().json(json!({ "password": PASSWORD })).by(w.person().await);
    session_add_passkey, Person, |w| {
        let person = w.person().await;
        call().json(w.new_passkey(&person).await).by(person)
    };
    session_rename_passkey, Own, |w| {
        let person = w.person().await;
        call().at("passkey_id", w.passkey_of(&person).await).json(json!({ "name": "Other" })).by(person)
    };
    session_remove_passkey, Own, |w| {
        let person = w.person().await;
        call().at("passkey_id", w.passkey_of(&person).await).by(person)
    };
    session_reviewed, Person, |w| call().by(w.person().await);
    session_own_tokens, Person, |w| call().by(w.person().await);
    session_revoke_own_token, Own, |w| {
        let (person, token) = w.person_with_token().await;
        call().at("token_id", token).by(person)
    };
    sessions_delete_others, Person, |w| call().by(w.person().await);
    sessions_list, Person, |w| call().by(w.person().await);
    sessions_delete, Own, |w| {
        let person = w.person().await;
        call().at("session_id", w.session_of(&person).await).by(person)
    };
}

table! {
    with_mail:

    invitations_create, Of(ManageOperators), |w| call().json(json!({ "email": w.email(), "role": "viewer" }));
    invitations_revoke, Of(ManageOperators), |w| call().at("invitation_id", w.invitation().await.0);
    invitations_offer, Nobody, |w| call().json(json!({ "token": w.invitation().await.1 }));
    invitations_accept, Nobody, |w|
        call().json(json!({ "token": w.invitation().await.1, "name": "New", "password": PASSWORD }));
    password_reset_request, Nobody, |w| call().json(json!({ "email": w.sign_in().await["email"] }));
    password_reset_confirm, Nobody, |w|
        call().json(json!({ "token": w.reset().await, "password": "incorrect donkey battery" }));
}
