//! What can go wrong with access; each variant is one stable code of the API.

use bailiwick_audit::AuditError;
use bailiwick_store::seal::SealError;
use bailiwick_store::{CursorError, LineageError, StoreError};

use crate::credential::CredentialError;
use crate::password::PasswordError;
use crate::permission::{Permission, Permissions};
use bailiwick_text::EmailError;

/// An error of access.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// There is no such thing, or the caller may not see it: the two are not told apart. 404, `not_found`.
    #[error("there is no such thing here")]
    NotFound,
    /// The caller sees the account but may not do this. 403, `denied`.
    #[error("the role held here does not permit this (needs {})", needs.name())]
    Denied {
        /// What was needed.
        needs: Permission,
    },
    /// Only somebody whose role lies above the account does this. 403, `own_account`.
    #[error("this takes a role on an account above this one")]
    OwnAccount,
    /// It was imposed by a grant that lies higher than the caller's. 403, `imposed_from_above`.
    #[error("an account above imposed this: ask its managers to lift it")]
    ImposedFromAbove,
    /// Something stands in the way of a move. 409, `cannot_move`.
    #[error("the account cannot be moved there: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    CannotMove(Vec<crate::accounts::moves::Conflict>),
    /// A quota of this account, or of one above, has no room. 409, `quota_exceeded`.
    #[error(transparent)]
    Quota(#[from] bailiwick_store::QuotaExceeded),
    /// Nobody gives what he does not have. 403, `exceeds_own_permissions`.
    #[error("you cannot give a permission that you do not have (missing: {})", .0.names().join(", "))]
    Excess(Permissions),
    /// The account is suspended. 403, `suspended`.
    #[error("the account is suspended")]
    Suspended,
    /// The session does not exist or was ended. 401, `session_unknown`.
    #[error("there is no such session")]
    SessionUnknown,
    /// The session is good, but its operator holds no role any more. 401, `session_unknown`.
    #[error("the operator holds no role any more")]
    NothingHeld,
    /// The session was idle too long or reached its end. 401, `session_expired`.
    #[error("the session has expired: sign in again")]
    SessionExpired,
    /// No such token. 401, `token_unknown`.
    #[error("there is no such token")]
    TokenUnknown,
    /// The token's time is over. 401, `token_expired`.
    #[error("the token has expired")]
    TokenExpired,
    /// The token was revoked. 401, `token_revoked`.
    #[error("the token was revoked")]
    TokenRevoked,
    /// The text is no token of ours: mistyped or cut off. 401, `token_malformed`.
    #[error("this is not a token")]
    TokenMalformed(#[source] CredentialError),
    /// Something given is not allowed. 422, `invalid_input`, with the field.
    #[error("{field}: {detail}")]
    Invalid {
        /// The field of the request.
        field: &'static str,
        /// What it must be.
        detail: &'static str,
    },
    /// A password is not accepted. 422, `invalid_input`, with [`PasswordError::code`] for its field.
    #[error(transparent)]
    Password(PasswordError),
    /// It exists already. 409, `conflict`.
    #[error("{0}")]
    Conflict(&'static str),
    /// Only a person does this for itself; a token cannot. 403, `not_a_person`.
    #[error("only an operator who is signed in can do this")]
    NotAPerson,
    /// The present password was not given rightly. 403, `wrong_password`.
    #[error("the present password is wrong")]
    WrongPassword,
    /// A mailed link is unknown, used, expired, taken back, of another kind, or void: the six are not told apart. 410,
    /// `link_invalid`.
    #[error("the link is not valid, or no longer")]
    LinkInvalid,
    /// The operator of the invited address exists and signs in before it accepts. 409, `sign_in_first`.
    #[error("sign in first, then accept the invitation")]
    SignInFirst,
    /// Somebody else was invited. 403, `other_address`.
    #[error("the invitation is for another e-mail address than the one you are signed in with")]
    OtherAddress,
    /// This takes a second factor, and the operator has set up none. 403, `second_factor_required`.
    #[error("this takes a second factor: set one up first")]
    SecondFactorMissing,
    /// It decides who sees an account of which the platform has no sight. 403, `elevation_required`.
    #[error("this takes an elevation on the account")]
    ElevationMissing,
    /// The code is not the present one of the second factor, or was used before. 403, `wrong_code`.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// The answer of a passkey is not right, not the first one, or not to a challenge of here and now. 403,
    /// `passkey_refused`.
    #[error("the passkey was refused")]
    PasskeyRefused,
    /// The portal has no host name, which passkeys are made for. 409, `passkeys_unavailable`.
    #[error("passkeys need a portal with a host name")]
    PasskeysUnavailable,
    /// Too many wrong codes of late; again after so many seconds. 429, `rate_limited`.
    #[error("too many wrong codes: try again later")]
    TooManyCodes {
        /// Seconds until another is looked at.
        retry_after: u64,
    },
    /// The account, one above it, or the operator has sent as many invitations as it may in a day; again after so many
    /// seconds. 429, `too_many_invitations`.
    #[error("as many invitations were sent as may be in a day")]
    TooManyInvitations {
        /// Seconds until there is room for another.
        retry_after: u64,
    },
    /// While the session looks as somebody else does, it changes nothing. 403, `view_as_read_only`.
    #[error("you cannot change anything while you look as somebody else")]
    ViewAsReadOnly,
    /// Nobody would own the account any more. 409, `last_owner`.
    #[error("the account would have no owner left: make somebody else an owner first")]
    LastOwner,
    /// Nobody could lift any more what the account denies to those above it. 409, `last_owner`.
    #[error(
        "nobody would be left here who may lift what the account denies to those above it: lift it, or make somebody else \
         an owner first"
    )]
    LastToLift,
    /// The system gives no randomness, or hashing failed.
    #[error("hashing failed")]
    Hashing(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The secret of a second factor does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// The audit could not be written; so nothing was done.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl AccessError {
    /// The stable code of the API's problem document.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Denied { .. } => "denied",
            Self::OwnAccount => "own_account",
            Self::ImposedFromAbove => "imposed_from_above",
            Self::CannotMove(_) => "cannot_move",
            Self::Quota(_) => "quota_exceeded",
            Self::Excess(_) => "exceeds_own_permissions",
            Self::Suspended => "suspended",
            Self::SessionUnknown | Self::NothingHeld => "session_unknown",
            Self::SessionExpired => "session_expired",
            Self::TokenUnknown => "token_unknown",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::TokenMalformed(_) => "token_malformed",
            Self::Invalid { .. } | Self::Password(_) => "invalid_input",
            Self::Conflict(_) => "conflict",
            Self::NotAPerson => "not_a_person",
            Self::WrongPassword => "wrong_password",
            Self::LinkInvalid => "link_invalid",
            Self::SignInFirst => "sign_in_first",
            Self::OtherAddress => "other_address",
            Self::SecondFactorMissing => "second_factor_required",
            Self::ElevationMissing => "elevation_required",
            Self::WrongCode => "wrong_code",
            Self::PasskeyRefused => "passkey_refused",
            Self::PasskeysUnavailable => "passkeys_unavailable",
            Self::TooManyCodes { .. } => "rate_limited",
            Self::TooManyInvitations { .. } => "too_many_invitations",
            Self::ViewAsReadOnly => "view_as_read_only",
            Self::LastOwner | Self::LastToLift => "last_owner",
            Self::Store(StoreError::Moved) | Self::Audit(AuditError::Store(StoreError::Moved)) => "moved",
            Self::Store(StoreError::Cursor(_)) => "invalid_cursor",
            Self::Store(StoreError::Full(_)) | Self::Audit(AuditError::Store(StoreError::Full(_))) => "limit_reached",
            Self::Store(StoreError::Busy(_)) | Self::Audit(AuditError::Store(StoreError::Busy(_))) => "busy",
            Self::Hashing(_) | Self::Seal(_) | Self::Store(_) | Self::Audit(_) => "internal",
        }
    }
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl From<CursorError> for AccessError {
    fn from(error: CursorError) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for AccessError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EmailError> for AccessError {
    fn from(error: EmailError) -> Self {
        Self::Invalid { field: "email", detail: error.detail() }
    }
}

impl From<LineageError> for AccessError {
    fn from(_: LineageError) -> Self {
        Self::Invalid { field: "parent", detail: "lies too deep in the tree for another level" }
    }
}

impl From<PasswordError> for AccessError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Hashing(source) => Self::Hashing(source),
            refused => Self::Password(refused),
        }
    }
}
