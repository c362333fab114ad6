//! Match, merge or refuse.

use bailiwick_contract::{manifest::Manifest, policy::Grant, report::Report};
use bailiwick_devices::{devices, drivers, groups};
use bailiwick_store::{AccountId, PageRequest};
use sha2::{Digest as _, Sha256};

use crate::ground::*;

fn at(ground: &Ground, sequence: u64, address: &str, identities: &[(&str, &str)]) -> Report {
    Report { address: address.parse().unwrap(), ..ground.report(sequence, vec![identify(identities)]) }
}

#[tokio::test]
async fn a_device_that_moves_stays_itself() {
    let ground = Ground::new().await;
    ground.send(vec![at(&ground, 1, "10.0.0.9", &[SERIAL, MAC])]).await;
    let before = ground.device().await;
    ground.send(vec![at(&ground, 2, "10.0.7.7", &[SERIAL, MAC])]).await;
    let after = ground.device().await;
    assert_eq!(before.id, after.id);
    assert_eq!(after.address.as_deref(), Some("10.0.7.7"));
}

#[tokio::test]
async fn the_strongest_identity_decides() {
    let ground = Ground::new().await;
    ground.send(vec![at(&ground, 1, "10.0.0.9", &[SERIAL, MAC])]).await;
    // a changed network card: the same serial number with another MAC
    ground.send(vec![at(&ground, 2, "10.0.0.9", &[SERIAL, ("mac", "0011223344bb")])]).await;
    ground.device().await;
    // the MAC of one with the serial number of another is neither
    let stranger = at(&ground, 3, "10.0.0.11", &[("serial", "SN-2"), MAC]);
    assert_eq!(ground.refused(stranger).await, "identity_conflict");
    ground.device().await;
    // by its MAC alone it is still known
    ground.send(vec![at(&ground, 4, "10.0.0.12", &[MAC])]).await;
    assert_eq!(ground.device().await.address.as_deref(), Some("10.0.0.12"));
}

/// Whoever comes first: the forger, or the real one.
#[tokio::test]
async fn a_claimed_serial_number_takes_no_device_over() {
    const OTHER: (&str, &str) = ("mac", "0011223344bb");
    for first_is_forger in [true, false] {
        let ground = Ground::new().await;
        let (first, second) = if first_is_forger { ("forged", "real") } else { ("real", "forged") };
        let says = |sequence, address, mac, name: &str| {
            let mut report = at(&ground, sequence, address, &[SERIAL, mac]);
            report.effects.push(facts(&[("name", name)]));
            report
        };
        ground.send(vec![says(1, "10.0.0.9", MAC, first)]).await;
        let before = ground.device().await;
        for round in 0..3 {
            ground.minutes(5);
            // in one batch, and in two
            ground.send(vec![says(2 + 3 * round, "10.0.0.10", OTHER, second)]).await;
            let both =
                vec![says(3 + 3 * round, "10.0.0.9", MAC, first), says(4 + 3 * round, "10.0.0.10", OTHER, second)];
            assert_eq!(ground.send(both).await.applied, 2);
            let mut devices = ground.devices(ground.customer).await;
            devices.sort_by_key(|device| device.id != before.id);
            let shown: Vec<_> = devices.iter().map(|d| (d.name.as_str(), d.address.as_deref())).collect();
            assert_eq!(shown, [(first, Some("10.0.0.9")), (second, Some("10.0.0.10"))]);
            assert_eq!(devices[0].id, before.id, "each keeps its own record");
        }
        // the first is gone for a day: a changed network card looks like that, and so it is one device again
        ground.minutes(25 * 60);
        ground.send(vec![says(20, "10.0.0.10", OTHER, second)]).await;
        assert_eq!(ground.device().await.name, second);
    }
}

#[tokio::test]
async fn identities_of_two_devices_in_one_report_are_a_conflict() {
    let ground = Ground::new().await;
    let two = vec![
        at(&ground, 1, "10.0.0.1", &[("serial", "SN-1"), ("mac", "000000000001")]),
        at(&ground, 2, "10.0.0.2", &[("serial", "SN-2"), ("mac", "000000000002")]),
    ];
    ground.send(two).await;
    let mixed = at(&ground, 3, "10.0.0.1", &[("serial", "SN-1"), ("mac", "000000000002")]);
    assert_eq!(ground.refused(mixed).await, "identity_conflict");
    assert_eq!(ground.devices(ground.customer).await.len(), 2);
}

