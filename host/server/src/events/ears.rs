//! Who listens at this process, by the place that each listens to.
//!
//! A change looks its listeners up by its account and those above it, so it costs nothing at the others. What a
//! listener has not told yet is gathered, and more than it can gather becomes 'read everything again'.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bailiwick_store::{AccountId, Lineage, OperatorId};
use prometheus::IntCounter;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Concern, Poke};
use crate::shared::Wake;

/// Streams of one session or token: a person's open pages.
const PER_CREDENTIAL: usize = 8;
/// Streams of one account's operators and tokens together.
const PER_ACCOUNT: usize = 256;
/// Changes that a listener gathers between two tellings.
const GATHERED: usize = 64;

/// Who listens, by credential and account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Who {
    /// The session or token.
    pub credential: Uuid,
    /// The account whose share the stream is counted to.
    pub home: Option<AccountId>,
    /// The person, where it is one.
    pub operator: Option<OperatorId>,
}

/// Too many streams of the same credential or account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many streams of one credential or account")]
pub struct TooMany;

/// All listeners of this process; a cheap clone.
#[derive(Debug, Clone)]
pub struct Ears(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    listening: Mutex<Listening>,
    overflowed: IntCounter,
}

#[derive(Debug, Default)]
struct Listening {
    next: u64,
    by_place: BTreeMap<Lineage, BTreeMap<u64, Arc<Shell>>>,
    of_credential: HashMap<Uuid, usize>,
    of_account: HashMap<AccountId, usize>,
}

/// What a listener has heard and not told yet.
#[derive(Debug, Default)]
pub struct Heard {
    /// What changed, each once.
    pub changes: Vec<Poke>,
    /// Anything may have changed.
    pub everything: bool,
    /// The listener's own rights may have changed.
    pub rights: bool,
}

impl Heard {
    fn is_nothing(&self) -> bool {
        self.changes.is_empty() && !self.everything && !self.rights
    }
}

#[derive(Debug)]
struct Shell {
    operator: Option<OperatorId>,
    heard: Mutex<Heard>,
    woken: Notify,
}

impl Shell {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.heard());
        self.woken.notify_one();
    }
}

/// One listener; it is forgotten when this is dropped.
#[derive(Debug)]
pub struct Ear {
    ears: Ears,
    number: u64,
    place: Lineage,
    who: Who,
    shell: Arc<Shell>,
}

impl Ears {
    /// Nobody yet. `overflowed` counts changes that a listener heard of in summary only.
    #[must_use]
    pub fn new(overflowed: IntCounter) -> Self {
        Self(Arc::new(Inner { listening: Mutex::default(), overflowed }))
    }

    fn lock(&self) -> MutexGuard<'_, Listening> {
        self.0.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to an account and all below it.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn listen(&self, who: Who, place: Lineage) -> Result<Ear, TooMany> {
        let mut listening = self.lock();
        let full = |counted: Option<&usize>, most: usize| counted.is_some_and(|counted| *counted >= most);
        let account_full = who.home.is_some_and(|home| full(listening.of_account.get(&home), PER_ACCOUNT));
        if account_full || full(listening.of_credential.get(&who.credential), PER_CREDENTIAL) {
            return Err(TooMany);
        }
        let number = listening.next;
        listening.next = number.wrapping_add(1);
        *listening.of_credential.entry(who.credential).or_default() += 1;
        if let Some(home) = who.home {
            *listening.of_account.entry(home).or_default() += 1;
        }
        let shell = Arc::new(Shell { operator: who.operator, heard: Mutex::default(), woken: Notify::new() });
        listening.by_place.entry(place.clone()).or_default().insert(number, Arc::clone(&shell));
        drop(listening);
        Ok(Ear { ears: self.clone(), number, place, who, shell })
    }

