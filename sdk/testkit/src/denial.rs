//! Denied twins: the same exchange with one capability taken away.
//!
//! Everything that can be granted has a twin in which it is denied. In each the driver must end
//! cleanly (done or refused, no trap, no violation), and nothing of what was denied may come out.

use bailiwick_contract::{
    exchange::{Answer, Effect, End, Failure, Transcript},
    manifest::Manifest,
    policy::{Category, Grant},
};

/// One capability of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twin {
    /// A category of attributes.
    Category(Category),
    /// A kind of ask.
    Ask(&'static str),
    /// A free text by name.
    Text(String),
}

impl std::fmt::Display for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Category(category) => write!(f, "category {}", category.name()),
            Self::Ask(kind) => write!(f, "ask {kind}"),
            Self::Text(name) => write!(f, "text {name}"),
        }
    }
}

/// Everything that can be denied a driver.
#[must_use]
pub fn twins(manifest: &Manifest) -> Vec<Twin> {
    let all = Grant::all_of(manifest);
    let categories = all.categories.iter().copied().map(Twin::Category);
    let asks = manifest.ask_kinds().map(Twin::Ask);
    categories.chain(asks).chain(manifest.texts().map(Twin::Text)).collect()
}

impl Twin {
    /// Everything but this.
    #[must_use]
    pub fn grant(&self, manifest: &Manifest) -> Grant {
        let mut grant = Grant::all_of(manifest);
        match self {
            Self::Category(category) => grant.categories.retain(|c| c != category),
            Self::Ask(kind) => grant.asks.retain(|k| k != kind),
            Self::Text(name) => grant.texts.retain(|t| t != name),
        }
        grant
    }

    /// What came out of an exchange though this was denied.
    #[must_use]
    pub fn leak(&self, manifest: &Manifest, transcript: &Transcript) -> Option<String> {
        if let Self::Ask(kind) = self {
            let asked = transcript.rounds.iter().flat_map(|r| r.asks.iter().zip(&r.answers));
            let answered =
                asked.filter(|(ask, _)| ask.kind() == *kind).find(|(_, a)| **a != Answer::Failed(Failure::Denied));
            return answered.map(|(ask, _)| format!("an answer to {ask:?}"));
        }
        let End::Done(outcome) = &transcript.end else { return None };
        outcome.effects.iter().find_map(|effect| self.in_effect(manifest, effect))
    }

    fn forbids(&self, name: &str, category: Category) -> bool {
        match self {
            Self::Category(denied) => *denied == category,
            Self::Text(denied) => denied == name,
            Self::Ask(_) => false,
        }
    }

    fn in_effect(&self, manifest: &Manifest, effect: &Effect) -> Option<String> {
        match effect {
            Effect::Identify(found) => found.iter().find_map(|identity| {
                let kind = manifest.identities.iter().find(|k| k.kind == identity.kind)?;
                self.forbids(&kind.kind, kind.category).then(|| format!("identity {}", kind.kind))
            }),
            Effect::Facts(facts) => facts.iter().find_map(|fact| {
                let attribute = manifest.attributes.iter().find(|a| a.key == fact.attribute)?;
                self.forbids(&attribute.key, attribute.category).then(|| attribute.key.clone())
            }),
            Effect::Table(table) => {
                let declared = manifest.tables.iter().find(|t| t.key == table.attribute)?;
                table.rows.iter().flat_map(|row| &row.cells).find_map(|cell| {
                    let column = declared.columns.iter().find(|c| c.key == cell.column)?;
                    let name = format!("{}.{}", declared.key, column.key);
                    self.forbids(&name, column.category).then_some(name)
                })
            }
            Effect::Readings(points) => points.iter().find_map(|point| {
                let meter = manifest.meters.iter().find(|m| m.key == point.meter)?;
                self.forbids(&meter.key, meter.category).then(|| meter.key.clone())
            }),
            Effect::Conditions(conditions) => conditions.iter().find_map(|condition| {
                let kind = manifest.conditions.iter().find(|c| c.key == condition.key)?;
                self.forbids(&kind.key, kind.category).then(|| kind.key.clone())
            }),
            Effect::StatePut(put) => {
                let state = manifest.states.iter().find(|s| s.key == put.key)?;
                self.forbids(&state.key, state.category).then(|| state.key.clone())
            }
            _ => None,
        }
    }
}
