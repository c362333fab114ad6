//! Instances that serve again, where that is configured: the same driver and the same account, a
//! bounded number of times.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{AccountTag, Warmth, sandbox::Instance};

/// One driver's idle instances.
pub(crate) struct Warm {
    warmth: Warmth,
    idle: Mutex<HashMap<AccountTag, Vec<Box<Instance>>>>,
}

impl Warm {
    pub(crate) fn new(warmth: Warmth) -> Self {
        Self { warmth, idle: Mutex::default() }
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
        instance.map(|instance| *instance)
    }

    /// Keeps an instance whose exchange has ended well, or gives it back to be dropped.
    pub(crate) fn give(&self, account: AccountTag, instance: Box<Instance>) -> Option<Box<Instance>> {
        let Warmth::Reuse { uses, idle: most } = self.warmth else { return Some(instance) };
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if instance.uses() >= uses || idle.values().map(Vec::len).sum::<usize>() >= most {
            return Some(instance);
        }
        idle.entry(account).or_default().push(instance);
        None
    }
}
