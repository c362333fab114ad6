//! How a driver's data is shown: headlines, words and colours of values, units, the icon.
//!
//! Lists, tiles, cards and CSV files show of a device what its driver's headlines name. The platform keeps each in a
//! slot of its role, so that any list sorts by it in the database; it knows roles, never what they stand for.

use serde::{Deserialize, Serialize};

use super::{Attribute, Kind, Manifest, MeterKind, TableAttribute, Title};

/// How good or bad a value is: what colour the portal gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// All is well.
    Good,
    /// Neither good nor bad.
    Neutral,
    /// Will need somebody.
    Warning,
    /// The device does not do its work.
    Bad,
}

impl Tone {
    /// Its name in manifests and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Neutral => "neutral",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// A colour: `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(String);

impl Color {
    /// `#rrggbb` in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("a colour is written #rrggbb")
        }
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.0
    }
}

/// What a value of an enum is called, and how it looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WordForm", into = "WordForm")]
pub struct Word {
    /// What operators read.
    pub title: Title,
    /// How good or bad it is.
    pub tone: Option<Tone>,
    /// The colour that it names: of a cartridge, a cable, a zone.
    pub color: Option<Color>,
}

/// A [`Word`] as manifests write it: languages, tone and colour side by side.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordForm {
    en: String,
    de: String,
    nl: String,
    fr: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tone: Option<Tone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<Color>,
}

impl From<WordForm> for Word {
    fn from(WordForm { en, de, nl, fr, tone, color }: WordForm) -> Self {
        Self { title: Title { en, de, nl, fr }, tone, color }
    }
}

impl From<Word> for WordForm {
    fn from(Word { title: Title { en, de, nl, fr }, tone, color }: Word) -> Self {
        Self { en, de, nl, fr, tone, color }
    }
}

/// A number that is a word: a protocol's -1 for 'no limit'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedNumber {
    /// Which number.
    pub value: i64,
    /// What operators read instead of it.
    pub title: Title,
    /// How good or bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
}

/// A unit: a symbol that is the same in every language (`percent`, `dBm`, `°C`), or words (`{ en = "pages", … }`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Unit {
    /// Shown as it is; `percent` is shown as `%` in the way of the language.
    Symbol(String),
    /// Shown in the language of the reader.
    Words(Title),
}

impl Unit {
    /// The text for a language tag.
    #[must_use]
    pub fn locale(&self, tag: &str) -> &str {
        match self {
            Self::Symbol(symbol) => symbol,
            Self::Words(title) => title.locale(tag),
        }
    }
}

/// An icon: the data of one SVG path on a grid of 16 by 16, drawn as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Icon(String);

impl Icon {
    /// The most bytes of a path.
    pub const MAX_BYTES: usize = 2_048;

    /// The attribute `d` of the path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Icon {
    type Error = &'static str;

    fn try_from(path: String) -> Result<Self, Self::Error> {
        let drawn = |b: u8| b"MmLlHhVvCcSsQqTtAaZz0123456789 ,.-".contains(&b);
        if (1..=Self::MAX_BYTES).contains(&path.len()) && path.starts_with(['M', 'm']) && path.bytes().all(drawn) {
            Ok(Self(path))
        } else {
            Err("an icon is the data of an SVG path: commands, numbers, spaces, at most 2048 bytes")
        }
    }
}

impl From<Icon> for String {
    fn from(icon: Icon) -> Self {
        icon.0
    }
}

/// What a headline is to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What the device calls itself.
    Name,
    /// Who made it.
    Manufacturer,
    /// Which model it is.
    Model,
    /// Its serial number.
    Serial,
    /// What it does now: an enum.
    State,
    /// How much is left or reached, per row where it is a table's column.
    Level,
    /// How many.
    Count,
    /// A short text: a version, a carrier.
    Text,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Name, Self::Manufacturer, Self::Model, Self::Serial, Self::State, Self::Level, Self::Count, Self::Text];

    /// How many headlines of a driver may have it: as many as there are slots.
    #[must_use]
    pub fn most(self) -> usize {
        match self {
            Self::Name | Self::Manufacturer | Self::Model | Self::Serial | Self::State => 1,
            Self::Level | Self::Count | Self::Text => 2,
        }
    }

    /// Its name in manifests and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Manufacturer => "manufacturer",
            Self::Model => "model",
            Self::Serial => "serial",
            Self::State => "state",
            Self::Level => "level",
            Self::Count => "count",
            Self::Text => "text",
        }
    }

    fn fits(self, kind: &Kind) -> bool {
        match self {
            Self::Name | Self::Manufacturer | Self::Model | Self::Serial => is_wording(kind),
            Self::State => matches!(kind, Kind::Enum { .. }),
            Self::Level => matches!(kind, Kind::Integer { .. } | Kind::Real { .. }),
            Self::Count => matches!(kind, Kind::Integer { .. }),
            Self::Text => is_wording(kind) || matches!(kind, Kind::Enum { .. } | Kind::Version),
        }
    }
}

fn is_wording(kind: &Kind) -> bool {
    matches!(kind, Kind::Pattern { .. } | Kind::Text { .. })
}

/// What lists, tiles, cards and CSV files show of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headline {
    /// `[a-z][a-z0-9_]{0,47}`; `sort=headline.<key>` and the columns of CSV files use it.
    pub key: String,
    /// What it is to a list.
    pub role: Role,
    /// The attribute, or `table.column`, that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The meter whose latest point it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// What the column is called; the title of what it shows where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
}

