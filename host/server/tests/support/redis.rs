//! A real Redis of one test, on a socket in a folder of its own; it can be stopped and started again.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub struct Redis {
    folder: TempDir,
    child: Option<Child>,
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Redis {
    pub fn start() -> Self {
        let mut redis = Self { folder: tempfile::tempdir().expect("a folder"), child: None };
        redis.start_again();
        redis
    }

    /// What the setting says.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    fn socket(&self) -> std::path::PathBuf {
        self.folder.path().join("redis.sock")
    }

    pub fn start_again(&mut self) {
        let socket = self.socket();
        let _ = std::fs::remove_file(&socket);
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server starts: `cargo xtask setup` installs it");
        self.child = Some(child);
        let until = Instant::now() + Duration::from_secs(10);
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < until, "Redis takes no connection");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The names of all that is kept.
    pub fn keys(&self) -> Vec<String> {
        let told = Command::new("redis-cli").arg("-s").arg(self.socket()).args(["keys", "*"]).output();
        let told = String::from_utf8(told.expect("redis-cli comes with Redis").stdout).expect("UTF-8");
        told.lines().map(str::to_owned).collect()
    }

    /// As a power cut would.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
    }

    /// It holds its connections and answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }
}
