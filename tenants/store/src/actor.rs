//! Who acts. Every scope has one, and every audit entry names it in the text form given here, which never
//! changes: entries are sealed.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::id::{CollectorId, EnrollmentId, OperatorId, TokenId};

/// A driver's name as it may stand in an actor: 1 to 64 characters of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DriverName(Cow<'static, str>);

impl DriverName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl FromStr for DriverName {
    type Err = UnknownActor;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_name(text) { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(UnknownActor) }
    }
}

/// Who acts in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Someone signed in: `operator:<uuid>`.
    Operator(OperatorId),
    /// An API token, and the operator who made it: `token:<uuid>` or `token:<uuid>/operator:<uuid>`.
    Token {
        /// The token presented.
        token: TokenId,
        /// Who made it, where that is known.
        operator: Option<OperatorId>,
    },
    /// An on-site collector: `collector:<uuid>`.
    Collector(CollectorId),
    /// An enrolled device that calls by itself: `enrollment:<uuid>`.
    Enrollment(EnrollmentId),
    /// A driver acting on its own, such as a timer: `driver:<name>`.
    Driver(DriverName),
    /// The platform itself, named by what it does: `system:<name>`, with a name of `a-z`, `0-9`, `-`.
    System(Cow<'static, str>),
}

impl Actor {
    /// The platform itself; `name` says which part, such as `"retention"`.
    #[must_use]
    pub const fn system(name: &'static str) -> Self {
        Self::System(Cow::Borrowed(name))
    }

    /// The operator who acts, in person or by a token.
    #[must_use]
    pub fn operator(&self) -> Option<OperatorId> {
        match self {
            Self::Operator(operator) => Some(*operator),
            Self::Token { operator, .. } => *operator,
            _ => None,
        }
    }

    /// The first word of the text form: `operator`, `token`, `collector`, `enrollment`, `driver`, `system`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator(_) => "operator",
            Self::Token { .. } => "token",
            Self::Collector(_) => "collector",
            Self::Enrollment(_) => "enrollment",
            Self::Driver(_) => "driver",
            Self::System(_) => "system",
        }
    }

    /// The text form as an SQL literal; `None` where a system actor has an illegal name.
    pub(crate) fn literal(&self) -> Option<String> {
        match self {
            Self::System(name) if !is_name(name) => None,
            other => Some(format!("'{other}'")),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(id) => write!(f, "operator:{id}"),
            Self::Token { token, operator: None } => write!(f, "token:{token}"),
            Self::Token { token, operator: Some(operator) } => write!(f, "token:{token}/operator:{operator}"),
            Self::Collector(id) => write!(f, "collector:{id}"),
            Self::Enrollment(id) => write!(f, "enrollment:{id}"),
            Self::Driver(name) => write!(f, "driver:{}", name.as_str()),
            Self::System(name) => write!(f, "system:{name}"),
        }
    }
}

/// A text that is no actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an actor")]
pub struct UnknownActor;

impl FromStr for Actor {
    type Err = UnknownActor;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fn id<T: FromStr>(text: &str) -> Result<T, UnknownActor> {
            text.parse().map_err(|_| UnknownActor)
        }
        let (kind, rest) = text.split_once(':').ok_or(UnknownActor)?;
        Ok(match kind {
            "operator" => Self::Operator(id(rest)?),
            "token" => match rest.split_once("/operator:") {
                Some((token, operator)) => Self::Token { token: id(token)?, operator: Some(id(operator)?) },
                None => Self::Token { token: id(rest)?, operator: None },
            },
            "collector" => Self::Collector(id(rest)?),
            "enrollment" => Self::Enrollment(id(rest)?),
            "driver" => Self::Driver(rest.parse()?),
            "system" if is_name(rest) => Self::System(Cow::Owned(rest.to_owned())),
            _ => return Err(UnknownActor),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_stable_and_reads_back() {
        let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let cases = [
            (Actor::Operator(OperatorId(id)), "operator:01900000-0000-7000-8000-000000000001"),
            (
                Actor::Token { token: TokenId(id), operator: Some(OperatorId(id)) },
                "token:01900000-0000-7000-8000-000000000001/operator:01900000-0000-7000-8000-000000000001",
            ),
            (Actor::Token { token: TokenId(id), operator: None }, "token:01900000-0000-7000-8000-000000000001"),
            (Actor::Collector(CollectorId(id)), "collector:01900000-0000-7000-8000-000000000001"),
            (Actor::Enrollment(EnrollmentId(id)), "enrollment:01900000-0000-7000-8000-000000000001"),
            (Actor::Driver("printer-snmp".parse().unwrap()), "driver:printer-snmp"),
            (Actor::system("sealer"), "system:sealer"),
        ];
        for (actor, text) in cases {
            assert_eq!(actor.to_string(), text);
            assert_eq!(text.parse::<Actor>(), Ok(actor.clone()));
            assert!(text.starts_with(actor.kind()));
        }
    }

    #[test]
    fn a_name_that_could_leave_a_literal_is_refused() {
        for name in ["", "a'b", "a b", "A", "a\\", "a;--", &"a".repeat(65)] {
            assert!(name.parse::<DriverName>().is_err(), "{name}");
            assert!(Actor::System(Cow::Owned(name.to_owned())).literal().is_none(), "{name}");
            assert!(format!("system:{name}").parse::<Actor>().is_err(), "{name}");
        }
    }
}
