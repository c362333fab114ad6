//! A kind of printer as `fixtures/*.toml` describe it: what it is made of and how it reports itself.
//!
//! The kinds are invented. They use the enterprise number that RFC 5612 reserves for examples, and
//! hardware addresses from the locally administered range.

use serde::Deserialize;

/// Why a kind could not be read.
#[derive(Debug, thiserror::Error)]
pub enum KindError {
    /// The text is not TOML of this shape.
    #[error("the printer kind `{name}` does not parse")]
    Parse {
        /// Which kind.
        name: String,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
}

/// One kind of printer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kind {
    /// Its name in options and logs.
    pub name: String,
    /// Who makes it.
    pub manufacturer: String,
    /// Model name without the manufacturer.
    pub model: String,
    /// Firmware version, part of sysDescr.
    pub firmware: String,
    /// The last arcs of sysObjectID under the example enterprise.
    pub object_id: Vec<u32>,
    /// First characters of the serial number.
    pub serial_prefix: String,
    /// Digits that follow.
    pub serial_digits: usize,
    /// Pages a minute while printing.
    pub pages_per_minute: u32,
    /// Jobs that arrive in an hour, on average.
    pub jobs_per_hour: f64,
    /// The largest job in pages.
    pub largest_job: u32,
    /// Share of pages in colour.
    pub colour_share: f64,
    /// Pages between two jams, on average.
    pub pages_per_jam: u32,
    /// Life count at the beginning: from, to.
    pub life: (u32, u32),
    /// What the life count counts.
    pub counter_unit: CounterUnit,
    /// How many octets hrPrinterDetectedErrorState has.
    pub error_octets: usize,
    /// Memory in kilobytes.
    pub memory: u32,
    /// What is used up.
    #[serde(rename = "supply")]
    pub supplies: Vec<Supply>,
    /// Where paper comes from.
    #[serde(rename = "tray")]
    pub trays: Vec<Tray>,
    /// What opens.
    #[serde(rename = "cover")]
    pub covers: Vec<String>,
}

/// prtMarkerCounterUnit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterUnit {
    /// 7
    Impressions,
    /// 8
    Sheets,
    /// 16
    Feet,
}

impl CounterUnit {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Impressions => 7,
            Self::Sheets => 8,
            Self::Feet => 16,
        }
    }
}

/// A consumable, or a receptacle for waste.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Supply {
    /// prtMarkerSuppliesDescription.
    pub description: String,
    /// prtMarkerSuppliesType.
    #[serde(rename = "type")]
    pub kind: SupplyType,
    /// prtMarkerColorantValue, where it has one.
    pub colour: Option<String>,
    /// Pages from full to empty (for a receptacle: from empty to full).
    pub yield_pages: u32,
    /// How the level is reported.
    pub report: Report,
}

/// prtMarkerSuppliesType (PrtMarkerSuppliesTypeTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum SupplyType {
    Toner,
    TonerCartridge,
    WasteToner,
    InkCartridge,
    InkRibbon,
    WasteInk,
    Opc,
    Fuser,
    TransferUnit,
    Other,
}

impl SupplyType {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Other => 1,
            Self::Toner => 3,
            Self::WasteToner => 4,
            Self::InkCartridge => 6,
            Self::InkRibbon => 7,
            Self::WasteInk => 8,
            Self::Opc => 9,
            Self::Fuser => 15,
            Self::TransferUnit => 20,
            Self::TonerCartridge => 21,
        }
    }

    pub(crate) fn is_receptacle(self) -> bool {
        matches!(self, Self::WasteToner | Self::WasteInk)
    }

    /// Whether the printer stops when it is used up.
    pub(crate) fn is_colorant(self) -> bool {
        matches!(self, Self::Toner | Self::TonerCartridge | Self::InkCartridge | Self::InkRibbon)
    }
}

/// How a level is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// In percent of 100.
    Percent,
    /// In impressions of the yield.
    Impressions,
    /// In tenths of grams; the capacity is a twentieth of the yield in grams.
    TenthsOfGrams,
    /// Capacity -2 and level -3 while some remains, 0 when it is used up.
    SomeRemains,
    /// Capacity and level -2.
    Unknown,
    /// Capacity and level -1: there is no restriction.
    Unrestricted,
}

/// An input tray.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tray {
    /// prtInputName.
    pub name: String,
    /// prtInputMediaName.
    pub media: String,
    /// Sheets when full.
    pub capacity: u32,
    /// How the level is reported.
    pub report: TrayReport,
}

/// How a tray's level is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrayReport {
    /// In sheets.
    Sheets,
    /// -3 while there is paper, 0 when there is none.
    SomeRemains,
    /// -2.
    Unknown,
}

impl Kind {
    /// Reads a kind from TOML; `name` is used in the error.
    ///
    /// # Errors
    /// When the text has another shape.
    pub fn parse(name: &str, text: &str) -> Result<Self, KindError> {
        toml::from_str(text).map_err(|source| KindError::Parse { name: name.to_owned(), source: Box::new(source) })
    }

    /// The kinds that the project brings along.
    ///
    /// # Errors
    /// When one of them does not parse, which a test rules out.
    pub fn all() -> Result<Vec<Self>, KindError> {
        [
            ("mono-laser", include_str!("../fixtures/mono-laser.toml")),
            ("colour-mfp-a3", include_str!("../fixtures/colour-mfp-a3.toml")),
            ("colour-laser-a4", include_str!("../fixtures/colour-laser-a4.toml")),
            ("office-inkjet", include_str!("../fixtures/office-inkjet.toml")),
            ("label-printer", include_str!("../fixtures/label-printer.toml")),
            ("old-laser", include_str!("../fixtures/old-laser.toml")),
        ]
        .into_iter()
        .map(|(name, text)| Self::parse(name, text))
        .collect()
    }
}
