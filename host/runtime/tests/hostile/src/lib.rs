//! A driver that attacks its host, one way for each first byte of a frame, and behaves for byte 0.
//!
//! The tests of the runtime load it and look at what happens to the host, to its other exchanges and
//! to its other accounts.
#![expect(clippy::panic, reason = "a panic is one of the attacks")]
#![expect(clippy::indexing_slicing, reason = "a driver that is out of bounds is one of the attacks")]

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use bailiwick_sdk::{Driver, Effect, Facts, Host, Outcome, Refusal, Reply, Target};

/// How to attack; the frame's first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Attack {
    /// None: replies with what the instance remembers (exchanges, then the longest-kept secret), keeps the
    /// rest of the frame.
    None = 0,
    /// Loops without end.
    Loop,
    /// Takes 1 GiB.
    Allocate,
    /// Recurses without end.
    Recurse,
    /// Panics.
    Panic,
    /// Reads out of bounds.
    OutOfBounds,
    /// Sets an attribute that is not declared.
    Undeclared,
    /// Sets a text longer than its bound.
    Oversized,
    /// Asks for people and replies with what came back.
    People,
    /// Replies with 20 MiB.
    Output,
    /// Gives a million effects.
    Effects,
    /// Logs a million events.
    Log,
    /// Asks ten thousand times in one round.
    Asks,
    /// Asks again and again, one after the other.
    Steps,
    /// Asks for an OID that no OID is.
    BadOid,
    /// Posts more than the frame has.
    Post,
    /// Refuses with a text.
    Text,
    /// Searches all of its memory for the rest of the frame, each byte of it inverted.
    Search,
    /// Sets two declared attributes.
    Facts,
}

static EXCHANGES: AtomicU64 = AtomicU64::new(0);
static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The driver.
pub struct Hostile;

impl Driver for Hostile {
    /// Fails in the way that the first word of the device's description says.
    async fn poll(host: Host, target: Target) -> Result<Outcome, Refusal> {
        let oid: &[u32] = &[1, 3, 6, 1, 2, 1, 43];
        match target.sys_descr.as_deref().and_then(|descr| descr.split(' ').next()) {
            Some("outside") => drop(host.walk(&[1, 3, 6, 1, 2, 1, 1][..]).await?),
            Some("trap") => panic!("while it polls"),
            Some("loop") => loop {
                EXCHANGES.fetch_add(1, Ordering::Relaxed);
            },
            Some("violate") => {
                return Ok(Outcome::new().facts(Facts::new().set("phone_number", bailiwick_sdk::Scalar::text("1"))));
            }
            Some("refuse") => return Err(Refusal::new("as_told")),
            Some("stranger") => return Err(Refusal::new("not_hostile")),
            Some("steps") => loop {
                let _ = host.walk(oid).await;
            },
            _ => drop(host.walk(oid).await?),
        }
        Ok(Outcome::new())
    }

    async fn frame(host: Host, frame: Vec<u8>) -> Result<Outcome, Refusal> {
        let told = frame[1..].to_vec();
        let attack = frame[0];
        let is = |a: Attack| attack == a as u8;
        if is(Attack::Loop) {
            loop {
                EXCHANGES.fetch_add(1, Ordering::Relaxed);
            }
        } else if is(Attack::Allocate) {
            let taken = vec![1_u8; 1 << 30];
            return reply(&taken[..1]);
        } else if is(Attack::Recurse) {
            return reply(&recurse(1).to_le_bytes());
        } else if is(Attack::Panic) {
            panic!("as told");
        } else if is(Attack::OutOfBounds) {
            return reply(&[read(usize::MAX - 64)]);
        } else if is(Attack::Undeclared) {
            return Ok(Outcome::new().facts(Facts::new().set("phone_number", bailiwick_sdk::Scalar::text("1"))));
        } else if is(Attack::Oversized) {
            return Ok(Outcome::new().facts(Facts::new().set("note", bailiwick_sdk::Scalar::text("x".repeat(17)))));
        } else if is(Attack::Facts) {
            let facts = Facts::new().set("note", bailiwick_sdk::Scalar::text("hello"));
            return Ok(Outcome::new().facts(facts.set("serial", bailiwick_sdk::Scalar::token("ABC123"))));
        } else if is(Attack::People) {
            return match host.people(["p1"]).await {
                Ok(people) => reply(people.first().map_or("nobody", |p| p.display_name.as_str()).as_bytes()),
                Err(failure) => Err(failure.into()),
            };
        } else if is(Attack::Output) {
            return reply(&vec![7; 20 << 20]);
        } else if is(Attack::Effects) {
            let mut outcome = Outcome::new();
            outcome.effects = vec![Effect::Wake; 100_000];
            return Ok(outcome);
        } else if is(Attack::Log) {
            for i in 0..100_000 {
                host.log(7, &[i; 40]);
            }
        } else if is(Attack::Asks) {
            let asks: Vec<_> = (0..10_000).map(|_| host.state(["cursor"])).collect();
            bailiwick_sdk::join_all(asks).await;
        } else if is(Attack::Steps) {
            loop {
                // What comes back does not matter to it.
                let _ = host.state(["cursor"]).await;
            }
        } else if is(Attack::BadOid) {
            host.walk(vec![1_u32; 129]).await?;
        } else if is(Attack::Post) {
            let post = bailiwick_sdk::Post { channel: "c".into(), expect: None, advance: false, start: 0, end: 1_000 };
            return Ok(Outcome::new().effect(Effect::Post(post)));
        } else if is(Attack::Text) {
            return Err(Refusal::new("Mr Smith called at nine"));
        } else if is(Attack::Search) {
            return reply(&[u8::from(in_memory(&told))]);
        }
        let before = EXCHANGES.fetch_add(1, Ordering::Relaxed);
        let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let remembered = [&before.to_le_bytes()[..], &kept].concat();
        kept.extend(told);
        reply(&remembered)
    }
}

fn reply(body: &[u8]) -> Result<Outcome, Refusal> {
    Ok(Outcome::new().reply(Reply::new(200, "application/octet-stream", body)))
}

#[expect(unconditional_recursion, reason = "it is the attack")]
fn recurse(n: u64) -> u64 {
    std::hint::black_box(n).wrapping_add(recurse(std::hint::black_box(n.wrapping_mul(3))))
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "it is the attack")]
fn read(address: usize) -> u8 {
    // SAFETY: none; the sandbox must stop it.
    unsafe { std::ptr::read_volatile(address as *const u8) }
}

/// Looks through all of linear memory, which holds the inverted needle only.
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "it is the attack")]
fn in_memory(inverted: &[u8]) -> bool {
    let end = core::arch::wasm32::memory_size(0) * 65_536;
    let at = |address: usize| {
        // SAFETY: linear memory is readable up to its size.
        unsafe { std::ptr::read_volatile(address as *const u8) }
    };
    (1..end - inverted.len()).any(|start| inverted.iter().enumerate().all(|(i, byte)| at(start + i) == !byte))
}

#[cfg(not(target_arch = "wasm32"))]
fn read(_: usize) -> u8 {
    0
}

#[cfg(not(target_arch = "wasm32"))]
fn in_memory(_: &[u8]) -> bool {
    false
}

bailiwick_sdk::export!(Hostile);