    /// Tells those whom it concerns.
    pub fn hear(&self, wake: &Wake) {
        let listening = self.lock();
        match wake {
            Wake::Changed(poke) => {
                let above = poke.lineage.path();
                for shell in above.iter().filter_map(|place| listening.by_place.get(place)).flat_map(BTreeMap::values) {
                    shell.hear(|heard| self.gather(heard, poke));
                }
            }
            Wake::Access { concern } => listening.concerned(concern, |shell| shell.hear(|heard| heard.rights = true)),
            Wake::Lost => listening.concerned(&Concern::Everyone, |shell| {
                shell.hear(|heard| {
                    heard.rights = true;
                    heard.everything = true;
                });
            }),
        }
    }

    fn gather(&self, heard: &mut Heard, poke: &Poke) {
        if heard.everything || heard.changes.contains(poke) {
            return;
        }
        if heard.changes.len() < GATHERED {
            heard.changes.push(poke.clone());
        } else {
            self.0.overflowed.inc();
            heard.changes.clear();
            heard.everything = true;
        }
    }
}

impl Listening {
    fn concerned(&self, concern: &Concern, tell: impl Fn(&Shell)) {
        let shells = |of: &BTreeMap<u64, Arc<Shell>>| of.values().for_each(|shell| tell(shell));
        match concern {
            Concern::Everyone => self.by_place.values().for_each(shells),
            Concern::Operator(who) => {
                let all = self.by_place.values().flat_map(BTreeMap::values);
                all.filter(|shell| shell.operator == Some(*who)).for_each(|shell| tell(shell));
            }
            Concern::Place(place) => {
                place.path().iter().filter_map(|above| self.by_place.get(above)).for_each(shells);
                let below = (Bound::Excluded(place), Bound::Unbounded);
                let below = self.by_place.range::<Lineage, _>(below);
                below.take_while(|(at, _)| place.contains(at)).map(|(_, of)| of).for_each(shells);
            }
        }
    }

    fn forget(&mut self, place: &Lineage, number: u64) -> Option<Arc<Shell>> {
        let of = self.by_place.get_mut(place)?;
        let shell = of.remove(&number);
        if of.is_empty() {
            self.by_place.remove(place);
        }
        shell
    }
}

impl Ear {
    /// Waits until there is something to tell.
    pub async fn woken(&self) {
        self.shell.woken.notified().await;
    }

    /// What was heard since this was last asked.
    #[must_use]
    pub fn take(&self) -> Heard {
        std::mem::take(&mut *self.shell.heard())
    }

