//! The portal is embedded from `web/dist`; where it was not built, an empty folder lets the server build.

fn main() -> std::io::Result<()> {
    let dist = std::path::Path::new("../../web/dist");
    std::fs::create_dir_all(dist)?;
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
