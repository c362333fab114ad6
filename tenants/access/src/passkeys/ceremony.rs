//! The protocol, by `webauthn_rp`: what an authenticator is asked, and whether it answered rightly.
//!
//! Always asked for: a credential that the authenticator keeps and finds by itself, and that it verifies its owner.
//! Always checked: the challenge, that the origin is the party's one, no frame of another site, the host name's hash,
//! presence and verification, the signature by the key on record, and that the counter goes forward.

use bailiwick_store::OperatorId;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16, Username,
};
use webauthn_rp::request::{AsciiDomain, ExtensionInfo, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::DiscoverableAuthentication16;
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, Registration, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, RegistrationServerState,
};

use super::Party;
use crate::error::AccessError;
use crate::operators::Operator;

/// The public key as it is kept, and what was agreed at its making.
type Key = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// What an authenticator is asked, and what to know when it answers.
pub(super) struct Asked {
    pub(super) options: Value,
    pub(super) state: Vec<u8>,
}

/// A passkey just made.
pub(super) struct Made {
    pub(super) credential: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) state: Vec<u8>,
}

/// A passkey on record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) operator: OperatorId,
    pub(super) credential: &'a [u8],
    pub(super) key: &'a [u8],
    pub(super) state: &'a [u8],
}

/// What an answer is worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the passkey's, given now and here; its state is this from now on.
    Right(Vec<u8>),
    /// It is the passkey's, but its counter went back: there is a copy of it.
    Copied,
    /// It is not.
    Wrong,
}

/// An answer that can be read.
pub(super) struct Signed(DiscoverableAuthentication16);

impl Signed {
    pub(super) fn read(response: &Value) -> Option<Self> {
        DiscoverableAuthentication16::from_json_relaxed(response.to_string().as_bytes()).ok().map(Self)
    }

    /// By which credential it says that it is.
    pub(super) fn credential(&self) -> &[u8] {
        self.0.raw_id().into_inner()
    }
}

/// Asks for a signature by any passkey of this party.
pub(super) fn ask_for_signature(party: &Party) -> Result<Asked, AccessError> {
    let id = id(party)?;
    let (server, client) = DiscoverableCredentialRequestOptions::passkey(&id).start_ceremony().map_err(failed)?;
    let options = serde_json::to_value(&client).map_err(failed)?;
    Ok(Asked { options, state: server.encode().map_err(failed)? })
}

/// Asks for a new passkey, by an authenticator that has none of `present`.
pub(super) fn ask_for_passkey(party: &Party, operator: &Operator, present: Vec<Vec<u8>>) -> Result<Asked, AccessError> {
    let id = id(party)?;
    let handle = handle(operator.id)?;
    let none = AuthTransports::decode(0).map_err(|_| AccessError::Hashing("no transports".into()))?;
    let known = |credential| {
        Some(PublicKeyCredentialDescriptor { id: CredentialId::decode(credential).ok()?, transports: none })
    };
    let known: Vec<_> = present.into_iter().filter_map(known).collect();
    // a name that the profile of RFC 8266 does not take is left out; it is told to its owner only
    let display_name = Nickname::try_from(operator.name.as_str()).ok();
    let name = Username::try_from(operator.email.as_str()).or_else(|_| Username::try_from("operator"));
    let user = PublicKeyCredentialUserEntity { name: name.map_err(failed)?, id: &handle, display_name };
    let mut options = PublicKeyCredentialCreationOptions::passkey(&id, user, known);
    // asked of security keys that can (CTAP 2.1, 12.1); enforced, browsers would turn away those that cannot
    options.extensions.cred_protect = CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
    let (server, client) = options.start_ceremony().map_err(failed)?;
    let options = serde_json::to_value(&client).map_err(failed)?;
    Ok(Asked { options, state: server.encode().map_err(failed)? })
}

/// Checks what an authenticator made; none where anything is wrong.
pub(super) fn check_made(party: &Party, state: &[u8], response: &Value) -> Option<Made> {
    let id = id(party).ok()?;
    let registration = Registration::from_json_relaxed(response.to_string().as_bytes()).ok()?;
    let options = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &[party.origin()],
        // the protocol lets authenticators tell what nobody asked for
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let made = RegistrationServerState::<16>::decode(state).ok()?.verify(&id, &registration, &options).ok()?;
    Some(Made {
        credential: made.id().into_inner().to_vec(),
        key: made.static_state().encode().ok()?,
        state: made.dynamic_state().encode().ok()?.to_vec(),
    })
}

/// Checks a signature against the passkey on record.
pub(super) fn check_signed(party: &Party, state: &[u8], signed: &Signed, record: Record<'_>) -> Verdict {
    match checked(party, state, signed, record) {
        Some(Ok(state)) => Verdict::Right(state),
        Some(Err(AuthCeremonyErr::SignatureCounter)) => Verdict::Copied,
        _ => Verdict::Wrong,
    }
}

/// Nothing where what is on record or was sealed cannot be read.
fn checked(
    party: &Party,
    state: &[u8],
    signed: &Signed,
    record: Record<'_>,
) -> Option<Result<Vec<u8>, AuthCeremonyErr>> {
    let id = id(party).ok()?;
    let handle = handle(record.operator).ok()?;
    let credential = CredentialId::<&[u8]>::decode(record.credential).ok()?;
    let dynamic = DynamicState::decode(record.state.try_into().ok()?).ok()?;
    let mut known = AuthenticatedCredential::new(credential, &handle, Key::decode(record.key).ok()?, dynamic).ok()?;
    let options = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[party.origin()],
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    let server = DiscoverableAuthenticationServerState::decode(state).ok()?;
    if let Err(error) = server.verify(&id, &signed.0, &mut known, &options) {
        return Some(Err(error));
    }
    Some(Ok(known.dynamic_state().encode().ok()?.to_vec()))
}

fn id(party: &Party) -> Result<RpId, AccessError> {
    AsciiDomain::try_from(party.id().to_owned()).map(RpId::Domain).map_err(failed)
}

/// The operator's id, which tells nothing of it to whoever keeps its passkeys.
fn handle(operator: OperatorId) -> Result<UserHandle16, AccessError> {
    let id: Uuid = operator.get();
    UserHandle16::decode(id.into_bytes()).map_err(failed)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> AccessError {
    AccessError::Hashing(error.into())
}
