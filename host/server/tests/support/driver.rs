//! Drivers of the tests. The server never runs one for a report, so most tests do with a manifest beside bytes that are
//! no component; where a driver is uploaded it is a real one.

use std::{path::Path, sync::OnceLock};

use bailiwick_contract::manifest::Manifest;
use bailiwick_devices::drivers;
use bailiwick_store::{AccountId, Actor};
use reqwest::Method;
use sha2::{Digest as _, Sha256};

use super::{Api, Reply, Server};

const MANIFEST: &str = r#"
[driver]
name = "test-driver"
version = "1.0.0"
contract = "0.1.0"
title = { en = "Test driver", de = "Testtreiber", nl = "Testdriver", fr = "Pilote de test" }

[[match]]
priority = 10

[[identity]]
kind = "serial"
pattern = "[A-Z0-9]{1,24}"
category = "identifier"

[[attribute]]
key = "model"
type = "text"
max = 64
category = "device"
title = { en = "Model", de = "Modell", nl = "Model", fr = "Modèle" }

[[attribute]]
key = "serial"
type = "pattern"
pattern = "[A-Z0-9]{1,24}"
category = "identifier"
title = { en = "Serial number", de = "Seriennummer", nl = "Serienummer", fr = "Numéro de série" }

[[table]]
key = "supplies"
row_key = { pattern = "[a-z0-9.-]{1,8}", category = "health" }
label = "description"
title = { en = "Supplies", de = "Verbrauch", nl = "Verbruik", fr = "Consommables" }

[[table.column]]
key = "description"
type = "text"
max = 64
category = "health"
title = { en = "Description", de = "Bezeichnung", nl = "Omschrijving", fr = "Désignation" }

[[meter]]
key = "pages"
kind = "counter"
billed = true
unit = "pages"
category = "usage"
title = { en = "Pages", de = "Seiten", nl = "Pagina's", fr = "Pages" }

[[condition]]
key = "jam"
severity = "critical"
category = "health"
title = { en = "Paper jam", de = "Papierstau", nl = "Papierstoring", fr = "Bourrage papier" }

[[condition]]
key = "supply_low"
severity = "warning"
category = "health"
table = "supplies"
title = { en = "Supply low", de = "Fast leer", nl = "Bijna op", fr = "Bientôt vide" }

[[headline]]
key = "model"
role = "model"
attribute = "model"

[[headline]]
key = "serial"
role = "serial"
attribute = "serial"

[[headline]]
key = "pages"
role = "count"
meter = "pages"

[asks]
snmp = ["1.3.6.1.2.1.43"]
"#;

/// The manifest with another version, and with these texts replaced.
pub fn changed(version: &str, changes: &[(&str, &str)]) -> String {
    let start = MANIFEST.replace("\"1.0.0\"", &format!("\"{version}\""));
    changes.iter().fold(start, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// A component with this manifest that compiles; its code is another driver's, built once a process.
pub fn component(manifest: &str) -> Vec<u8> {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    let module = MODULE.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("../../target"), Into::into);
        let built = bailiwick_package::module(&here.join("../runtime/tests/hostile"), &target).expect("it builds");
        std::fs::read(built).expect("it can be read")
    });
    bailiwick_package::package(module, manifest).expect("a component")
}

/// Sends a component to be installed.
pub async fn upload(api: &Api, query: &str, component: Vec<u8>) -> Reply {
    let path = format!("/api/v1/drivers{query}");
    Reply::of(api.call(Method::POST, &path).header("content-type", "application/wasm").body(component)).await
}

/// Installs it; gives its digest.
pub async fn install(server: &Server) -> String {
    install_manifest(server, MANIFEST, b"not run here").await
}

/// Installs it under another name, where it is not installed; gives its digest.
pub async fn install_as(server: &Server, name: &str) -> String {
    let manifest = changed("1.0.0", &[("\"test-driver\"", &format!("\"{name}\""))]);
    install_manifest(server, &manifest, name.as_bytes()).await
}

/// Installs a driver of this manifest; gives the digest of the bytes that stand for its component.
pub async fn install_manifest(server: &Server, manifest: &str, component: &[u8]) -> String {
    let manifest = Manifest::parse(manifest).expect("the manifest is whole");
    let digest = hex::encode(Sha256::digest(component));
    let store = server.app.store();
    let mut scope = store.scope(&Actor::system("test"), AccountId::ROOT).await.expect("a scope");
    drivers::install(&mut scope, &manifest, &digest, component, store.now()).await.expect("installs");
    scope.commit().await.expect("commits");
    server.app.drivers().reload(store).await.expect("reloads");
    digest
}
