//! `bailiwick-package DRIVER-FOLDER TARGET-FOLDER COMPONENT`: what `cargo xtask` makes components with.
//!
//! It writes only what changed, so that builds which depend on the component stay still.

use std::{error::Error, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [folder, target, component] = arguments.as_slice() else {
        eprintln!("usage: bailiwick-package DRIVER-FOLDER TARGET-FOLDER COMPONENT");
        return ExitCode::from(2);
    };
    match run(Path::new(folder), Path::new(target), Path::new(component)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{}: {error}", folder.to_string_lossy());
            let mut cause = error.source();
            while let Some(why) = cause {
                eprint!(": {why}");
                cause = why.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, target: &Path, component: &Path) -> Result<(), Box<dyn Error>> {
    let bytes = bailiwick_package::build(folder, target)?;
    if fs::read(component).ok().as_deref() != Some(&bytes) {
        fs::write(component, bytes)?;
    }
    Ok(())
}
