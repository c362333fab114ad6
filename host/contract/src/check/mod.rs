//! Asks and effects against what a driver declares and its owner permitted.
//!
//! Two different things happen to an outcome. A **violation** (something undeclared, of the wrong
//! type, out of bounds, or an effect that this input does not allow) means that the driver does not
//! keep to its own manifest: the whole outcome is refused, with a stable code and the place.
//! **Narrowing** is no fault of the driver: a declared value whose category or text is not permitted
//! is left out and counted by name, so that a statement can tell what the host refused to keep. Row keys come from the
//! device: a row whose key does not fit its table's pattern is left out and counted too, and its table is then
//! incomplete, so that no other row is taken for gone.
//!
//! A [`Checked`] is the only thing that may be applied, and only [`Checker::effects`] makes one.

mod asks;
mod effects;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use scalar::{MAX_TOKEN, fits, is_line};

pub use effects::{MAX_EFFECTS, MAX_REACHABLE_BYTES, MAX_REPLY_BYTES, MAX_UPLOAD_BYTES, MAX_VALUES};

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{exchange::Outcome, manifest::Manifest, policy::Permitted};

/// Checks what one driver says under one permission.
#[derive(Debug, Clone, Copy)]
pub struct Checker<'a> {
    manifest: &'a Manifest,
    permitted: &'a Permitted,
}

impl<'a> Checker<'a> {
    /// Of this manifest, under this permission.
    #[must_use]
    pub fn new(manifest: &'a Manifest, permitted: &'a Permitted) -> Self {
        Self { manifest, permitted }
    }
}

/// Why an ask is answered [`crate::exchange::Failure::Denied`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denied {
    /// The manifest does not declare it: the driver does not keep to its own word.
    #[error("the manifest does not declare this {0}")]
    Undeclared(&'static str),
    /// It is declared, but its owner did not grant it.
    #[error("{0} is not granted")]
    NotGranted(&'static str),
    /// It makes no sense for the input: an SNMP ask outside a poll.
    #[error("{0} cannot be asked in this exchange")]
    WrongInput(&'static str),
    /// It is malformed or larger than any ask may be.
    #[error("this {0} is malformed")]
    Malformed(&'static str),
}

impl Denied {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Undeclared(_) => "undeclared",
            Self::NotGranted(_) => "not_granted",
            Self::WrongInput(_) => "wrong_input",
            Self::Malformed(_) => "malformed",
        }
    }

    /// Whether the driver broke its own manifest, rather than lacking a grant.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        !matches!(self, Self::NotGranted(_))
    }
}

/// An outcome that keeps to the manifest, narrowed to what is permitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    outcome: Outcome,
    dropped: Dropped,
}

impl Checked {
    /// What may be applied.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What was left out.
    #[must_use]
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    /// Both.
    #[must_use]
    pub fn into_parts(self) -> (Outcome, Dropped) {
        (self.outcome, self.dropped)
    }
}

/// Values that were declared and are not kept: what is not permitted, counted by attribute, `table.column`, meter,
/// condition or identity kind; rows whose key does not fit, as `table.row_key`; and points of meters and conditions
/// whose row is not kept, by meter and condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dropped(BTreeMap<String, u64>);

impl Dropped {
    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Names and counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// How many of this name.
    #[must_use]
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn count(&mut self, name: &str) {
        match self.0.get_mut(name) {
            Some(n) => *n += 1,
            None => {
                self.0.insert(name.to_owned(), 1);
            }
        }
    }
}

/// Why a whole outcome is refused. It tells the place, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} at {path}")]
pub struct Violation {
    /// What is wrong.
    pub code: ViolationCode,
    /// Where: `effects[2].rows[3].cells[0]`.
    pub path: String,
}

impl Violation {
    fn at(code: ViolationCode, path: &impl fmt::Display) -> Self {
        Self { code, path: path.to_string() }
    }
}

/// What a driver did wrong; [`ViolationCode::name`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it; docs/ lists them")]
pub enum ViolationCode {
    UndeclaredAttribute,
    UndeclaredColumn,
    UndeclaredTable,
    UndeclaredMeter,
    UndeclaredCondition,
    UndeclaredIdentity,
    UndeclaredState,
    WrongType,
    OutOfBounds,
    NotFinite,
    UnknownEnumValue,
    PatternMismatch,
    TextTooLong,
    BadText,
    BadVersion,
    BadTime,
    MissingRow,
    UnexpectedRow,
    DuplicateKey,
    TooManyRows,
    TooManyConditions,
    TooManyMeters,
    TooManyEffects,
    TooManyValues,
    TooLarge,
    BadRange,
    BadKey,
    BadOid,
    BadRefusal,
    RepeatedEffect,
    EffectNotAllowed,
    MissingReply,
    UnexpectedReply,
    BadReply,
}

impl ViolationCode {
    /// Its name in figures, reports and dead letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UndeclaredAttribute => "undeclared_attribute",
            Self::UndeclaredColumn => "undeclared_column",
            Self::UndeclaredTable => "undeclared_table",
            Self::UndeclaredMeter => "undeclared_meter",
            Self::UndeclaredCondition => "undeclared_condition",
            Self::UndeclaredIdentity => "undeclared_identity",
            Self::UndeclaredState => "undeclared_state",
            Self::WrongType => "wrong_type",
            Self::OutOfBounds => "out_of_bounds",
            Self::NotFinite => "not_finite",
            Self::UnknownEnumValue => "unknown_enum_value",
            Self::PatternMismatch => "pattern_mismatch",
            Self::TextTooLong => "text_too_long",
            Self::BadText => "bad_text",
            Self::BadVersion => "bad_version",
            Self::BadTime => "bad_time",
            Self::MissingRow => "missing_row",
            Self::UnexpectedRow => "unexpected_row",
            Self::DuplicateKey => "duplicate_key",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyConditions => "too_many_conditions",
            Self::TooManyMeters => "too_many_meters",
            Self::TooManyEffects => "too_many_effects",
            Self::TooManyValues => "too_many_values",
            Self::TooLarge => "too_large",
            Self::BadRange => "bad_range",
            Self::BadKey => "bad_key",
            Self::BadOid => "bad_oid",
            Self::BadRefusal => "bad_refusal",
            Self::RepeatedEffect => "repeated_effect",
            Self::EffectNotAllowed => "effect_not_allowed",
            Self::MissingReply => "missing_reply",
            Self::UnexpectedReply => "unexpected_reply",
            Self::BadReply => "bad_reply",
        }
    }
}

impl fmt::Display for ViolationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
