//! The alert table of a living printer (prtAlertTable, RFC 3805): a row comes when a trouble begins and goes when
//! it ends; an index is never used twice between two reboots.

/// A trouble that stands in the alert table. Numbers are places in the kind's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Paper is stuck.
    Jam,
    /// A cover stands open.
    CoverOpen(usize),
    /// A tray is nearly empty.
    TrayLow(usize),
    /// A tray is empty.
    TrayEmpty(usize),
    /// A supply is nearly used up, or a receptacle nearly full.
    SupplyLow(usize),
    /// A supply is used up, or a receptacle full.
    SupplyEmpty(usize),
}

impl Trouble {
    /// Whether the printer stops for it (prtAlertSeverityLevel 3; else it is a warning, 4).
    #[must_use]
    pub fn is_critical(self) -> bool {
        matches!(self, Self::Jam | Self::CoverOpen(_) | Self::SupplyEmpty(_))
    }
}

/// A row of the alert table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    /// prtAlertIndex.
    pub index: u32,
    /// What it is about.
    pub trouble: Trouble,
    /// prtAlertTime, hundredths of a second of up time.
    pub since: u32,
}

/// The alert table and its counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct AlertLog {
    rows: Vec<Alert>,
    last: u32,
    critical: u32,
    all: u32,
}

impl AlertLog {
    /// Removes the rows of troubles that ended and adds rows for those that began.
    pub(crate) fn become_exactly(&mut self, troubles: &[Trouble], uptime: u32) {
        self.rows.retain(|row| troubles.contains(&row.trouble));
        for &trouble in troubles {
            if self.rows.iter().any(|row| row.trouble == trouble) {
                continue;
            }
            self.last = self.last.wrapping_add(1).max(1);
            self.all = self.all.wrapping_add(1);
            if trouble.is_critical() {
                self.critical = self.critical.wrapping_add(1);
            }
            self.rows.push(Alert { index: self.last, trouble, since: uptime });
        }
    }

    pub(crate) fn rows(&self) -> &[Alert] {
        &self.rows
    }

    pub(crate) fn events(&self) -> (u32, u32) {
        (self.critical, self.all)
    }
}
