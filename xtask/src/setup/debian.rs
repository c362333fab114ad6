//! Packages of Debian and Ubuntu. Only what is missing is installed; PostgreSQL without the cluster that its
//! package would start, since the server runs a private one. On other systems the missing things are listed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::exec;

/// Something the operating system has to give.
pub struct Need {
    /// What it is called in messages.
    name: &'static str,
    /// What it is for.
    why: &'static str,
    /// Debian's packages for it, tried in turn: Ubuntu names some differently.
    packages: &'static [&'static str],
    /// Whether the machine has it.
    present: fn() -> bool,
}

/// The database server, as programs.
pub const POSTGRESQL: Need = Need {
    name: "PostgreSQL 15 or newer",
    why: "the server keeps its data in a private PostgreSQL",
    packages: &["postgresql"],
    present: postgresql,
};

/// `cc` and the C library's headers.
pub const C_COMPILER: Need = Need {
    name: "a C compiler",
    why: "Rust links with it, and the TLS library has C and assembler parts",
    packages: &["gcc libc6-dev"],
    present: || exec::found("cc"),
};

/// The browser of the portal's tests.
pub const CHROMIUM: Need = Need {
    name: "Chromium",
    why: "the portal is tested in a real browser",
    packages: &["chromium", "chromium-browser"],
    present: || exec::found("chromium") || exec::found("chromium-browser"),
};

/// The scanner of the listener's TLS.
pub const TESTSSL: Need = Need {
    name: "testssl.sh",
    why: "the server's TLS is scanned from outside",
    packages: &["testssl.sh"],
    present: || exec::found("testssl") || exec::found("testssl.sh"),
};

/// What writes down which addresses a program reaches for.
pub const STRACE: Need = Need {
    name: "strace",
    why: "a running server is watched for connections that nobody allowed",
    packages: &["strace"],
    present: || exec::found("strace"),
};

/// The server that several server processes share, as a program.
pub const REDIS: Need = Need {
    name: "Redis",
    why: "the server's tests run over a real one too",
    packages: &["redis-server"],
    present: || exec::found("redis-server"),
};

fn postgresql() -> bool {
    if exec::found("initdb") && exec::found("postgres") {
        return true;
    }
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        return false;
    };
    versions.flatten().any(|version| version.path().join("bin/initdb").is_file())
}

/// Installs those of `needs` that are missing, or says what to do where that cannot be done.
pub fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !exec::found("apt-get") {
        bail!("this machine lacks, and xtask installs on Debian and Ubuntu only:\n{}", list(&missing));
    }
    let Some(root) = Root::find() else {
        bail!("installing needs root or sudo; missing:\n{}", list(&missing));
    };
    for need in &missing {
        eprintln!("   {} is missing: {}", need.name, need.why);
    }
    exec::run(&mut root.command("apt-get", &["update", "-qq"]))?;
    for need in &missing {
        if need.name == POSTGRESQL.name {
            without_main_cluster(&root)?;
        }
        if need.name == REDIS.name {
            without_service(&root, "redis-server.service");
        }
        if !need.packages.iter().any(|names| apt(&root, names)) || !(need.present)() {
            bail!("{} could not be installed:\n{}", need.name, list(&[need]));
        }
    }
    Ok(())
}

/// Installs space-separated packages and says whether that went well: if not, the next name is tried.
fn apt(root: &Root, names: &str) -> bool {
    let mut args = vec!["-o", "Dpkg::Options::=--force-confold", "install", "-qq", "-y", "--no-install-recommends"];
    args.extend(names.split_whitespace());
    exec::run(&mut root.command("apt-get", &args)).is_ok()
}

/// Debian's package creates and starts a cluster on port 5432 unless told beforehand.
fn without_main_cluster(root: &Root) -> Result<()> {
    let conf = "/etc/postgresql-common/createcluster.conf";
    if !Path::new(conf).exists() {
        apt(root, "postgresql-common");
    }
    let text = fs::read_to_string(conf).unwrap_or_default();
    if text.lines().any(|line| line.trim_start().starts_with("create_main_cluster")) {
        return Ok(());
    }
    eprintln!("   telling Debian not to start a cluster of its own ({conf})");
    let script = format!("mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >> {conf}");
    exec::run(&mut root.command("sh", &["-c", &script])).context("could not write createcluster.conf")
}

/// Debian's packages start their service when they are installed, unless it is masked beforehand. Where there is no
/// systemd nothing would be started.
fn without_service(root: &Root, service: &str) {
    if Path::new("/run/systemd/system").exists() {
        // one that cannot be masked runs beside the tests, which start their own
        let _ = exec::run(&mut root.command("systemctl", &["mask", service]));
    }
}

/// How to become root.
pub enum Root {
    /// Already.
    Already,
    /// By sudo.
    Sudo,
}

impl Root {
    /// The way that this machine offers, if any.
    pub fn find() -> Option<Self> {
        if nix::unistd::geteuid().is_root() { Some(Self::Already) } else { exec::found("sudo").then_some(Self::Sudo) }
    }

    /// A command that runs as root and asks nothing.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = match self {
            Self::Already => exec::command("env"),
            Self::Sudo => {
                let mut sudo = exec::command("sudo");
                sudo.arg("env");
                sudo
            }
        };
        command.arg("DEBIAN_FRONTEND=noninteractive").arg(program).args(args);
        command
    }
}

fn list(needs: &[&Need]) -> String {
    let row = |need: &&Need| {
        format!("  - {} ({}); on Debian: apt-get install {}", need.name, need.why, need.packages.join(" or "))
    };
    needs.iter().map(row).collect::<Vec<_>>().join("\n")
}
