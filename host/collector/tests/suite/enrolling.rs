//! Enrolling, and who a collector talks to at all.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use crate::server::{Behaviour, FakeServer, KEY, TOKEN};

pub fn collector(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bailiwick-collector"));
    command
        .args(arguments)
        .env_remove("BAILIWICK_ENROLLMENT_TOKEN")
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy");
    command
}

pub fn enroll(server: &str, ca: Option<&Path>, folder: &Path, token: &str) -> Output {
    let mut command = collector(&["enroll", "--server", server, "--data-dir"]);
    command.arg(folder).env("BAILIWICK_ENROLLMENT_TOKEN", token);
    if let Some(ca) = ca {
        command.arg("--ca").arg(ca);
    }
    command.output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_becomes_a_key_that_only_its_owner_reads() {
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = enroll(&server.url, Some(&server.ca), &data, TOKEN);
    assert!(output.status.success(), "{}", errors(&output));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!((mode(&data.join("key")), mode(&data.join("enrollment.json"))), (0o600, 0o600));
    assert_eq!(std::fs::read_to_string(data.join("key")).unwrap(), KEY);
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), errors(&output));
    assert!(!printed.contains(KEY) && !printed.contains(TOKEN), "{printed}");

    let again = enroll(&server.url, Some(&server.ca), &data, TOKEN);
    assert!(!again.status.success() && errors(&again).contains("enrolled already"), "{}", errors(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_and_leaves_nothing() {
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let output = enroll(&server.url, Some(&server.ca), folder.path(), "bwe_wrong");
    let says = errors(&output);
    assert!(says.contains("invalid_enrollment_token") && says.contains("make a new one"), "{says}");
    assert!(!folder.path().join("key").exists() && !folder.path().join("enrollment.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_certificate_ends_the_handshake() {
    let (server, other) = (FakeServer::start().await, FakeServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    for ca in [None, Some(other.ca.as_path())] {
        let output = enroll(&server.url, ca, folder.path(), TOKEN);
        assert!(!output.status.success());
        assert!(errors(&output).contains("certificate"), "{}", errors(&output));
        assert!(!folder.path().join("key").exists());
    }
    // the right authority, but the certificate is for another name
    let other_name = server.url.replace("127.0.0.1", "127.0.0.2");
    let output = enroll(&other_name, Some(&server.ca), folder.path(), TOKEN);
    assert!(!output.status.success(), "{}", errors(&output));
}

#[test]
fn plain_http_beyond_loopback_is_refused_before_a_connection() {
    let folder = tempfile::tempdir().unwrap();
    for server in ["http://192.0.2.1", "http://localhost:8080", "http://portal.example"] {
        let output = enroll(server, None, folder.path(), TOKEN);
        assert!(errors(&output).contains("only https:// is used"), "{}", errors(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let server = FakeServer::start().await;
    server.with(|seen| seen.behaviour = Behaviour::Redirects);
    let folder = tempfile::tempdir().unwrap();
    let output = enroll(&server.url, Some(&server.ca), folder.path(), TOKEN);
    assert!(!output.status.success());
    assert_eq!(server.with(|seen| seen.redirected), 0, "the token must not travel on");
}

#[test]
fn a_folder_without_an_enrollment_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["run", "status"] {
        let output = collector(&[command, "--data-dir"]).arg(folder.path()).output().unwrap();
        assert!(!output.status.success());
        assert!(errors(&output).contains("bailiwick-collector enroll"), "{}", errors(&output));
    }
}