#[tokio::test]
async fn two_halves_of_one_device_become_one_with_both_histories() {
    let ground = Ground::new().await;
    let now = ground.now_ms();
    let mut by_mac = at(&ground, 1, "10.0.0.1", &[MAC]);
    by_mac.effects.extend([pages(now - 1_000, 5.0), conditions(&[("jam", None)])]);
    let mut by_serial = at(&ground, 2, "10.0.0.2", &[SERIAL]);
    by_serial.effects.push(pages(now - 500, 6.0));
    ground.send(vec![by_mac, by_serial]).await;
    let halves = ground.devices(ground.customer).await;
    assert_eq!(halves.len(), 2);
    let mut scope = ground.scope(ground.customer).await;
    for half in &halves {
        let group = groups::create(&mut scope, &half.id.to_string(), ground.store.now()).await.unwrap();
        groups::add(&mut scope, group.id, half.id, ground.store.now()).await.unwrap();
    }
    scope.commit().await.unwrap();
    ground.minutes(1);
    ground.send(vec![at(&ground, 3, "10.0.0.1", &[SERIAL, MAC])]).await;
    let device = ground.device().await;
    assert_eq!(device.serial, None);
    let mut scope = ground.scope(ground.customer).await;
    let held: Vec<i64> = groups::list(&mut scope, &PageRequest::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|group| group.devices)
        .collect();
    assert_eq!(held, [1, 1], "it is in the groups of both");
    let readings: i64 = sqlx::query_scalar("select count(*) from readings where device_id = $1")
        .bind(device.id)
        .fetch_one(scope.sql())
        .await
        .unwrap();
    assert_eq!(readings, 2);
    let open: i64 = sqlx::query_scalar("select count(*) from alerts where cleared_at is null and $1")
        .bind(true)
        .fetch_one(scope.sql())
        .await
        .unwrap();
    assert_eq!(open, 0, "the half that went took its alert along");
    drop(scope);
    // and it stays one
    ground.send(vec![at(&ground, 4, "10.0.0.3", &[MAC])]).await;
    assert_eq!(ground.device().await.id, device.id);
}

#[tokio::test]
async fn halves_that_meet_in_one_batch_become_one() {
    let ground = Ground::new().await;
    let reports = vec![
        at(&ground, 1, "10.0.0.1", &[MAC]),
        at(&ground, 2, "10.0.0.2", &[SERIAL]),
        at(&ground, 3, "10.0.0.1", &[SERIAL, MAC]),
    ];
    assert_eq!(ground.send(reports).await.applied, 3);
    ground.device().await;
}

#[tokio::test]
async fn one_account_never_meets_another_accounts_device() {
    let ground = Ground::new().await;
    let other = collector(&ground.store, &ground.key, ground.other).await;
    ground.send(vec![at(&ground, 1, "10.0.0.9", &[SERIAL])]).await;
    let batch = ground.batch(vec![at(&ground, 1, "10.0.0.9", &[SERIAL])]);
    bailiwick_devices::ingest::apply(&ground.store, &ground.catalogue, &other, batch.clone().into()).await.unwrap();
    let (mine, theirs) = (ground.devices(ground.customer).await, ground.devices(ground.other).await);
    assert_eq!((mine.len(), theirs.len()), (1, 1));
    assert_ne!(mine[0].id, theirs[0].id);
    assert_eq!(ground.devices(ground.dealer).await.len(), 2);
}

#[tokio::test]
async fn a_device_that_only_its_address_tells_is_retired_and_restored_like_others() {
    let ground = Ground::new().await;
    let by_address =
        "[[identity]]\nkind = \"address\"\npattern = \"[0-9.]{7,15}\"\ncategory = \"network\"\n\n[[attribute]]";
    let text = include_str!("sensor.toml").replacen("[[attribute]]", by_address, 1).replace("1.0.0", "1.1.0");
    let component = b"another component";
    let digest = hex::encode(Sha256::digest(component));
    let mut scope = ground.scope(AccountId::ROOT).await;
    let manifest = Manifest::parse(&text).unwrap();
    drivers::install(&mut scope, &manifest, &digest, component, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    // it asks for more than the version before, so it takes a grant of its own
    let mut scope = ground.scope(ground.customer).await;
    let all = Grant::all_of(&manifest);
    drivers::grant_version(&mut scope, "test-sensor", &digest, &all, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    let silent = |sequence| {
        let effects = vec![facts(&[("name", "Silent")])];
        Report { digest: digest.clone(), ..ground.report(sequence, effects) }
    };
    ground.send(vec![silent(1)]).await;
    let id = ground.device().await.id;
    ground.minutes(1);
    assert_eq!(ground.send(vec![silent(2)]).await.applied, 1);
    ground.device().await;
    let mut scope = ground.scope(ground.customer).await;
    devices::retire(&mut scope, id, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(1);
    assert_eq!(ground.send(vec![silent(3)]).await.ignored, 1);
    assert!(ground.devices(ground.customer).await.is_empty());
    // another one that takes its address, and says who it is
    let named = Report { effects: vec![identify(&[SERIAL])], ..silent(4) };
    assert_eq!(ground.send(vec![named]).await.applied, 1);
    assert_ne!(ground.device().await.id, id);
    let mut scope = ground.scope(ground.customer).await;
    devices::restore(&ground.store, &mut scope, id, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(ground.devices(ground.customer).await.len(), 2);
}
