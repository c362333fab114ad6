//! Compiled code on disk.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::SystemTime};

use bailiwick_runtime::{Runtime, RuntimeConfig, RuntimeError};

use crate::support::*;

async fn runs(folder: &Path) {
    let runtime = Runtime::new(RuntimeConfig { cache_dir: Some(folder.to_owned()), ..config() }).unwrap();
    let driver = runtime.load(component()).await.unwrap();
    assert!(frame(&driver, account(1), Attack::None, b"").await.is_ok());
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

fn written(file: &Path) -> SystemTime {
    fs::metadata(file).unwrap().modified().unwrap()
}

#[tokio::test]
async fn code_is_kept_and_used_and_compiled_again_if_anyone_touched_it() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("compiled");
    runs(&folder).await;
    let file = only_file(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    let (first, good) = (written(&file), fs::read(&file).unwrap());
    runs(&folder).await;
    assert_eq!(written(&file), first, "it was used");

    for tamper in [
        |file: &Path, good: &[u8]| {
            let mut bad = good.to_vec();
            *bad.last_mut().unwrap() ^= 1;
            fs::write(file, bad).unwrap();
        },
        |file: &Path, good: &[u8]| fs::write(file, &good[..good.len() / 2]).unwrap(),
        |file: &Path, _: &[u8]| fs::write(file, b"").unwrap(),
        |file: &Path, _: &[u8]| fs::set_permissions(file, fs::Permissions::from_mode(0o666)).unwrap(),
        |file: &Path, good: &[u8]| {
            let elsewhere = file.with_extension("elsewhere").with_file_name("../elsewhere");
            fs::write(&elsewhere, good).unwrap();
            fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink(elsewhere, file).unwrap();
        },
    ] {
        tamper(&file, &good);
        let tampered = fs::symlink_metadata(&file).unwrap().modified().unwrap();
        runs(&folder).await;
        assert!(fs::symlink_metadata(&file).unwrap().is_file() && written(&file) > tampered, "it was written anew");
        assert_eq!(mode(&file), 0o600);
    }
}

#[tokio::test]
async fn a_folder_that_others_may_write_to_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let refused = Runtime::new(RuntimeConfig { cache_dir: Some(temporary.path().to_owned()), ..config() });
    assert!(matches!(refused.map(drop), Err(RuntimeError::Cache(_))));
}
