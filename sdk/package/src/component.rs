//! From a core module and a manifest to a component.

use bailiwick_contract::manifest::Manifest;
use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload, TypeRef};
use wit_component::ComponentEncoder;

use crate::{PackageError, section};

/// Where a driver's only import comes from, without the contract's version.
const LOG: &str = "bailiwick:driver/log@";
/// The driver's own interface: its exports, and the resource intrinsics of them that it imports.
const DRIVER: &str = "bailiwick:driver/driver@";

/// Makes a component of a core module (built by the SDK for wasm32-unknown-unknown) and its manifest.
///
/// # Errors
/// [`PackageError`] with what the author has to change.
pub fn package(core_module: &[u8], manifest_toml: &str) -> Result<Vec<u8>, PackageError> {
    Manifest::parse(manifest_toml)?;
    check_module(core_module)?;
    let mut component = ComponentEncoder::default()
        .module(core_module)
        .map(|encoder| encoder.validate(true))
        .and_then(|encoder| encoder.encode())
        .map_err(|error| PackageError::Component(format!("{error:#}")))?;
    check_component(&component)?;
    section::append(&mut component, manifest_toml);
    Ok(component)
}

/// Refuses foreign imports in the author's words, before the encoder refuses them in its own.
fn check_module(module: &[u8]) -> Result<(), PackageError> {
    let (mut exported, mut first) = (false, true);
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(PackageError::Wasm)? {
            Payload::Version { encoding, .. } if std::mem::take(&mut first) && encoding == Encoding::Component => {
                return Err(PackageError::AlreadyComponent);
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(PackageError::Wasm)?;
                    let log = import.module.starts_with(LOG) && import.name == "event";
                    let own = import.module.strip_prefix("[export]").is_some_and(|m| m.starts_with(DRIVER));
                    if !(log || own) || !matches!(import.ty, TypeRef::Func(_)) {
                        return Err(PackageError::ForeignImport {
                            module: import.module.into(),
                            name: import.name.into(),
                        });
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    exported |= export.map_err(PackageError::Wasm)?.name.starts_with(DRIVER);
                }
            }
            _ => {}
        }
    }
    if exported { Ok(()) } else { Err(PackageError::NoExport) }
}

/// The component's own imports and exports: interfaces of the contract, and the driver's export.
/// Interfaces of types alone (`types`, `inputs`, `asks`, `effects`) carry nothing that can be called.
fn check_component(component: &[u8]) -> Result<(), PackageError> {
    const TYPES: [&str; 4] =
        ["bailiwick:driver/types@", "bailiwick:driver/inputs@", "bailiwick:driver/asks@", "bailiwick:driver/effects@"];
    let (mut depth, mut exported) = (0_u32, false);
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(PackageError::Wasm)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let name = import.map_err(PackageError::Wasm)?.name.name;
                    if !(name.starts_with(LOG) || TYPES.iter().any(|types| name.starts_with(types))) {
                        return Err(PackageError::ForeignImport { module: name.into(), name: String::new() });
                    }
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    let export = export.map_err(PackageError::Wasm)?;
                    exported |= export.kind == ComponentExternalKind::Instance && export.name.name.starts_with(DRIVER);
                }
            }
            _ => {}
        }
    }
    if exported { Ok(()) } else { Err(PackageError::NoExport) }
}
