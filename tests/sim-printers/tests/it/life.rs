//! A printer's life: it follows from the seed, and everything that a portal shows happens in it.

use std::{sync::Arc, time::Duration};

use sim_printers::{Kind, alert::Trouble, life::Life};

const HOUR: Duration = Duration::from_secs(3600);

fn kind(name: &str) -> Arc<Kind> {
    Arc::new(Kind::all().unwrap().into_iter().find(|kind| kind.name == name).unwrap())
}

#[test]
fn every_kind_parses_and_has_what_a_printer_needs() {
    let kinds = Kind::all().unwrap();
    assert!(kinds.len() >= 5);
    for kind in kinds {
        assert!(!kind.supplies.is_empty() && !kind.trays.is_empty() && !kind.covers.is_empty(), "{}", kind.name);
    }
}

#[test]
fn the_same_seed_lives_the_same_life_however_often_it_is_asked() {
    let mut often = Life::new(kind("colour-mfp-a3"), 42);
    let mut once = often.clone();
    let mut other = Life::new(kind("colour-mfp-a3"), 43);
    for minute in 0..600u32 {
        often.advance(Duration::from_secs(60) * minute);
    }
    let end = Duration::from_secs(60) * 599;
    once.advance(end);
    other.advance(end);
    assert_eq!(often.pages(), once.pages());
    assert_eq!(often.alerts(), once.alerts());
    assert_eq!(often.supply_levels().collect::<Vec<_>>(), once.supply_levels().collect::<Vec<_>>());
    assert_ne!(other.pages(), once.pages());
}

#[test]
fn pages_rise_and_everything_happens_in_a_month() {
    for name in ["mono-laser", "colour-mfp-a3", "colour-laser-a4", "office-inkjet"] {
        let mut life = Life::new(kind(name), 5);
        let mut before = life.pages();
        let first = before;
        let mut seen = [false; 6];
        let mut refills = 0;
        let mut sheets: u32 = life.tray_sheets().sum();
        for step in 0..30 * 24 * 12u32 {
            life.advance(HOUR / 12 * step);
            assert!(life.pages() >= before);
            before = life.pages();
            for alert in life.alerts() {
                seen[match alert.trouble {
                    Trouble::Jam => 0,
                    Trouble::CoverOpen(_) => 1,
                    Trouble::TrayLow(_) => 2,
                    Trouble::TrayEmpty(_) => 3,
                    Trouble::SupplyLow(_) => 4,
                    Trouble::SupplyEmpty(_) => 5,
                }] = true;
            }
            let now = life.tray_sheets().sum();
            refills += u32::from(now > sheets);
            sheets = now;
            assert!(life.supply_levels().all(|level| (0.0..=1.0).contains(&level)));
        }
        assert!(life.pages() > first + 10_000, "{name}: {} pages", life.pages() - first);
        assert_eq!(seen, [true; 6], "{name}");
        assert!(refills > 10, "{name}: {refills}");
    }
}

#[test]
fn alert_rows_come_with_new_numbers_and_go() {
    let mut life = Life::new(kind("old-laser"), 9);
    let mut last = 0;
    let mut went = 0;
    let mut rows = Vec::new();
    for step in 0..14 * 24 * 60u32 {
        life.advance(HOUR / 60 * step);
        let now: Vec<_> = life.alerts().iter().map(|alert| alert.index).collect();
        went += rows.iter().filter(|index| !now.contains(index)).count();
        for index in now.iter().filter(|index| !rows.contains(*index)) {
            assert!(*index > last, "{index} was used before");
            last = *index;
        }
        rows = now;
    }
    assert!(last > 5 && went > 5, "{last} came, {went} went");
}

#[test]
fn a_reboot_starts_the_up_time_and_keeps_the_counters() {
    let mut life = Life::new(kind("mono-laser"), 3);
    life.advance(HOUR * 30);
    let (pages, uptime) = (life.pages(), life.uptime());
    assert!(life.pages_since_boot() > 0);
    life.reboot();
    assert_eq!((life.pages(), life.pages_since_boot()), (pages, 0));
    assert!(life.uptime() < uptime);
    life.advance(HOUR * 60);
    assert!(life.pages() > pages);
}
