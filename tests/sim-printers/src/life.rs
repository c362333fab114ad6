//! What happens to a printer over time: jobs arrive, pages come out, toner falls, trays run empty and are
//! refilled, paper jams and somebody opens a cover to clear it.
//!
//! Time moves in steps of [`TICK`], each decided by the printer's own stream of chance. So the state at a
//! time follows from the seed alone, whoever asked for it how often before.

use std::{sync::Arc, time::Duration};

use crate::{
    alert::{Alert, AlertLog, Trouble},
    chance::Chance,
    kind::{Kind, Report, TrayReport},
};

/// One step of a printer's life.
pub const TICK: Duration = Duration::from_secs(10);
const TICKS_PER_MINUTE: u64 = 6;
/// At this share of what fits, a supply or tray is low.
const LOW: f64 = 0.10;

/// A paper jam on its way to being cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jam {
    cover: usize,
    opens: u64,
    clears: u64,
}

/// Something that holds less and less until somebody fills it up again.
#[derive(Debug, Clone, PartialEq)]
struct Store {
    left: f64,
    full: f64,
    filled_at: Option<u64>,
}

impl Store {
    fn is_low(&self) -> bool {
        self.left <= self.full * LOW
    }

    fn is_empty(&self) -> bool {
        self.left < 1.0
    }
}

/// A living printer's state.
#[derive(Debug, Clone)]
pub struct Life {
    kind: Arc<Kind>,
    chance: Chance,
    tick: u64,
    booted: u64,
    pages: u64,
    pages_at_boot: u64,
    queue: u32,
    supplies: Vec<Store>,
    trays: Vec<Store>,
    jam: Option<Jam>,
    printing: bool,
    alerts: AlertLog,
}

impl Life {
    /// A printer somewhere in the middle of its life, as the seed decides.
    #[must_use]
    pub fn new(kind: Arc<Kind>, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let pages = u64::from(chance.between(kind.life.0, kind.life.1));
        let mut part = |full: u32, least: f64| {
            let full = f64::from(full);
            Store { left: (full * (least + (1.0 - least) * chance.unit())).floor().max(1.0), full, filled_at: None }
        };
        let supplies = kind.supplies.iter().map(|supply| part(supply.yield_pages, 0.04)).collect();
        let trays = kind.trays.iter().map(|tray| part(tray.capacity, 0.08)).collect();
        Self {
            chance,
            tick: 0,
            booted: 0,
            pages,
            pages_at_boot: pages,
            queue: 0,
            supplies,
            trays,
            jam: None,
            printing: false,
            alerts: AlertLog::default(),
            kind,
        }
    }

    /// What kind of printer this is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Lives on until `now`, simulated time since the world began. Time that has passed stays passed.
    pub fn advance(&mut self, now: Duration) {
        let until = u64::try_from(now.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX);
        while self.tick < until {
            self.tick += 1;
            self.step();
        }
    }

    /// Turns it off and on: the up time starts again, counters stay, a job in progress is lost.
    pub fn reboot(&mut self) {
        self.booted = self.tick;
        self.pages_at_boot = self.pages;
        self.queue = 0;
        self.printing = false;
        self.alerts = AlertLog::default();
        self.raise_and_clear();
    }

    fn step(&mut self) {
        self.people_come();
        let jobs = self.kind.jobs_per_hour / 360.0;
        if self.chance.happens(jobs) {
            self.queue += self.chance.between(1, self.kind.largest_job);
        }
        self.print();
        self.raise_and_clear();
    }

    /// Somebody clears a jam, refills a tray, changes a cartridge.
    fn people_come(&mut self) {
        if self.jam.is_some_and(|jam| self.tick >= jam.clears) {
            self.jam = None;
        }
        for (store, patience) in
            self.trays.iter_mut().map(|tray| (tray, 12)).chain(self.supplies.iter_mut().map(|supply| (supply, 45)))
        {
            match store.filled_at {
                Some(at) if self.tick >= at => {
                    store.left = store.full;
                    store.filled_at = None;
                }
                None if store.is_empty() => {
                    let minutes = u64::from(self.chance.between(2, patience));
                    store.filled_at = Some(self.tick + minutes * TICKS_PER_MINUTE);
                }
                _ => {}
            }
        }
    }

    fn print(&mut self) {
        self.printing = false;
        let per_tick = (self.kind.pages_per_minute / 6).max(1);
        for _ in 0..per_tick.min(self.queue) {
            if self.is_stopped() {
                return;
            }
            self.printing = true;
            self.queue -= 1;
            self.page();
        }
    }

    fn is_stopped(&self) -> bool {
        let dry = self
            .kind
            .supplies
            .iter()
            .zip(&self.supplies)
            .any(|(supply, store)| (supply.kind.is_colorant() || supply.kind.is_receptacle()) && store.is_empty());
        dry || self.jam.is_some() || self.trays.iter().all(Store::is_empty)
    }

