//! Which devices a driver may read, and which driver reads a device first.

use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::{exchange::Target, value::Oid};

/// Devices that a driver wants to read. All that a matcher names must fit; one that names nothing fits every device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// sysObjectID lies under one of these prefixes.
    #[serde(default)]
    pub sys_object_id: Vec<Oid>,
    /// sysDescr contains one of these texts, in whatever case.
    #[serde(default)]
    pub sys_descr: Vec<String>,
    /// 0 to 100: of several drivers whose matchers fit, that of the highest is asked first.
    pub priority: u8,
}

/// How well a driver fits a device: by priority, then by the length of the prefix that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    priority: u8,
    arcs: usize,
}

impl Matcher {
    /// The greatest priority.
    pub const MAX_PRIORITY: u8 = 100;

    /// How well this target fits, where it does.
    #[must_use]
    pub fn claim(&self, target: &Target) -> Option<Claim> {
        let arcs = if self.sys_object_id.is_empty() {
            0
        } else {
            let id = target.sys_object_id.as_ref()?;
            self.sys_object_id.iter().filter(|prefix| prefix.contains(id)).map(|prefix| prefix.arcs().len()).max()?
        };
        if !self.sys_descr.is_empty() {
            let descr = target.sys_descr.as_ref()?.to_lowercase();
            self.sys_descr.iter().find(|text| descr.contains(&text.to_lowercase()))?;
        }
        Some(Claim { priority: self.priority, arcs })
    }
}

impl Manifest {
    /// How well a target fits this driver; nothing where none of its matchers does.
    #[must_use]
    pub fn claim(&self, target: &Target) -> Option<Claim> {
        self.matchers.iter().filter_map(|matcher| matcher.claim(target)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(ids: &[&str], descr: &[&str], priority: u8) -> Matcher {
        let sys_object_id = ids.iter().map(|id| id.parse().unwrap()).collect();
        Matcher { sys_object_id, sys_descr: descr.iter().map(|&text| text.to_owned()).collect(), priority }
    }

    #[test]
    fn all_that_a_matcher_names_must_fit() {
        let target = |id: Option<&str>, descr: Option<&str>| Target {
            address: "192.0.2.1".into(),
            sys_object_id: id.map(|id| id.parse().unwrap()),
            sys_descr: descr.map(str::to_owned),
        };
        let ups = target(Some("1.3.6.1.4.1.318.1.3.27"), Some("APC Web/SNMP Management Card"));
        let silent = target(None, None);
        for (matcher, fits_ups, fits_silent) in [
            (matcher(&[], &[], 1), true, true),
            (matcher(&["1.3.6.1.4.1.318"], &[], 1), true, false),
            (matcher(&["1.3.6.1.4.1.9", "1.3.6.1.4.1.318.1.3"], &[], 1), true, false),
            (matcher(&["1.3.6.1.4.1.31"], &[], 1), false, false),
            (matcher(&[], &["management card"], 1), true, false),
            (matcher(&["1.3.6.1.4.1.318"], &["printer"], 1), false, false),
            (matcher(&["1.3.6.1.4.1.318"], &["printer", "apc"], 1), true, false),
        ] {
            let fits = |target| matcher.claim(target).is_some();
            assert_eq!((fits(&ups), fits(&silent)), (fits_ups, fits_silent), "{matcher:?}");
        }
        let claim = |matcher: Matcher| matcher.claim(&ups).unwrap();
        assert!(claim(matcher(&[], &[], 2)) > claim(matcher(&["1.3.6.1.4.1.318"], &[], 1)), "priority before length");
        assert!(claim(matcher(&["1.3.6.1.4.1.318.1"], &[], 1)) > claim(matcher(&["1.3.6.1.4.1.318"], &[], 1)));
    }
}
