//! The server that all tests of a run share ends with its holder, however that ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `examples/test_cluster.rs`, where it was built: `cargo test --workspace` does, `--test store` alone does not.
fn program() -> Option<PathBuf> {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/test_cluster");
    program.is_file().then_some(program)
}

/// Starts the program; its folder and the server's process.
fn start(program: &Path) -> (Child, PathBuf, i32) {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let folder = PathBuf::from(line.trim_end());
    let pid_file = std::fs::read_to_string(folder.join("cluster/postmaster.pid")).unwrap();
    let pid = pid_file.lines().next().unwrap().parse().unwrap();
    assert!(runs(pid));
    (child, folder, pid)
}

/// Whether the process lives; one that nobody has waited for has no working directory any more.
fn runs(pid: i32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

fn ends(pid: i32) -> bool {
    let until = Instant::now() + Duration::from_secs(20);
    while runs(pid) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    !runs(pid)
}

#[test]
fn nothing_of_a_runs_server_is_left_when_its_holder_has_ended() {
    let Some(program) = program() else {
        println!("skipped: `cargo build --workspace --example test_cluster` makes the program");
        return;
    };
    // the holder ends: its end of the pipe is closed
    let (mut child, folder, pid) = start(&program);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(ends(pid));
    assert!(!folder.exists() && !folder.parent().unwrap().exists());

    // the program is killed: the server ends, and the next start removes the folder
    let (mut child, folder, pid) = start(&program);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ends(pid));
    let (mut next, _, _) = start(&program);
    assert!(!folder.exists());
    drop(next.stdin.take());
    assert!(next.wait().unwrap().success());
}