/// What a headline shows, found in its manifest.
#[derive(Debug, Clone, Copy)]
pub enum Shows<'a> {
    /// A scalar attribute.
    Attribute(&'a Attribute),
    /// A column of a table, row by row.
    Column(&'a TableAttribute, &'a Attribute),
    /// The latest point of a meter without rows.
    Meter(&'a super::Meter),
}

impl<'a> Shows<'a> {
    /// What operators read.
    #[must_use]
    pub fn title(self) -> &'a Title {
        match self {
            Self::Attribute(attribute) => &attribute.title,
            // one word for all its rows
            Self::Column(table, _) => &table.title,
            Self::Meter(meter) => &meter.title,
        }
    }

    /// Its unit, where it has one.
    #[must_use]
    pub fn unit(self) -> Option<&'a Unit> {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => attribute.unit.as_ref(),
            Self::Meter(meter) => Some(&meter.unit),
        }
    }

    /// At or below this it is low.
    #[must_use]
    pub fn low(self) -> Option<f64> {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => attribute.low,
            Self::Meter(_) => None,
        }
    }

    fn fits(self, role: Role) -> bool {
        match self {
            Self::Attribute(attribute) => role.fits(&attribute.kind),
            Self::Column(_, column) => role == Role::Level && role.fits(&column.kind),
            Self::Meter(meter) => {
                meter.table.is_none()
                    && match meter.kind {
                        MeterKind::Counter => role == Role::Count,
                        MeterKind::Gauge => role == Role::Level,
                    }
            }
        }
    }
}

/// A headline with its place among those of its role: 0, 1, …
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// The headline.
    pub headline: &'a Headline,
    /// What it shows.
    pub shows: Shows<'a>,
    /// Its place.
    pub place: usize,
}

impl Slot<'_> {
    /// What its column is called.
    #[must_use]
    pub fn title(&self) -> &Title {
        self.headline.title.as_ref().unwrap_or_else(|| self.shows.title())
    }
}

impl Manifest {
    /// The headlines in their order, each with its place among those of its role.
    pub fn slots(&self) -> impl Iterator<Item = Slot<'_>> {
        let mut taken = [0_usize; Role::ALL.len()];
        self.headlines.iter().filter_map(move |headline| {
            let shows = self.shows(headline)?;
            let place = taken.get_mut(headline.role as usize)?;
            let slot = Slot { headline, shows, place: *place };
            *place = place.saturating_add(1);
            Some(slot)
        })
    }

    /// What a headline shows; `None` where this manifest does not declare it.
    #[must_use]
    pub fn shows(&self, headline: &Headline) -> Option<Shows<'_>> {
        match (headline.attribute.as_deref(), headline.meter.as_deref()) {
            (Some(name), None) => match name.split_once('.') {
                Some((table, column)) => {
                    let table = self.tables.iter().find(|t| t.key == table)?;
                    Some(Shows::Column(table, table.columns.iter().find(|c| c.key == column)?))
                }
                None => self.attributes.iter().find(|a| a.key == name).map(Shows::Attribute),
            },
            (None, Some(meter)) => self.meters.iter().find(|m| m.key == meter).map(Shows::Meter),
            _ => None,
        }
    }
}

/// What is wrong with a manifest's headlines, as `(place, what)`; keys are judged with all others.
pub(super) fn faults(manifest: &Manifest) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut taken = [0_usize; Role::ALL.len()];
    for (i, headline) in manifest.headlines.iter().enumerate() {
        let place = format!("headline[{i}]");
        if headline.attribute.is_some() == headline.meter.is_some() {
            faults.push((place, "needs either an attribute or a meter".to_owned()));
            continue;
        }
        let field = if headline.meter.is_some() { "meter" } else { "attribute" };
        match manifest.shows(headline) {
            None => faults.push((format!("{place}.{field}"), format!("is none of the {field}s"))),
            Some(shows) if !shows.fits(headline.role) => {
                let what = format!("its type does not fit the role {}", headline.role.name());
                faults.push((format!("{place}.{field}"), what));
            }
            Some(_) => {}
        }
        if let Some(count) = taken.get_mut(headline.role as usize) {
            *count = count.saturating_add(1);
            if *count > headline.role.most() {
                let most = headline.role.most();
                faults
                    .push((format!("{place}.role"), format!("there are more than {most} of {}", headline.role.name())));
            }
        }
    }
    for (i, table) in manifest.tables.iter().enumerate() {
        for (field, column, fits) in [
            ("label", &table.label, is_wording as fn(&Kind) -> bool),
            ("color", &table.color, |kind| matches!(kind, Kind::Enum { .. })),
            ("state", &table.state, |kind| matches!(kind, Kind::Enum { .. })),
        ] {
            let Some(key) = column else { continue };
            let place = format!("table[{i}].{field}");
            match table.columns.iter().find(|c| c.key == *key) {
                None => faults.push((place, "is none of its columns".to_owned())),
                Some(column) if !fits(&column.kind) => {
                    let wanted = if field == "label" { "a pattern or a text" } else { "an enum" };
                    faults.push((place, format!("must be {wanted}")));
                }
                Some(_) => {}
            }
        }
    }
    faults
}
