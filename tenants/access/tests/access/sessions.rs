//! Sessions: how they begin and every way in which they end.

use bailiwick_access::sessions::{ABSOLUTE, IDLE, SignInOutcome, csrf_token};
use bailiwick_access::{AccessError, Credential, Role};
use bailiwick_store::PageRequest;
use jiff::SignedDuration;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    for (email, password) in
        [("ann@a", "wrong password!"), ("nobody@a", PASSWORD), ("not an address", PASSWORD), ("ann@a", ""), ("", "")]
    {
        let outcome = world.access.sign_in(email, &password.into(), None, None).await.unwrap();
        assert!(matches!(outcome, SignInOutcome::Refused), "{email}");
    }
}

/// An unknown address takes the time of a hash, as a known one does.
#[tokio::test]
async fn an_unknown_address_costs_as_much_as_a_wrong_password() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    let (known, unknown) = world.times_to_refuse("ann@a", "nobody@a").await;
    println!("wrong password {known:?}, unknown address {unknown:?}");
    // without the decoy it is a hundredth
    assert!(unknown > known / 4 && known > unknown / 4);
}

#[tokio::test]
async fn sessions_end_idle_at_last_and_when_told() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    let minute = SignedDuration::from_mins(1);

    let idle = world.sign_in("ann@a").await;
    world.clock.advance(IDLE - minute);
    let principal = world.access.authenticate_session(&idle.secret).await.unwrap();
    assert_eq!(principal.operator(), idle.principal.operator());
    world.clock.advance(IDLE - minute);
    assert!(world.access.authenticate_session(&idle.secret).await.is_ok(), "use was noted");
    world.clock.advance(IDLE);
    let expired = world.access.authenticate_session(&idle.secret).await;
    assert!(matches!(expired, Err(AccessError::SessionExpired)));

    let busy = world.sign_in("ann@a").await;
    let mut lasted = SignedDuration::ZERO;
    while world.access.authenticate_session(&busy.secret).await.is_ok() {
        world.clock.advance(SignedDuration::from_hours(6));
        lasted += SignedDuration::from_hours(6);
        assert!(lasted <= ABSOLUTE, "however busy, it ends");
    }
    assert_eq!(lasted, ABSOLUTE);

    let told = world.sign_in("ann@a").await;
    world.access.sign_out(&told.principal).await.unwrap();
    let ended = world.access.authenticate_session(&told.secret).await;
    assert!(matches!(ended, Err(AccessError::SessionUnknown)));
    assert!(world.audited(world.a).await.ends_with(&["session.started".into(), "session.ended".into()]));

    assert_eq!(world.access.purge_sessions().await.unwrap(), 0);
    world.clock.advance(SignedDuration::from_hours(24 * 40));
    assert_eq!(world.access.purge_sessions().await.unwrap(), 3);
}

#[tokio::test]
async fn a_sign_in_replaces_the_session_the_browser_had() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    world.add(world.a, "ben@a", Role::Viewer).await;
    let first = world.sign_in("ann@a").await;
    let second = world.access.sign_in("ann@a", &PASSWORD.into(), None, Some(&first.secret)).await.unwrap();
    assert!(matches!(second, SignInOutcome::SignedIn(_)));
    assert!(world.access.authenticate_session(&first.secret).await.is_err());
    // somebody else's is left alone
    let anns = world.sign_in("ann@a").await;
    world.access.sign_in("ben@a", &PASSWORD.into(), None, Some(&anns.secret)).await.unwrap();
    assert!(world.access.authenticate_session(&anns.secret).await.is_ok());
}

#[tokio::test]
async fn an_operator_sees_and_ends_its_own_sessions_only() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Owner).await;
    world.add(world.a, "ben@a", Role::Owner).await;
    let (here, there) = (world.sign_in("ann@a").await, world.sign_in("ann@a").await);
    let ben = world.sign_in("ben@a").await;
    let sessions = world.access.sessions(&here.principal, &PageRequest::default()).await.unwrap().items;
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| session.source.as_deref() == Some("192.0.2.1")));
    let bens = world.access.sessions(&ben.principal, &PageRequest::default()).await.unwrap().items[0].id;
    let refused = world.access.end_session(&here.principal, bens).await;
    assert!(matches!(refused, Err(AccessError::NotFound)));
    let bailiwick_access::Via::Session { id, .. } = there.principal.via() else { panic!() };
    world.access.end_session(&here.principal, id).await.unwrap();
    assert!(world.access.authenticate_session(&there.secret).await.is_err());
    assert_eq!(world.access.sessions(&here.principal, &PageRequest::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn beyond_the_most_the_session_used_the_longest_ago_ends() {
    let world = World::new().await;
    let ann = world.add(world.a, "ann@a", Role::Viewer).await;
    let oldest = world.sign_in("ann@a").await;
    world.clock.advance(SignedDuration::from_mins(2));
    sqlx::query(
        "insert into sessions (id, operator_id, token_hash, created_at, last_seen_at, expires_at)
         select gen_random_uuid(), s.operator_id, sha256(n::text::bytea), s.created_at, s.last_seen_at + interval '1 minute',
                s.expires_at
         from sessions s, generate_series(1, 99) n where s.operator_id = $1",
    )
    .bind(ann)
    .execute(&mut world.database.superuser().await)
    .await
    .unwrap();
    assert!(world.access.authenticate_session(&oldest.secret).await.is_ok());
    let page = PageRequest::new(500, None);
    let newest = world.sign_in("ann@a").await;
    assert_eq!(world.access.sessions(&newest.principal, &page).await.unwrap().items.len(), 100);
    assert!(world.access.authenticate_session(&newest.secret).await.is_ok());
    // the call before has used it, so it is another one that has ended: of those that nobody used since
    assert!(world.access.authenticate_session(&oldest.secret).await.is_ok());
}

#[tokio::test]
async fn only_a_session_that_was_given_out_is_one() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Viewer).await;
    let real = world.sign_in("ann@a").await;
    let (forged, _) = Credential::SESSION.generate().unwrap();
    for text in [forged, "".into(), "bws_".into(), "' or true --".into()] {
        let refused = world.access.authenticate_session(&text).await;
        assert!(matches!(refused, Err(AccessError::SessionUnknown)));
    }
    // the CSRF token is of this session and of no other
    let other = world.sign_in("ann@a").await;
    assert_eq!(csrf_token(&real.secret), csrf_token(&real.secret));
    assert_ne!(csrf_token(&real.secret), csrf_token(&other.secret));
    // the secret is nowhere in the database
    let stored: i64 = sqlx::query_scalar("select count(*) from sessions s where s::text like '%bws_%'")
        .fetch_one(&mut world.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(stored, 0);
}
