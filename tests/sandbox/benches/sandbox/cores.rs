//! Holding the process to some of the machine's cores, and how busy the machine is.

use std::{
    fs,
    process::{Command, Stdio},
};

/// While it lives, the process has so many cores; dropped, all that it had before.
pub struct Held(String);

/// Holds this thread, and every thread that it starts from now on, to the first `count` of its cores.
pub fn hold(count: usize) -> Option<Held> {
    let before = allowed()?;
    let list = cores(&before).take(count).map(|core| core.to_string()).collect::<Vec<_>>().join(",");
    if !set(&list) {
        println!("taskset is missing: not held to {count} core(s)");
        return None;
    }
    Some(Held(before))
}

impl Drop for Held {
    fn drop(&mut self) {
        set(&self.0);
    }
}

/// The load averages.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("load average {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

fn allowed() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).map(|list| list.trim().to_owned())
}

/// The cores of a list as the kernel writes it: `0-3,6`.
fn cores(list: &str) -> impl Iterator<Item = u32> {
    list.split(',').flat_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.parse().unwrap_or(0)..=last.parse().unwrap_or(0)
    })
}

fn set(list: &str) -> bool {
    let mut taskset = Command::new("taskset");
    taskset.args(["--cpu-list", "--pid", list, &std::process::id().to_string()]);
    taskset.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
