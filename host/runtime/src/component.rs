//! What a component is, read before anything of it is compiled.
//!
//! Only its outer shape is read here: the manifest's section, what it imports and what it exports.
//! Everything else is the compiler's to validate.

use bailiwick_contract::manifest::Manifest;
use sha2::{Digest as _, Sha256};
use wasmparser::{Encoding, Parser, Payload};

use crate::{LoadError, MAX_COMPONENT_BYTES, MAX_MANIFEST_BYTES};

/// A component's manifest and its digest (SHA-256, lower-case hexadecimal), without compiling it.
///
/// # Errors
/// [`LoadError`] for bytes that no host would run: too large, no component, no whole manifest, imports
/// beyond the contract's.
pub fn inspect(component: &[u8]) -> Result<(Manifest, String), LoadError> {
    if component.len() > MAX_COMPONENT_BYTES {
        return Err(LoadError::TooLarge { bytes: component.len(), max: MAX_COMPONENT_BYTES });
    }
    let outer = Outer::read(component)?;
    let [manifest] = outer.manifests.as_slice() else {
        return Err(LoadError::ManifestCount(outer.manifests.len()));
    };
    if manifest.len() > MAX_MANIFEST_BYTES {
        return Err(LoadError::ManifestText);
    }
    let text = std::str::from_utf8(manifest).map_err(|_| LoadError::ManifestText)?;
    let manifest = Manifest::parse(text)?;
    let version = &manifest.driver.contract;
    let ours = ["log", "types", "inputs", "asks", "effects"].map(|name| format!("bailiwick:driver/{name}@{version}"));
    if let Some(foreign) = outer.imports.iter().find(|import| !ours.iter().any(|our| our == *import)) {
        return Err(LoadError::Import(foreign.chars().take(200).collect()));
    }
    let export = format!("bailiwick:driver/driver@{version}");
    if !outer.exports.contains(&export.as_str()) {
        return Err(LoadError::Export(export));
    }
    Ok((manifest, hex::encode(Sha256::digest(component))))
}

/// The outermost component's sections; those of what is nested in it are skipped.
#[derive(Default)]
struct Outer<'a> {
    manifests: Vec<&'a [u8]>,
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

impl<'a> Outer<'a> {
    fn read(component: &'a [u8]) -> Result<Self, LoadError> {
        let malformed =
            |e: wasmparser::BinaryReaderError| LoadError::Malformed(e.message().chars().take(200).collect());
        let mut outer = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
                    return Err(LoadError::Malformed("a core module, not a component".to_owned()));
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth = depth.saturating_add(1),
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if depth == 0 && section.name() == Manifest::SECTION => {
                    outer.manifests.push(section.data());
                }
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        outer.imports.push(import.map_err(malformed)?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        outer.exports.push(export.map_err(malformed)?.name.name);
                    }
                }
                _ => {}
            }
        }
        Ok(outer)
    }
}
