//! Turns `vendors/*.toml` into one constant table, so that the component carries no TOML parser.
//!
//! A vendor file is checked here: an unknown key, a malformed OID, or a name or meter that the manifest does
//! not know ends the build with the file's name.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendor {
    name: String,
    sys_object_id: Vec<String>,
    #[serde(default)]
    descr: Vec<String>,
    #[serde(default, rename = "brand")]
    brands: Vec<Brand>,
    #[serde(default)]
    serial: Vec<String>,
    #[serde(default)]
    serial_in_descr: Option<String>,
    #[serde(default)]
    model: Vec<String>,
    #[serde(default, rename = "counter")]
    counters: Vec<Counter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    name: String,
    descr: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counter {
    meter: String,
    #[serde(default)]
    sum: Vec<String>,
    #[serde(default)]
    lookup: Option<Lookup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lookup {
    codes: String,
    values: String,
    any_of: Vec<i64>,
}

#[derive(Deserialize)]
struct Manifest {
    r#match: Vec<Matcher>,
    attribute: Vec<Attribute>,
    meter: Vec<Meter>,
    asks: Asks,
}

#[derive(Deserialize)]
struct Matcher {
    #[serde(default)]
    sys_object_id: Vec<String>,
}

#[derive(Deserialize)]
struct Attribute {
    key: String,
    #[serde(default)]
    pattern: String,
}

#[derive(Deserialize)]
struct Meter {
    key: String,
}

#[derive(Deserialize)]
struct Asks {
    snmp: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=vendors");
    println!("cargo::rerun-if-changed=driver.toml");
    let manifest: Manifest = toml::from_str(&fs::read_to_string("driver.toml")?)?;
    let mut files: Vec<_> = fs::read_dir("vendors")?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut table = String::from("&[\n");
    for path in files {
        let text = fs::read_to_string(&path)?;
        toml::from_str(&text)
            .map_err(Box::<dyn Error>::from)
            .and_then(|vendor| write_vendor(&mut table, &vendor, &manifest))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    table.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("vendors.rs"), table)?;
    Ok(())
}

fn write_vendor(to: &mut String, vendor: &Vendor, manifest: &Manifest) -> Result<(), Box<dyn Error>> {
    for name in std::iter::once(&vendor.name).chain(vendor.brands.iter().map(|brand| &brand.name)) {
        let manufacturer = manifest.attribute.iter().find(|attribute| attribute.key == "manufacturer");
        if !manufacturer.is_some_and(|m| m.pattern.split('|').any(|known| known == name)) {
            return Err(format!("the pattern of driver.toml's attribute 'manufacturer' lacks '{name}'").into());
        }
    }
    for id in &vendor.sys_object_id {
        if !manifest.r#match.iter().any(|matcher| matcher.sys_object_id.contains(id)) {
            return Err(format!("no matcher of driver.toml names sysObjectID {id}").into());
        }
    }
    writeln!(to, "Vendor {{ name: {:?}, sys_object_ids: {},", vendor.name, oids(&vendor.sys_object_id, None)?)?;
    writeln!(to, "descrs: &{:?}, serial_in_descr: {:?},", vendor.descr, vendor.serial_in_descr)?;
    writeln!(to, "brands: &[")?;
    for brand in &vendor.brands {
        writeln!(to, "Brand {{ name: {:?}, descrs: &{:?} }},", brand.name, brand.descr)?;
    }
    let asked = Some(manifest);
    writeln!(to, "], serial: {}, model: {},", oids(&vendor.serial, asked)?, oids(&vendor.model, asked)?)?;
    writeln!(to, "counters: &[")?;
    for counter in &vendor.counters {
        if !manifest.meter.iter().any(|meter| meter.key == counter.meter) {
            return Err(format!("driver.toml has no meter '{}'", counter.meter).into());
        }
        let from = match (&counter.lookup, counter.sum.as_slice()) {
            (None, sum @ [_, ..]) => format!("From::Sum({})", oids(sum, asked)?),
            (Some(lookup), []) => format!(
                "From::Lookup {{ codes: {}, values: {}, any_of: &{:?} }}",
                oid(&lookup.codes, asked)?,
                oid(&lookup.values, asked)?,
                lookup.any_of
            ),
            _ => return Err(format!("counter '{}' needs either sum or lookup", counter.meter).into()),
        };
        writeln!(to, "Counter {{ meter: {:?}, from: {from} }},", counter.meter)?;
    }
    writeln!(to, "] }},")?;
    Ok(())
}

fn oids(texts: &[String], asked: Option<&Manifest>) -> Result<String, Box<dyn Error>> {
    let oids = texts.iter().map(|text| oid(text, asked)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("&[{}]", oids.join(", ")))
}

/// An OID as a slice; one that the driver reads must lie under a prefix that its manifest asks for.
fn oid(text: &str, asked: Option<&Manifest>) -> Result<String, Box<dyn Error>> {
    let arcs = arcs(text)?;
    if let Some(manifest) = asked {
        let prefixes = manifest.asks.snmp.iter().map(|prefix| self::arcs(prefix)).collect::<Result<Vec<_>, _>>()?;
        if !prefixes.iter().any(|prefix| arcs.starts_with(prefix)) {
            return Err(format!("{text} lies under no prefix of driver.toml's asks.snmp").into());
        }
    }
    Ok(format!("&{arcs:?}"))
}

fn arcs(text: &str) -> Result<Vec<u32>, Box<dyn Error>> {
    text.split('.').map(|arc| arc.parse().map_err(|_| format!("'{text}' is no OID").into())).collect()
}
