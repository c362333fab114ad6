//! Counts what test programs say at their end: cargo's harness, vitest and Playwright each have a line of their own.

use std::io::{BufRead as _, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::exec;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Runs a test program, shows its output and counts the results in it. An error where it ends with one.
    pub fn count(&mut self, command: &mut Command) -> Result<()> {
        let line = exec::line(command);
        eprintln!("  $ {line}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {line}"))?;
        if let Some(stdout) = child.stdout.take() {
            for text in BufReader::new(stdout).split(b'\n') {
                let text = text.with_context(|| format!("could not read from {line}"))?;
                let text = String::from_utf8_lossy(&text);
                println!("{text}");
                *self += parse(&text);
            }
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("{line} ended with {status}");
        }
        Ok(())
    }
}

/// The counts in one line of output; zero where it is no summary.
fn parse(line: &str) -> Tally {
    let plain = without_colours(line);
    let line = plain.trim();
    let summary = ["test result: ", "Tests "].iter().find_map(|start| line.strip_prefix(start)).or_else(|| {
        // Playwright: `12 passed (3.4s)` and `1 failed`, each on a line of its own.
        let mut words = line.split(' ');
        let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
        let counted = matches!(words.next(), Some("passed" | "failed"));
        let ends = words.next().is_none_or(|word| word.starts_with('('));
        (number && counted && ends).then_some(line)
    });
    summary.map_or_else(Tally::default, |summary| Tally {
        passed: before(summary, "passed"),
        failed: before(summary, "failed"),
    })
}

/// The number that stands before a word.
fn before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    words
        .windows(2)
        .find_map(|pair| match pair {
            [number, follower] if *follower == word => number.parse().ok(),
            _ => None,
        })
        .unwrap_or(0)
}

/// The text without terminal escape sequences.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Tally, parse};

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn the_harness_of_rust() {
        let line = "test result: FAILED. 11 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(parse(line), tally(11, 2));
    }

    #[test]
    fn vitest_with_colours() {
        let line = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m41 passed\u{1b}[39m\u{1b}[90m (42)";
        assert_eq!(parse(line), tally(41, 1));
        assert_eq!(parse(" Test Files  3 passed (3)"), tally(0, 0), "files are not tests");
    }

    #[test]
    fn playwright() {
        assert_eq!(parse("  12 passed (30.1s)"), tally(12, 0));
        assert_eq!(parse("  1 failed"), tally(0, 1));
    }

    #[test]
    fn prose_is_not_counted() {
        assert_eq!(parse("3 passed reports were lost"), tally(0, 0));
        assert_eq!(parse("running 7 tests"), tally(0, 0));
    }
}
