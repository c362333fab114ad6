//! Tokens, keys and state.

use bailiwick_contract::report::{Status, SweepFigures};
use bailiwick_devices::collectors::{self, CollectorError, CollectorState};
use secrecy::ExposeSecret;

use crate::ground::*;

#[tokio::test]
async fn a_token_makes_one_collector_and_its_key_is_whose_it_is() {
    let ground = Ground::new().await;
    let now = ground.store.now();
    let mut scope = ground.scope(ground.dealer).await;
    let token = collectors::create_token(&mut scope, ground.who.site, "Second", now).await.unwrap();
    scope.commit().await.unwrap();
    let token = token.token.expose_secret().to_owned();
    let enrolled = enroll(&ground.store, &token, "2.0.0").await.unwrap();
    assert_eq!((enrolled.identity.account, enrolled.identity.site), (ground.customer, ground.who.site));
    let again = enroll(&ground.store, &token, "2.0.0").await;
    assert!(matches!(again, Err(CollectorError::UnknownToken)));

    let key = enrolled.key.expose_secret();
    assert_eq!(collectors::authenticate(&ground.store, key).await.unwrap(), enrolled.identity);
    for wrong in ["", "bwc_", &token, &format!("{key}x"), &key.replace("bwc_", "bwe_")] {
        assert!(
            matches!(collectors::authenticate(&ground.store, wrong).await, Err(CollectorError::UnknownKey)),
            "{wrong}"
        );
    }
    let mut scope = ground.scope(ground.dealer).await;
    collectors::revoke(&mut scope, enrolled.identity.collector, now).await.unwrap();
    scope.commit().await.unwrap();
    assert!(matches!(collectors::authenticate(&ground.store, key).await, Err(CollectorError::Revoked)));
    let state =
        collectors::get(&mut ground.scope(ground.dealer).await, enrolled.identity.collector, now).await.unwrap().state;
    assert_eq!(state, CollectorState::Revoked);
}

#[tokio::test]
async fn a_token_expires_after_a_day() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.customer).await;
    let token = collectors::create_token(&mut scope, ground.who.site, "Late", ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    ground.minutes(24 * 60);
    let late = enroll(&ground.store, token.token.expose_secret(), "1.0.0").await;
    assert!(matches!(late, Err(CollectorError::ExpiredToken)));
}

#[tokio::test]
async fn of_many_at_once_one_uses_the_token() {
    let ground = Ground::new().await;
    let mut scope = ground.scope(ground.customer).await;
    let token = collectors::create_token(&mut scope, ground.who.site, "Race", ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    let token = token.token.expose_secret();
    let all = tokio::join!(
        enroll(&ground.store, token, "1"),
        enroll(&ground.store, token, "1"),
        enroll(&ground.store, token, "1"),
    );
    let made = [all.0.is_ok(), all.1.is_ok(), all.2.is_ok()].into_iter().filter(|ok| *ok).count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn the_assignment_holds_the_sites_secrets_and_what_was_granted() {
    let ground = Ground::new().await;
    let now = ground.store.now();
    let assignment = |account| {
        let ground = &ground;
        async move {
            let mut scope = ground.scope(account).await;
            let given = collectors::Secrets::Given;
            collectors::assignment(&mut scope, &ground.key, &ground.catalogue, &ground.who, &given, now).await.unwrap()
        }
    };
    let first = assignment(ground.customer).await;
    assert_eq!(first.communities, ["secret"]);
    assert_eq!(first.ranges.len(), 1);
    assert_eq!((first.drivers.len(), first.drivers[0].digest.clone()), (1, digest()));
    let mut scope = ground.scope(ground.dealer).await;
    collectors::request_scan(&mut scope, ground.who.collector).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(assignment(ground.customer).await.scan_requested, first.scan_requested + 1);
    let mut scope = ground.scope(ground.customer).await;
    bailiwick_devices::drivers::revoke_grant(&mut scope, "test-sensor").await.unwrap();
    scope.commit().await.unwrap();
    assert!(assignment(ground.customer).await.drivers.is_empty());
    // the community is nowhere readable
    let mut superuser = ground.database.superuser().await;
    let sealed: Vec<u8> = sqlx::query_scalar("select communities from sites").fetch_one(&mut superuser).await.unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"secret"));
}

#[tokio::test]
async fn status_tells_how_it_is() {
    let ground = Ground::new().await;
    let sweep = SweepFigures { addresses: 254, answered: 12, ..SweepFigures::default() };
    let status = Status {
        version: "1.2.3".into(),
        clock: ground.now_ms() - 1_500,
        pending: 3,
        dead_letters: 1,
        last_sweep: Some(sweep.clone()),
    };
    let mut scope = ground.scope(ground.customer).await;
    collectors::status(&mut scope, ground.who.collector, &status, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    let seen = collectors::get(&mut ground.scope(ground.dealer).await, ground.who.collector, ground.store.now())
        .await
        .unwrap();
    assert_eq!(
        (seen.version.as_str(), seen.pending, seen.dead_letters, seen.clock_offset_ms),
        ("1.2.3", 3, 1, Some(1_500))
    );
    assert_eq!((seen.state, seen.last_sweep), (CollectorState::Online, Some(sweep)));
    ground.minutes(60);
    let seen = collectors::get(&mut ground.scope(ground.dealer).await, ground.who.collector, ground.store.now())
        .await
        .unwrap();
    assert_eq!(seen.state, CollectorState::Offline);
    let bad = Status { version: "a\nb".into(), ..status };
    let bad =
        collectors::status(&mut ground.scope(ground.customer).await, ground.who.collector, &bad, ground.store.now())
            .await;
    assert!(matches!(bad, Err(CollectorError::Invalid { field: "version", .. })));
}

#[tokio::test]
async fn figures_of_a_collector_stay_within_bounds() {
    let ground = Ground::new().await;
    let most = u64::MAX;
    let sweep =
        SweepFigures { ended_at: most, took_ms: most, addresses: most, answered: most, polled: most, failed: most };
    let status =
        Status { version: "1.2.3".into(), clock: most, pending: most, dead_letters: most, last_sweep: Some(sweep) };
    let mut scope = ground.scope(ground.customer).await;
    collectors::status(&mut scope, ground.who.collector, &status, ground.store.now()).await.unwrap();
    scope.commit().await.unwrap();
    let seen = collectors::get(&mut ground.scope(ground.dealer).await, ground.who.collector, ground.store.now())
        .await
        .unwrap();
    assert_eq!((seen.pending, seen.dead_letters), (1_000_000_000, 1_000_000_000));
    let exact = 1_i64 << 53;
    assert!(seen.clock_offset_ms.is_some_and(|offset| (-exact..0).contains(&offset)), "{:?}", seen.clock_offset_ms);
    let sweep = seen.last_sweep.unwrap();
    assert!(sweep.ended_at < 1 << 53);
    let counts = [sweep.took_ms, sweep.addresses, sweep.answered, sweep.polled, sweep.failed];
    assert_eq!(counts, [1_000_000_000; 5]);
}
