//! What a component is, read before anything of it is compiled.
//!
//! Only its outer shape is read here: the manifest's section, what it imports and exports, and how much code it holds.
//! Everything else is the compiler's to validate.

use std::ops::Range;

use bailiwick_contract::manifest::Manifest;
use sha2::{Digest as _, Sha256};
use wasmparser::{Encoding, Parser, Payload};

use crate::{
    LoadError, MAX_CODE_BYTES, MAX_COMPONENT_BYTES, MAX_FUNCTION_BYTES, MAX_FUNCTIONS, MAX_MANIFEST_BYTES, MAX_MODULES,
};

/// A component's manifest and its digest (SHA-256, lower-case hexadecimal), without compiling it.
///
/// # Errors
/// [`LoadError`] for bytes that no host would run: too large, too much code, no component, no whole manifest, imports
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
        let mut code = Code::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
                    return Err(LoadError::Malformed("a core module, not a component".to_owned()));
                }
                Payload::ModuleSection { .. } => {
                    depth = depth.saturating_add(1);
                    code.module()?;
                }
                Payload::ComponentSection { .. } => depth = depth.saturating_add(1),
                Payload::CodeSectionStart { count, .. } => code.functions(count)?,
                Payload::CodeSectionEntry(body) => code.body(&body.range())?,
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

/// How much there is to compile, in all modules together.
#[derive(Default)]
struct Code {
    modules: usize,
    functions: usize,
    bytes: usize,
}

impl Code {
    fn module(&mut self) -> Result<(), LoadError> {
        self.modules = self.modules.saturating_add(1);
        at_most("modules", self.modules, MAX_MODULES)
    }

    fn functions(&mut self, count: u32) -> Result<(), LoadError> {
        self.functions = self.functions.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        at_most("functions", self.functions, MAX_FUNCTIONS)
    }

    fn body(&mut self, range: &Range<u64>) -> Result<(), LoadError> {
        let bytes = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
        at_most("bytes in one function", bytes, MAX_FUNCTION_BYTES)?;
        at_most("bytes of code", self.bytes, MAX_CODE_BYTES)
    }
}

fn at_most(what: &'static str, found: usize, max: usize) -> Result<(), LoadError> {
    if found <= max { Ok(()) } else { Err(LoadError::TooMuchCode { what, found, max }) }
}
