//! The sign-in provider of the browser tests: a certified one (tests/oidc-provider), with a certificate of its own that
//! this world's server believes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::processes::Processes;
use crate::{exec, workspace};

/// What the client proves itself by there.
const SECRET: &str = "the secret of the browser tests";

/// A provider to be, or one that runs.
pub struct Provider {
    folder: PathBuf,
    port: u16,
}

impl Provider {
    /// Makes its key and certificate.
    pub fn prepare(folder: &Path, port: u16) -> Result<Self> {
        let provider = Self { folder: folder.join("provider"), port };
        fs::create_dir_all(&provider.folder)?;
        exec::run(
            exec::command("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
                .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
                .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
                .arg(provider.folder.join("key.pem"))
                .arg("-out")
                .arg(provider.certificate()),
        )?;
        Ok(provider)
    }

    /// Its certificate, which the server is to believe.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    /// As it names itself.
    pub fn issuer(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// What the client proves itself by there.
    pub fn secret(&self) -> &'static str {
        SECRET
    }

    /// Starts it for the portal at `url`.
    pub fn start(&self, processes: &mut Processes, url: &str) -> Result<()> {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).with_context(|| name.to_owned());
        let settings = json!({
            "key": read("key.pem")?, "certificate": read("certificate.pem")?, "port": self.port, "stays": true,
            "client_id": "bailiwick", "client_secret": SECRET, "redirect_uris": [format!("{url}/sign-in/callback")],
            "people": { "ann": {
                "email": "ann@rhein.example", "email_verified": true, "name": "Ann Berg", "groups": ["field"],
            } },
        });
        processes.start("provider", Path::new("node"), |command| {
            command.arg("provider.js").current_dir(workspace::provider()).env("PROVIDER", settings.to_string());
        })
    }
}
