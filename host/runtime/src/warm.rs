//! Instances that serve again, where that is configured: the same driver and the same account, a
//! bounded number of times.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{AccountTag, Warmth, sandbox::Instance};

/// One driver's idle instances.
pub(crate) struct Warm {
    warmth: Warmth,
    idle: Mutex<HashMap<AccountTag, Vec<Instance>>>,
    /// Of all drivers of the runtime: idle instances hold slots of its pool.
    count: Arc<AtomicUsize>,
}

impl Warm {
    pub(crate) fn new(warmth: Warmth, count: Arc<AtomicUsize>) -> Self {
        Self { warmth, idle: Mutex::default(), count }
    }

    /// An instance that has served this account before.
    pub(crate) fn take(&self, account: AccountTag) -> Option<Instance> {
        if self.warmth == Warmth::Fresh {
            return None;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = idle.get_mut(&account)?;
        let instance = of_account.pop();
        if of_account.is_empty() {
            idle.remove(&account);
        }
        instance.inspect(|_| {
            self.count.fetch_sub(1, Ordering::Relaxed);
        })
    }

    /// Keeps an instance whose exchange has ended well, or gives it back to be dropped.
    pub(crate) fn give(&self, account: AccountTag, instance: Box<Instance>) -> Option<Box<Instance>> {
        let Warmth::Reuse { uses, idle: most } = self.warmth else { return Some(instance) };
        let room = |n: usize| (n < most).then(|| n.saturating_add(1));
        let counted = || self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok();
        if instance.uses() >= uses || !counted() {
            return Some(instance);
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(account).or_default().push(*instance);
        None
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.count.fetch_sub(idle.values().map(Vec::len).sum(), Ordering::Relaxed);
    }
}
