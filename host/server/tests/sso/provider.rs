//! The certified provider, started for one test.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::PORTAL;

pub const CLIENT: &str = "bailiwick";
pub const SECRET: &str = "only the client knows, and %&+ too";

pub struct Provider {
    pub issuer: String,
    /// Its certificate, as a file.
    pub authority: PathBuf,
    pub people: Value,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    pub async fn start(people: Value) -> Self {
        Self::with(people, json!({})).await
    }

    /// With further settings of the script.
    pub async fn with(people: Value, more: Value) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let mut settings = json!({
            "key": made.signing_key.serialize_pem(), "certificate": made.cert.pem(), "client_id": CLIENT,
            "client_secret": SECRET, "redirect_uris": [format!("{PORTAL}/sign-in/callback")], "people": people,
        });
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oidc-provider");
        let installed = script.join("node_modules/oidc-provider").is_dir();
        assert!(installed, "the provider is not installed: `cargo xtask setup --tests`");
        let mut child = Command::new("node")
            .arg("provider.js")
            .current_dir(script)
            .env("PROVIDER", settings.to_string())
            // it ends with this process
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines.find_map(|line| line.ok().filter(|line| line.starts_with("https://")));
        let issuer = issuer.expect("the provider listens");
        Self { issuer, authority, people, child, _folder: folder }
    }

    pub fn port(&self) -> u16 {
        self.issuer.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What a directory's administrator does: other people, other groups.
    pub async fn set_people(&mut self, people: Value) {
        let client = Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
        let done = client.put(format!("{}/people", self.issuer)).json(&people).send().await.unwrap();
        assert_eq!(done.status(), StatusCode::NO_CONTENT);
        self.people = people;
    }
}
