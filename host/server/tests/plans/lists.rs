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
            Self::Devices(key, _) => format!("devices by {}", format!("{key:?}").to_lowercase()),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// By what its statement is known, and the table that it lists.
    fn statement(self) -> (&'static str, &'static str) {
        match self {
            Self::Devices(..) => ("from devices d", "devices"),
            Self::AlertsOpen => ("from alerts l", "alerts"),
            Self::Children | Self::Subtree => ("order by name, tenant_id", "accounts"),
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
                fleet.access.accounts(&who, account, reach, None, None, 50).await.expect("lists").items.len()
            }
            Self::Audit => {
                let mut scope = scope(Permission::ViewAudit).await;
                let filter = bailiwick_audit::Filter::default();
                bailiwick_audit::list(&mut scope, &filter, None, 50).await.expect("lists").items.len()
            }
            Self::Members => fleet.access.members(&who, account).await.expect("lists").len(),
        };
        assert!(rows <= 50, "{self:?}: {rows}");
    }
}

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
            hot.first_page(fleet, account).await;
            seen.push(Seen { hot, place, ran: plans.take(hot.statement().0) });
        }
    }
    seen
}

#[tokio::test]
async fn each_list_is_a_range_of_an_index_at_every_depth() {
    let fleet = Fleet::new(Size { dealers: 20, customers: 20, devices: 50 }).await;
    let mut text = String::new();
    for Seen { hot, place, ran } in look(&fleet).await {
        text.push_str(&format!("== {} of a {place}\n{}\n\n", hot.name(), ran.normal()));
    }
    insta::assert_snapshot!("plans", text.trim_end());
}

/// The figures of the full size: 10,000 customers, 1,000,000 devices.
#[tokio::test]
#[ignore = "writes a million devices, which takes minutes: run it by name"]
async fn the_first_page_at_full_size_takes_less_than_20_milliseconds() {
    let fleet = Fleet::new(Size { dealers: 100, customers: 100, devices: 100 }).await;
    let mut slow = Vec::new();
    for Seen { hot, place, ran } in look(&fleet).await {
        let (name, rows) = (hot.name(), ran.looked_at(hot.statement().1));
        println!("{name:<24}{place:<10}{:>10.2} ms {rows:>10} rows looked at", ran.milliseconds);
        println!("{}", ran.normal());
        if ran.milliseconds >= 20.0 && matches!(hot, Hot::Devices(SortKey::Name, _)) {
            slow.push(format!("{name} of a {place}: {} ms", ran.milliseconds));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
