//! What a demo remembers between runs: its sign-ins and collectors, in one file that only its owner can read.
//! Passwords are drawn at random for each data folder, so no two demos share one.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

/// An operator of the demo.
#[derive(Clone)]
pub struct SignIn {
    /// What the operator sees.
    pub role: String,
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
}

/// The file's content.
#[derive(Default)]
pub struct Secrets {
    /// What the demo was made by, as [`super::place::build`] says.
    pub build: String,
    /// The first is the platform's owner.
    pub sign_ins: Vec<SignIn>,
    /// Each collector's own folder.
    pub collectors: Vec<PathBuf>,
}

impl Secrets {
    /// What an earlier run left; `None` where none came to its end.
    pub fn load(file: &Path) -> Result<Option<Self>> {
        let Ok(text) = fs::read_to_string(file) else {
            return Ok(None);
        };
        let value: Value =
            serde_json::from_str(&text).with_context(|| format!("{} is damaged; use --fresh", file.display()))?;
        let rows = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let part = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sign_ins = rows("sign_ins")
            .iter()
            .map(|row| SignIn { role: part(row, "role"), email: part(row, "email"), password: part(row, "password") })
            .collect();
        let collectors = rows("collectors").iter().filter_map(Value::as_str).map(PathBuf::from).collect();
        let build = part(&value, "build");
        Ok(Some(Self { build, sign_ins, collectors }))
    }

    /// Writes the file, readable by its owner alone.
    pub fn save(&self, file: &Path) -> Result<()> {
        let sign_ins: Vec<Value> = self
            .sign_ins
            .iter()
            .map(|known| json!({ "role": known.role, "email": known.email, "password": known.password }))
            .collect();
        let value = json!({ "build": self.build, "sign_ins": sign_ins, "collectors": self.collectors });
        let mut out = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(file)
            .with_context(|| format!("could not write {}", file.display()))?;
        out.write_all(value.to_string().as_bytes())?;
        Ok(())
    }
}

/// A password that can be typed: four groups of five letters and digits, 100 bits.
pub fn password() -> Result<String> {
    const LETTERS: [char; 32] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y',
        'z', '2', '3', '4', '5', '6', '7', '8', '9', '1',
    ];
    let mut random = [0_u8; 20];
    getrandom::fill(&mut random).map_err(|error| anyhow!("no randomness: {error}"))?;
    let letters: Vec<char> = random.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)).copied()).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}
