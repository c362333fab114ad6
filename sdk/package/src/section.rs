//! The custom section `bailiwick:manifest`.

use bailiwick_contract::manifest::Manifest;
use wasmparser::{Parser, Payload};

use crate::PackageError;

/// The manifest text in a component, read without compiling anything. Only a section of the
/// component itself counts, not one of a module or component nested in it.
///
/// # Errors
/// [`PackageError`] for what is no component, or has no manifest or two.
pub fn manifest_of(component: &[u8]) -> Result<String, PackageError> {
    let mut depth = 0_u32;
    let mut found: Option<&[u8]> = None;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(PackageError::Wasm)? {
            Payload::Version { encoding, .. } if depth == 0 && encoding != wasmparser::Encoding::Component => {
                return Err(PackageError::NotComponent);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == Manifest::SECTION => match found {
                None => found = Some(section.data()),
                Some(_) => return Err(PackageError::TwoManifests),
            },
            _ => {}
        }
    }
    let text = found.ok_or(PackageError::NoManifest)?;
    std::str::from_utf8(text).map(str::to_owned).map_err(|_| PackageError::ManifestEncoding)
}

/// Appends the manifest to a component (WebAssembly core specification, 5.5.3: a section is its id,
/// its size and its contents; a custom section's contents begin with its name).
pub(crate) fn append(component: &mut Vec<u8>, manifest: &str) {
    let mut contents = Vec::with_capacity(manifest.len() + 24);
    leb128(&mut contents, Manifest::SECTION.len());
    contents.extend_from_slice(Manifest::SECTION.as_bytes());
    contents.extend_from_slice(manifest.as_bytes());
    component.push(0);
    leb128(component, contents.len());
    component.append(&mut contents);
}

fn leb128(to: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            to.push(low);
            return;
        }
        to.push(low | 0x80);
    }
}
