//! Logos: what is uploaded is decoded and drawn anew, so that what is served is an image and nothing else.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most bytes of an upload.
const UPLOAD_BYTES: usize = 1 << 20;
/// The most bytes that are kept.
const KEPT_BYTES: usize = 256 << 10;
/// Pixels of an edge.
const EDGE: std::ops::RangeInclusive<u32> = 16..=1024;
/// What decoding may take: four bytes for each pixel, twice.
const DECODING_BYTES: usize = 8 << 20;

/// Why an upload is no logo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// More than 1 MiB.
    #[error("a logo has at most 1 MiB")]
    Large,
    /// It is no PNG, or a broken one.
    #[error("a logo is a PNG image")]
    NoPng,
    /// Too small or too large.
    #[error("a logo is {} to {} pixels wide and high", EDGE.start(), EDGE.end())]
    Size,
    /// It is too intricate.
    #[error("the logo is too intricate: drawn anew it has more than 256 KiB")]
    Intricate,
}

/// SHA-256 of a logo's bytes; in texts lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogoHash(pub(crate) [u8; 32]);

/// A logo: a PNG of one frame, 8 bits, with transparency, without any other chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    bytes: Vec<u8>,
    hash: LogoHash,
}

impl Logo {
    /// Decodes an upload and draws it anew: no text, profile, animation or hidden bytes are left.
    ///
    /// # Errors
    /// [`LogoError`].
    pub fn read(upload: &[u8]) -> Result<Self, LogoError> {
        if upload.len() > UPLOAD_BYTES {
            return Err(LogoError::Large);
        }
        let mut decoder = Decoder::new_with_limits(Cursor::new(upload), Limits { bytes: DECODING_BYTES });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16 | Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(|_| LogoError::NoPng)?;
        let (width, height) = reader.info().size();
        if !EDGE.contains(&width) || !EDGE.contains(&height) {
            return Err(LogoError::Size);
        }
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(LogoError::Size)?];
        let frame = reader.next_frame(&mut pixels).map_err(|_| LogoError::NoPng)?;
        let colour = match frame.color_type {
            colour @ (ColorType::Rgba | ColorType::GrayscaleAlpha) => colour,
            _ => return Err(LogoError::NoPng),
        };
        let pixels = pixels.get(..frame.buffer_size()).ok_or(LogoError::NoPng)?;
        let bytes = draw(width, height, colour, pixels).map_err(|_| LogoError::NoPng)?;
        if bytes.len() > KEPT_BYTES {
            return Err(LogoError::Intricate);
        }
        let hash = LogoHash(Sha256::digest(&bytes).into());
        Ok(Self { bytes, hash })
    }

    /// The image.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is named by.
    #[must_use]
    pub fn hash(&self) -> LogoHash {
        self.hash
    }
}

fn draw(width: u32, height: u32, colour: ColorType, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

impl fmt::Display for LogoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A text that names no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a logo is named by 64 hexadecimal digits")]
pub struct LogoHashError;

impl FromStr for LogoHash {
    type Err = LogoHashError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| LogoHashError)?;
        Ok(Self(hash))
    }
}

impl TryFrom<String> for LogoHash {
    type Error = LogoHashError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LogoHash> for String {
    fn from(hash: LogoHash) -> Self {
        hash.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32, text: Option<&str>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        if let Some(text) = text {
            encoder.add_text_chunk("Comment".into(), text.into()).unwrap();
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![90; (width * height * 3) as usize]).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn what_is_kept_is_the_picture_alone() {
        let secret = "<script>alert(1)</script>";
        let upload = image(32, 20, Some(secret));
        assert!(upload.windows(secret.len()).any(|window| window == secret.as_bytes()));
        let mut upload_and_more = upload.clone();
        upload_and_more.extend_from_slice(b"PK\x03\x04 an archive behind the picture");
        for upload in [upload, upload_and_more] {
            let logo = Logo::read(&upload).unwrap();
            assert!(!logo.bytes().windows(8).any(|window| window == b"<script>" || window.starts_with(b"PK\x03\x04")));
            assert_eq!(Logo::read(logo.bytes()), Ok(logo), "drawn again it stays the same");
        }
    }

    #[test]
    fn what_is_no_small_picture_is_refused() {
        assert_eq!(Logo::read(b"<svg onload='alert(1)'/>"), Err(LogoError::NoPng));
        assert_eq!(Logo::read(b""), Err(LogoError::NoPng));
        assert_eq!(Logo::read(&image(8, 8, None)), Err(LogoError::Size));
        assert_eq!(Logo::read(&image(1025, 16, None)), Err(LogoError::Size));
        let whole = image(64, 64, None);
        assert_eq!(Logo::read(&whole[..whole.len() / 2]), Err(LogoError::NoPng));
        assert_eq!(Logo::read(&vec![0; UPLOAD_BYTES + 1]), Err(LogoError::Large));
    }
}
