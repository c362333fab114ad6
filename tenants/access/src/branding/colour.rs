//! A colour that text can be read on, and that can be read as text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A colour as `#rrggbb` in sRGB; white text on it has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// Why a text is no colour of a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ColourError {
    /// It is not `#rrggbb`.
    #[error("a colour is written as #rrggbb")]
    Shape,
    /// White text on it could not be read.
    #[error("white text on this colour could not be read: its contrast is below 4.5")]
    Contrast,
}

impl Colour {
    const CONTRAST: f64 = 4.5;

    /// Contrast with white (WCAG 2.2, relative luminance).
    fn contrast_with_white(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    }
}

impl FromStr for Colour {
    type Err = ColourError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 3];
        let digits = text.strip_prefix('#').ok_or(ColourError::Shape)?;
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| ColourError::Shape)?;
        let colour = Self(bytes);
        if colour.contrast_with_white() < Self::CONTRAST { Err(ColourError::Contrast) } else { Ok(colour) }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_read_is_a_colour() {
        assert_eq!("#2F5bd8".parse::<Colour>().map(|colour| colour.to_string()), Ok("#2f5bd8".to_owned()));
        for bright in ["#ffffff", "#ffee00", "#8fadff", "#00ff00"] {
            assert_eq!(bright.parse::<Colour>(), Err(ColourError::Contrast), "{bright}");
        }
        for shape in ["", "2f5bd8", "#2f5bd", "#2f5bd8ff", "red", "#2f5bdg", "#é5bd8"] {
            assert_eq!(shape.parse::<Colour>(), Err(ColourError::Shape), "{shape}");
        }
        let black: Colour = "#000000".parse().unwrap();
        assert!((black.contrast_with_white() - 21.0).abs() < 1e-9);
    }
}
