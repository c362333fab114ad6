//! The key file.

use std::os::unix::fs::PermissionsExt;

use bailiwick_audit::{AuditError, SealKey};

#[test]
fn a_key_is_made_once_and_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    let made = SealKey::load_or_create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let loaded = SealKey::load_or_create(&path).unwrap();
    assert_eq!(made.public(), loaded.public());
    assert_ne!(made.public(), SealKey::generate().unwrap().public());
    let secret = std::fs::read_to_string(&path).unwrap();
    assert!(!format!("{made:?}").contains(secret.trim()), "the secret is in no log");

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(SealKey::load_or_create(&path), Err(AuditError::OpenKeyFile { mode: 0o640, .. })));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "not a key").unwrap();
    assert!(matches!(SealKey::load_or_create(&path), Err(AuditError::NoKey { .. })));
}
