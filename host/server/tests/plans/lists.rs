//! Each list for each depth of the tree.

use bailiwick_access::{Permission, accounts::Reach};
use bailiwick_devices::{
    PageRequest,
    alerts::{self, AlertFilter, AlertState},
    devices::{self, DeviceFilter, Order, Sort, SortKey},
};
use bailiwick_store::{AccountId, Scope};

use super::{
    explain::{Plans, Ran},
    fleet::{Fleet, Size},
};

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hot {
    Devices(SortKey, Order),
    AlertsOpen,
    Children,
    Subtree,
    Audit,
    Members,
}

const HOT: [Hot; 7] = [
    Hot::Devices(SortKey::Name, Order::Ascending),
    Hot::Devices(SortKey::LastSeenAt, Order::Descending),
    Hot::AlertsOpen,
    Hot::Children,
    Hot::Subtree,
    Hot::Audit,
    Hot::Members,
];

impl Hot {
    fn name(self) -> String {
        match self {
            Self::Devices(key, _) => format!("devices by {key:?}"),
            other => format!("{other:?}"),
        }
    }

    /// By what its statement is known, and the table that it lists.
    fn statement(self) -> (&'static str, &'static str) {
        match self {
            Self::Devices(..) => ("from devices d", "devices"),
            Self::AlertsOpen => ("from alerts l", "alerts"),
            Self::Children | Self::Subtree => ("order by sort_key, tenant_id", "accounts"),
            Self::Audit => ("from audit_entries", "audit_entries"),
            Self::Members => ("join operators o", "grants"),
        }
    }

    async fn first_page(self, fleet: &Fleet, account: AccountId) {
        let who = Fleet::everyone();
        let scope =
            async |permission| -> Scope { fleet.access.authorize(&who, account, permission).await.expect("may") };
        let page = PageRequest::default();
        let rows = match self {
            Self::Devices(key, order) => {
                let mut scope = scope(Permission::ViewDevices).await;
                let (filter, now) = (DeviceFilter::default(), fleet.store.now());
                let found = devices::list(&mut scope, &filter, Sort { key, order }, &page, now).await;
                found.expect("lists").items.len()
            }
            Self::AlertsOpen => {
                let mut scope = scope(Permission::ViewDevices).await;
                let filter = AlertFilter { state: Some(AlertState::Open), ..AlertFilter::default() };
                alerts::list(&mut scope, &filter, &page).await.expect("lists").items.len()
            }
            Self::Children | Self::Subtree => {
                let reach = if self == Self::Children { Reach::Children } else { Reach::Subtree };
                fleet
                    .access
                    .accounts(&who, account, reach, None, &PageRequest::default())
                    .await
                    .expect("lists")
                    .items
                    .len()
            }
            Self::Audit => {
                let mut scope = scope(Permission::ViewAudit).await;
                let filter = bailiwick_audit::Filter::default();
                bailiwick_audit::list(&mut scope, &filter, &PageRequest::default()).await.expect("lists").items.len()
            }
            Self::Members => {
                fleet.access.members(&who, account, &PageRequest::default()).await.expect("lists").items.len()
            }
        };
        assert!(rows <= 50, "{self:?}: {rows}");
    }
}

/// What a list did.
struct Seen {
    hot: Hot,
    place: &'static str,
    ran: Ran,
}

/// Each list at each place; every connection has served all the other places before.
async fn look(fleet: &Fleet) -> Vec<Seen> {
    let plans = Plans::catch();
    let places = [("customer", fleet.customer), ("dealer", fleet.dealer), ("platform", AccountId::ROOT)];
    let mut seen = Vec::new();
    for hot in HOT {
        // so often that PostgreSQL would settle on a generic plan
        for _ in 0..3 {
            for (_, account) in places {
                hot.first_page(fleet, account).await;
            }
        }
        for (place, account) in places {
            let mut ran: Option<Ran> = None;
            for _ in 0..3 {
                hot.first_page(fleet, account).await;
                let again = plans.take(hot.statement().0);
                // a busy machine slows one, not the statement
                ran = ran.filter(|ran| ran.milliseconds <= again.milliseconds).or(Some(again));
            }
            seen.push(Seen { hot, place, ran: ran.expect("it ran") });
        }
    }
    seen
}

/// The version that the golden files are of.
const MAJOR: i32 = 15;

/// The plans of all that was seen, as the golden files hold them.
fn golden(seen: &[Seen]) -> String {
    let plan = |seen: &Seen| format!("== {}: {}\n{}", seen.hot.name(), seen.place, seen.ran.normal());
    seen.iter().map(plan).collect::<Vec<_>>().join("\n\n")
}

#[tokio::test]
async fn each_list_is_a_range_of_an_index_at_every_depth() {
    let size = Size { dealers: 20, customers: 20, devices: 50 };
    let fleet = Fleet::new(size).await;
    let seen = look(&fleet).await;
    if fleet.major == MAJOR {
        insta::assert_snapshot!("plans", golden(&seen));
    }
    for Seen { hot, place, ran } in &seen {
        // what lies in the subtree, at most: for a list of devices or alerts, fewer rows than twice that
        let most = match *place {
            "customer" => size.devices * 2,
            "dealer" => size.devices * size.customers * 2,
            _ => continue,
        };
        let table = hot.statement().1;
        let (looked_at, plan) = (ran.looked_at(table), ran.normal());
        assert!(looked_at <= f64::from(most), "{} of a {place}: {looked_at} rows\n{plan}", hot.name());
        assert!(!plan.contains(&format!("Seq Scan on {table} ")), "{} of a {place}\n{plan}", hot.name());
    }
}

/// The plans and figures of the full size: 10,000 customers, 1,000,000 devices.
#[tokio::test]
#[ignore = "writes a million devices, which takes minutes: run it by name"]
async fn the_first_page_at_full_size_takes_less_than_20_milliseconds() {
    let fleet = Fleet::new(Size { dealers: 100, customers: 100, devices: 100 }).await;
    let seen = look(&fleet).await;
    let mut slow = Vec::new();
    for Seen { hot, place, ran } in &seen {
        let (name, rows) = (hot.name(), ran.looked_at(hot.statement().1));
        println!("{name:<24}{place:<10}{:>10.2} ms {rows:>10} rows looked at", ran.milliseconds);
        if ran.milliseconds >= 20.0 && matches!(hot, Hot::Devices(SortKey::Name, _)) {
            slow.push(format!("{name} of a {place}: {} ms", ran.milliseconds));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
    if fleet.major == MAJOR {
        insta::assert_snapshot!("plans_at_full_size", golden(&seen));
    }
}