    /// Whether rights may have changed; asked more often than what changed.
    #[must_use]
    pub fn take_rights(&self) -> bool {
        std::mem::take(&mut self.shell.heard().rights)
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn has_heard(&self) -> bool {
        !self.shell.heard().is_nothing()
    }

    /// Says itself that anything may have changed.
    pub fn read_everything(&self) {
        self.shell.hear(|heard| heard.everything = true);
    }

    /// Goes on listening at another place, where the account was moved meanwhile. Anything may have changed.
    pub fn move_to(&mut self, place: &Lineage) {
        if self.place == *place {
            return;
        }
        let mut listening = self.ears.lock();
        if let Some(shell) = listening.forget(&self.place, self.number) {
            listening.by_place.entry(place.clone()).or_default().insert(self.number, shell);
        }
        drop(listening);
        self.place = place.clone();
        self.read_everything();
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        fn less<K: std::hash::Hash + Eq>(counted: &mut HashMap<K, usize>, key: &K) {
            if let Some(left) = counted.get_mut(key) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    counted.remove(key);
                }
            }
        }
        let mut listening = self.ears.lock();
        listening.forget(&self.place, self.number);
        less(&mut listening.of_credential, &self.who.credential);
        if let Some(home) = &self.who.home {
            less(&mut listening.of_account, home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn ears() -> Ears {
        Ears::new(IntCounter::new("overflowed", "overflowed").expect("a figure"))
    }

    fn place(text: &str) -> Lineage {
        text.parse().expect("a lineage")
    }

    fn who(home: AccountId) -> Who {
        Who { credential: Uuid::new_v4(), home: Some(home), operator: Some(OperatorId::new()) }
    }

    fn changed(at: &str) -> Wake {
        Wake::Changed(Poke { kind: Kind::Devices, account: AccountId::new(), lineage: place(at) })
    }

    #[test]
    fn a_change_is_heard_at_its_account_and_above() {
        let (ears, home) = (ears(), AccountId::new());
        let listen = |at: &str| ears.listen(who(home), place(at)).expect("few");
        let (root, dealer, customer, other) = (listen("/"), listen("/aaaa/"), listen("/aaaa/bbbb/"), listen("/cccc/"));
        ears.hear(&changed("/aaaa/"));
        let heard = |ear: &Ear| ear.take().changes.len();
        assert_eq!((heard(&root), heard(&dealer), heard(&customer), heard(&other)), (1, 1, 0, 0));
        drop(dealer);
        ears.hear(&changed("/aaaa/bbbb/"));
        assert_eq!((heard(&root), heard(&customer), heard(&other)), (1, 1, 0));
    }

    #[test]
    fn rights_are_looked_at_again_by_those_whom_it_concerns() {
        let (ears, home) = (ears(), AccountId::new());
        let listen = |at: &str| ears.listen(who(home), place(at)).expect("few");
        let all = [listen("/"), listen("/aaaa/"), listen("/aaaa/bbbb/"), listen("/aaaa0/"), listen("/cccc/")];
        let concerned = || all.iter().map(Ear::take_rights).collect::<Vec<_>>();
        ears.hear(&Wake::Access { concern: Concern::Place(place("/aaaa/")) });
        assert_eq!(concerned(), [true, true, true, false, false]);
        ears.hear(&Wake::Access { concern: Concern::Operator(all[3].who.operator.expect("a person")) });
        assert_eq!(concerned(), [false, false, false, true, false]);
        ears.hear(&Wake::Lost);
        assert_eq!(concerned(), [true; 5]);
        assert!(all[4].take().everything);
    }

    #[test]
    fn what_is_too_much_to_gather_becomes_everything() {
        let ears = ears();
        let ear = ears.listen(who(AccountId::new()), place("/aaaa/")).expect("few");
        let same = changed("/aaaa/");
        for _ in 0..1_000 {
            ears.hear(&same);
        }
        assert_eq!(ear.take().changes.len(), 1);
        for _ in 0..1_000 {
            ears.hear(&changed("/aaaa/"));
        }
        let heard = ear.take();
        assert!(heard.everything && heard.changes.is_empty());
    }

    #[test]
    fn a_credential_and_an_account_have_so_many_and_get_them_back() {
        let (ears, home) = (ears(), AccountId::new());
        let mine = who(home);
        let mut listening: Vec<Ear> =
            (0..PER_CREDENTIAL).map(|_| ears.listen(mine, place("/aaaa/")).expect("few")).collect();
        assert!(ears.listen(mine, place("/aaaa/")).is_err());
        while listening.len() < PER_ACCOUNT {
            listening.push(ears.listen(who(home), place("/")).expect("few"));
        }
        assert!(ears.listen(who(home), place("/")).is_err());
        assert!(ears.listen(who(AccountId::new()), place("/")).is_ok());
        listening.clear();
        assert!(ears.listen(mine, place("/aaaa/")).is_ok());
        let left = ears.lock();
        assert!(left.by_place.is_empty() && left.of_account.is_empty() && left.of_credential.is_empty());
    }

    #[test]
    fn a_listener_moves_with_its_account() {
        let ears = ears();
        let mut ear = ears.listen(who(AccountId::new()), place("/aaaa/bbbb/")).expect("few");
        ear.move_to(&place("/cccc/bbbb/"));
        assert!(ear.take().everything);
        ears.hear(&changed("/aaaa/bbbb/"));
        assert!(!ear.has_heard());
        ears.hear(&changed("/cccc/bbbb/"));
        assert!(ear.has_heard());
    }
}