    fn page(&mut self) {
        self.pages += 1;
        // The biggest tray that has paper is the default source, as drivers set it.
        let source = self.trays.iter_mut().filter(|tray| !tray.is_empty());
        if let Some(tray) = source.max_by(|a, b| a.full.total_cmp(&b.full)) {
            tray.left -= 1.0;
        }
        let colour = self.chance.happens(self.kind.colour_share);
        for (supply, store) in self.kind.supplies.iter().zip(&mut self.supplies) {
            let used = match (supply.colour.as_deref(), supply.report) {
                (_, Report::Unrestricted) => 0.0,
                (Some("black") | None, _) => 1.0,
                // A colour's yield is counted in colour pages.
                (Some(_), _) if colour => 0.6 + 0.8 * self.chance.unit(),
                (Some(_), _) => 0.0,
            };
            store.left = (store.left - used).max(0.0);
        }
        if self.chance.happens(1.0 / f64::from(self.kind.pages_per_jam.max(1))) {
            let last = u32::try_from(self.kind.covers.len().saturating_sub(1)).unwrap_or(0);
            let opens = self.tick + u64::from(self.chance.between(6, 30));
            let clears = opens + u64::from(self.chance.between(3, 12));
            self.jam = Some(Jam { cover: self.chance.between(0, last) as usize, opens, clears });
        }
    }

    fn raise_and_clear(&mut self) {
        let mut troubles = Vec::new();
        if self.jam.is_some() {
            troubles.push(Trouble::Jam);
        }
        if let Some(cover) = self.open_cover() {
            troubles.push(Trouble::CoverOpen(cover));
        }
        for (at, (tray, store)) in self.kind.trays.iter().zip(&self.trays).enumerate() {
            match tray.report {
                TrayReport::Unknown => {}
                _ if store.is_empty() => troubles.push(Trouble::TrayEmpty(at)),
                TrayReport::Sheets if store.is_low() => troubles.push(Trouble::TrayLow(at)),
                _ => {}
            }
        }
        for (at, (supply, store)) in self.kind.supplies.iter().zip(&self.supplies).enumerate() {
            let silent = matches!(supply.report, Report::Unknown | Report::Unrestricted);
            match (silent, store.is_empty(), store.is_low()) {
                (true, ..) | (_, false, false) => {}
                (_, true, _) => troubles.push(Trouble::SupplyEmpty(at)),
                (_, _, true) => troubles.push(Trouble::SupplyLow(at)),
            }
        }
        self.alerts.become_exactly(&troubles, self.uptime());
    }

    /// Hundredths of a second since it was turned on, as sysUpTime wraps.
    #[must_use]
    pub fn uptime(&self) -> u32 {
        let ticks = self.tick.saturating_sub(self.booted).saturating_mul(1000).saturating_add(4_200);
        u32::try_from(ticks % (1 << 32)).unwrap_or(0)
    }

    /// Pages in its life.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Pages since it was turned on.
    #[must_use]
    pub fn pages_since_boot(&self) -> u64 {
        self.pages - self.pages_at_boot
    }

    /// True while a page comes out.
    #[must_use]
    pub fn is_printing(&self) -> bool {
        self.printing
    }

    /// True while paper is stuck.
    #[must_use]
    pub fn is_jammed(&self) -> bool {
        self.jam.is_some()
    }

    /// The cover that stands open, by its place in the kind.
    #[must_use]
    pub fn open_cover(&self) -> Option<usize> {
        self.jam.filter(|jam| self.tick >= jam.opens).map(|jam| jam.cover)
    }

    /// What is left of each supply, 0 to 1 (for a receptacle: the free space).
    pub fn supply_levels(&self) -> impl Iterator<Item = f64> {
        self.supplies.iter().map(|store| store.left / store.full.max(1.0))
    }

    /// Sheets in each tray.
    pub fn tray_sheets(&self) -> impl Iterator<Item = u32> {
        self.trays.iter().map(|store| store.left as u32)
    }

    /// Rows of the alert table.
    #[must_use]
    pub fn alerts(&self) -> &[Alert] {
        self.alerts.rows()
    }

    /// How many alerts there have been since it was turned on: critical ones, all.
    #[must_use]
    pub fn alert_events(&self) -> (u32, u32) {
        self.alerts.events()
    }

    /// hrPrinterDetectedErrorState as bits, the most significant first.
    #[must_use]
    pub fn error_bits(&self) -> u16 {
        let mut bits = 0;
        let mut set = |bit: u16| bits |= 0x8000 >> bit;
        for alert in self.alerts.rows() {
            match alert.trouble {
                Trouble::TrayLow(_) => set(0),
                Trouble::TrayEmpty(_) => set(13),
                Trouble::SupplyLow(_) => set(2),
                Trouble::SupplyEmpty(_) => set(3),
                Trouble::CoverOpen(_) => set(4),
                Trouble::Jam => set(5),
            }
        }
        if self.trays.iter().all(Store::is_empty) {
            set(1);
        }
        bits
    }
}
