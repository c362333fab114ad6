//! What an ID token that was proven says of a person, as far as it is read here.

use std::collections::BTreeMap;

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most values of one claim that are looked at.
const MOST_VALUES: usize = 500;
/// Longest value that is looked at.
const LONGEST: usize = 300;

/// Every claim beside the standard's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct More(BTreeMap<String, Value>);

impl AdditionalClaims for More {}

/// Who somebody is, by the provider's word.
#[derive(Debug, Clone)]
pub struct Claims {
    /// `sub`: with the issuer, the one name that stays.
    pub subject: String,
    /// `email`, as written.
    pub email: Option<String>,
    /// Whether the provider says that the address is the person's: `email_verified`, or `xms_edov` of Entra ID, which
    /// says that the address's domain was proven to be the tenant's.
    pub email_verified: bool,
    /// `name`, or what comes nearest.
    pub name: Option<String>,
    pub(crate) more: More,
}

impl Claims {
    /// The values of a claim: a list of texts, or one text.
    #[must_use]
    pub fn values(&self, claim: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().filter(|text| text.len() <= LONGEST).map(str::to_owned);
        match self.more.0.get(claim) {
            Some(Value::Array(values)) => values.iter().take(MOST_VALUES).filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

/// Entra ID writes it as a boolean, a number or a text.
pub(crate) fn says_yes(more: &More, claim: &str) -> bool {
    match more.0.get(claim) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        Some(Value::String(text)) => text == "1" || text == "true",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(more: Value) -> Claims {
        let more = serde_json::from_value(more).unwrap();
        Claims { subject: "s".to_owned(), email: None, email_verified: false, name: None, more }
    }

    #[test]
    fn a_claim_is_a_list_or_one_text() {
        let claims = claims(serde_json::json!({ "groups": ["a", 7, "b"], "role": "x", "n": 1, "o": {} }));
        assert_eq!(claims.values("groups"), ["a", "b"]);
        assert_eq!(claims.values("role"), ["x"]);
        assert!(claims.values("n").is_empty() && claims.values("o").is_empty() && claims.values("absent").is_empty());
    }
}
