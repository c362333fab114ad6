//! What this process remembers of credentials beyond the moment for which a proof is believed: what the calls of a good
//! one are charged to, and that a bad one is none. Neither lets anybody in.
//!
//! By the first, a call is charged before the database is asked who it is. By the second, a credential that was not found
//! is refused without asking again: they are random, so what was not found does not come to be.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Charge, Print};

/// How long a good one is remembered.
const GOOD: Duration = Duration::from_secs(600);
/// How long it is remembered that there is none such.
const STRANGE: Duration = Duration::from_secs(60);
/// More are not remembered: then all are forgotten.
const MOST: usize = 20_000;

/// Why a credential is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// It was not found.
    Unknown,
    /// It was revoked.
    Revoked,
}

/// What is remembered of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It proved good; its calls are charged to these.
    Good(Arc<[Charge]>),
    /// There is none such.
    Strange(Stranger),
}

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<Print, (Standing, Instant)>>);

fn life(standing: &Standing) -> Duration {
    match standing {
        Standing::Good(_) => GOOD,
        Standing::Strange(_) => STRANGE,
    }
}

impl Known {
    pub(super) fn find(&self, print: &Print) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(print).filter(|(standing, at)| at.elapsed() < life(standing)).map(|(standing, _)| standing.clone())
    }

    pub(super) fn remember(&self, print: Print, charges: Vec<Charge>) {
        self.put(print, Standing::Good(charges.into()));
    }

    pub(super) fn remember_stranger(&self, print: Print, stranger: Stranger) {
        self.put(print, Standing::Strange(stranger));
    }

    fn put(&self, print: Print, standing: Standing) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(print, (standing, Instant::now()));
    }

    pub(super) fn forget_idle(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (standing, at)| at.elapsed() < life(standing));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Quota;
    use super::*;

    #[test]
    fn the_latest_word_about_a_credential_counts() {
        let known = Known::default();
        assert_eq!(known.find(&[1; 32]), None);
        let charge = Charge { quota: Quota::new("calls", 1, 60), key: "calls:1".to_owned() };
        known.remember([1; 32], vec![charge.clone()]);
        assert_eq!(known.find(&[1; 32]), Some(Standing::Good([charge].into())));
        known.remember_stranger([1; 32], Stranger::Revoked);
        assert_eq!(known.find(&[1; 32]), Some(Standing::Strange(Stranger::Revoked)));
        assert_eq!(known.find(&[2; 32]), None);
    }

    #[test]
    fn strangers_cannot_fill_memory() {
        let known = Known::default();
        for number in 0..=u32::try_from(MOST).expect("few") {
            let mut print = [0; 32];
            print[..4].copy_from_slice(&number.to_be_bytes());
            known.remember_stranger(print, Stranger::Unknown);
        }
        assert!(known.0.lock().expect("no panic").len() <= MOST);
    }
}
