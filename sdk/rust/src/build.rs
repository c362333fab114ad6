//! Constructors for what a driver returns, so that an outcome reads like what it means.

use crate::{
    Cell, Condition, Effect, Fact, Failure, Identity, Instant, Outcome, Point, Refusal, Reply, Row, Scalar, Table,
};

impl Scalar {
    /// An enum value, a version, or a text that matches the attribute's pattern.
    pub fn token(value: impl Into<String>) -> Self {
        Self::Token(value.into())
    }

    /// Free text, which the owner must have consented to by name.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }
}

macro_rules! scalar_from {
    ($($from:ty => $variant:ident),+) => {
        $(impl From<$from> for Scalar {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })+
    };
}
scalar_from!(bool => Flag, i64 => Integer, i32 => Integer, u32 => Integer, u16 => Integer, f64 => Real);

/// Scalar facts, gathered one by one. What is not known is left out, never guessed.
#[derive(Debug, Clone, Default)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    #[must_use]
    pub fn set(mut self, attribute: &str, value: impl Into<Scalar>) -> Self {
        self.0.push(Fact { attribute: attribute.into(), value: value.into() });
        self
    }

    /// One more, where it is known.
    #[must_use]
    pub fn set_some(self, attribute: &str, value: Option<impl Into<Scalar>>) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self,
        }
    }
}

impl Row {
    /// A row without cells. Its key tells it from its neighbours for good, and matches the table's `row_key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), cells: Vec::new() }
    }

    /// One more cell.
    #[must_use]
    pub fn cell(mut self, column: &str, value: impl Into<Scalar>) -> Self {
        self.cells.push(Cell { column: column.into(), value: value.into() });
        self
    }

    /// One more cell, where its value is known.
    #[must_use]
    pub fn cell_some(self, column: &str, value: Option<impl Into<Scalar>>) -> Self {
        match value {
            Some(value) => self.cell(column, value),
            None => self,
        }
    }
}

impl Table {
    /// All rows of a table attribute: those not listed are gone.
    pub fn complete(attribute: &str, rows: Vec<Row>) -> Self {
        Self { attribute: attribute.into(), complete: true, rows }
    }

    /// Some rows of a table attribute: those not listed stay.
    pub fn partial(attribute: &str, rows: Vec<Row>) -> Self {
        Self { attribute: attribute.into(), complete: false, rows }
    }
}

impl Point {
    /// A point of a meter, in the meter's unit.
    pub fn new(meter: &str, value: f64, at: Instant) -> Self {
        Self { meter: meter.into(), row: None, value, at }
    }

    /// The table row that it belongs to.
    #[must_use]
    pub fn of_row(mut self, key: impl Into<String>) -> Self {
        self.row = Some(key.into());
        self
    }
}

impl Condition {
    /// A level that holds now.
    pub fn new(key: &str) -> Self {
        Self { key: key.into(), row: None }
    }

    /// The table row that it belongs to.
    #[must_use]
    pub fn of_row(mut self, key: impl Into<String>) -> Self {
        self.row = Some(key.into());
        self
    }
}

impl Identity {
    /// Something that tells this device from others, normalised.
    pub fn new(kind: &str, value: impl Into<String>) -> Self {
        Self { kind: kind.into(), value: value.into() }
    }
}

impl Refusal {
    /// One of the manifest's codes.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.into(), number: 0 }
    }

    /// With a number that says more: 0 to 65,535.
    #[must_use]
    pub fn with(code: &str, number: i64) -> Self {
        Self { code: code.into(), number }
    }

    /// The driver does not handle this kind of input.
    #[must_use]
    pub fn not_supported() -> Self {
        Self::new("not_supported")
    }
}

impl From<Failure> for Refusal {
    /// `ask_denied`, `ask_timeout`, …: an ask without which the driver cannot go on.
    fn from(failure: Failure) -> Self {
        Self::new(match failure {
            Failure::Denied => "ask_denied",
            Failure::Timeout => "ask_timeout",
            Failure::Unreachable => "ask_unreachable",
            Failure::Malformed => "ask_malformed",
            Failure::TooLarge => "ask_too_large",
            Failure::Unavailable => "ask_unavailable",
        })
    }
}

impl Reply {
    /// An unsigned reply.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: content_type.into(), body: body.into(), sign: false }
    }

    /// Let the host sign the body.
    #[must_use]
    pub fn signed(mut self) -> Self {
        self.sign = true;
        self
    }
}

#[expect(clippy::derivable_impls, reason = "the type is generated")]
impl Default for Outcome {
    fn default() -> Self {
        Self { reply: None, effects: Vec::new() }
    }
}

impl Outcome {
    /// Nothing is to be done.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more effect; they apply in order.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// What the caller gets.
    #[must_use]
    pub fn reply(mut self, reply: Reply) -> Self {
        self.reply = Some(reply);
        self
    }

    /// Names the device, the strongest identity first. Nothing where there is none.
    #[must_use]
    pub fn identify(self, identities: Vec<Identity>) -> Self {
        if identities.is_empty() { self } else { self.effect(Effect::Identify(identities)) }
    }

    /// Scalar attributes. Nothing where there are none.
    #[must_use]
    pub fn facts(self, facts: Facts) -> Self {
        if facts.0.is_empty() { self } else { self.effect(Effect::Facts(facts.0)) }
    }

    /// A table attribute.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.effect(Effect::Table(table))
    }

    /// Points of meters. Nothing where there are none.
    #[must_use]
    pub fn readings(self, points: Vec<Point>) -> Self {
        if points.is_empty() { self } else { self.effect(Effect::Readings(points)) }
    }

    /// The whole set of conditions that hold now: an empty one clears all.
    #[must_use]
    pub fn conditions(self, conditions: Vec<Condition>) -> Self {
        self.effect(Effect::Conditions(conditions))
    }
}
