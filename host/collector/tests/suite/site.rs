//! A site: simulated printers over real UDP, the real driver, the real program.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{Arc, OnceLock},
};

use bailiwick_contract::{
    manifest::Manifest,
    policy::{Grant, Policy},
    report::{AssignedDriver, Assignment},
};
use sha2::{Digest as _, Sha256};
use sim_printers::{Kind, Model, Simulator, SimulatorHandle, World};
use tempfile::TempDir;

use crate::{
    enrolling::{collector, enroll},
    server::{FakeServer, TOKEN},
};

/// The printer driver's component, built once.
pub fn component() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| {
        let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/printer-snmp");
        let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        bailiwick_package::build(&plugin, &target).unwrap()
    })
}

pub fn manifest() -> Manifest {
    Manifest::parse(&bailiwick_package::manifest_of(component()).unwrap()).unwrap()
}

/// `n` living printers from `first` on.
pub fn printers(first: Ipv4Addr, n: u32) -> SimulatorHandle {
    let kinds: Vec<Arc<Kind>> = Kind::all().unwrap().into_iter().map(Arc::new).collect();
    let mut simulator = Simulator::builder().world(World::manual());
    for i in 0..n {
        let kind = Arc::clone(&kinds[i as usize % kinds.len()]);
        simulator = simulator.printer(Ipv4Addr::from(u32::from(first) + i), Model::Living { kind, seed: u64::from(i) });
    }
    simulator.start(0).unwrap()
}

/// An assignment that grants everything and polls as often as the collector allows.
pub fn assignment(ranges: &[&str]) -> Assignment {
    let manifest = manifest();
    Assignment {
        poll_seconds: 1,
        sweep_seconds: 3_600,
        ranges: ranges.iter().map(|&range| range.to_owned()).collect(),
        communities: vec!["public".into()],
        drivers: vec![AssignedDriver {
            name: manifest.driver.name.clone(),
            version: manifest.driver.version.clone(),
            digest: hex::encode(Sha256::digest(component())),
            grant: Grant::all_of(&manifest),
            policy: Policy::default(),
        }],
        scan_requested: 0,
        max_batch_bytes: 1 << 20,
        now: bailiwick_collector::status::now(),
    }
}

/// An enrolled collector's folder and, while it runs, its process.
pub struct Site {
    folder: TempDir,
    child: Option<Child>,
}

impl Site {
    /// Enrolled at the server, asking agents at the simulator's port.
    pub fn enroll(server: &FakeServer, port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = enroll(&server.url, Some(&server.ca), folder.path(), TOKEN);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // compiling takes seconds; all sites of a run share what one has compiled
        static COMPILED: OnceLock<TempDir> = OnceLock::new();
        let compiled = COMPILED.get_or_init(|| tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(compiled.path(), folder.path().join("compiled")).unwrap();
        std::fs::write(folder.path().join("site.toml"), format!("snmp_port = {port}\n")).unwrap();
        Self { folder, child: None }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run(&mut self) {
        assert!(self.child.is_none());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let child = collector(&["run", "--data-dir"]).arg(self.folder.path()).stdin(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.unwrap());
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGTERM; gives the exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let mut child = self.child.take()?;
        let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        child.wait().unwrap().code()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// What `status --json` says.
    pub fn status(&self) -> serde_json::Value {
        let output = collector(&["status", "--json", "--data-dir"]).arg(self.folder.path()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits until the status shows it.
    pub async fn until(&self, what: &str, ready: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        for _ in 0..300 {
            let status = self.status();
            if ready(&status) {
                return status;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("waited a minute for {what}: {}\n{}", self.status(), self.log());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
