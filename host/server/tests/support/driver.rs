//! A driver as the database knows it, without a component that runs: the server never runs one for a report.

use bailiwick_contract::manifest::Manifest;
use bailiwick_devices::drivers;
use bailiwick_store::{AccountId, Actor};
use sha2::{Digest as _, Sha256};

use super::Server;

const MANIFEST: &str = r#"
[driver]
name = "test-driver"
version = "1.0.0"
contract = "0.1.0"
title = { en = "Test driver", de = "Testtreiber", nl = "Testdriver", fr = "Pilote de test" }

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

/// Installs it; gives its digest.
pub async fn install(server: &Server) -> String {
    install_manifest(server, MANIFEST, b"not run here").await
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
