//! Second factors: what it takes to set one up, and every way in which one could be got round.

use bailiwick_access::factors::{
    CHALLENGE_ATTEMPTS, CHALLENGE_LIFETIME, FAILURE_WINDOW, MOST_FAILURES, RECOVERY_CODES,
};
use bailiwick_access::sessions::SignInOutcome;
use bailiwick_access::{AccessError, Credential, Password, PasswordError, Role};
use bailiwick_store::seal::SealingKey;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use crate::world::{PASSWORD, World, app};

#[tokio::test]
async fn a_sign_in_takes_both_steps_and_each_code_once() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let (app, _) = world.enrol(&ann).await;

    let challenge = world.challenge("ann@a").await;
    assert!(
        matches!(world.access.authenticate_session(&challenge).await, Err(AccessError::SessionUnknown)),
        "half a sign-in is none"
    );
    assert!(world.answer(&challenge, &"000000".into()).await.is_none());
    let code = world.code(&app);
    let first = world.answer(&challenge, &code).await.unwrap();
    assert!(world.access.authenticate_session(&first.secret).await.is_ok());
    assert_ne!(first.secret.expose_secret(), challenge.expose_secret());

    // neither the challenge nor the code is good again, alone or with a fresh other
    assert!(world.answer(&challenge, &world.code(&app)).await.is_none(), "a used challenge");
    let next = world.challenge("ann@a").await;
    assert!(world.answer(&next, &code).await.is_none(), "a used code, while its time is not over");
    let code = world.code(&app);
    world.clock.advance(-SignedDuration::from_secs(30));
    let earlier = world.code_again(&app);
    assert!(world.answer(&next, &code).await.is_some(), "a clock half a minute ahead");
    let next = world.challenge("ann@a").await;
    assert!(world.answer(&next, &earlier).await.is_none(), "an older code than one that was taken");

    let actions = world.audited(world.a).await;
    for action in ["operator.second_factor_set_up", "session.code_asked", "operator.code_refused", "session.started"] {
        assert!(actions.iter().any(|audited| audited == action), "{action} in {actions:?}");
    }
}

#[tokio::test]
async fn of_two_calls_at_once_with_one_code_one_gets_in() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let (app, _) = world.enrol(&ann).await;
    let (here, there) = (world.challenge("ann@a").await, world.challenge("ann@a").await);
    let code = world.code(&app);
    let (one, two) = tokio::join!(world.answer(&here, &code), world.answer(&there, &code));
    assert_eq!(usize::from(one.is_some()) + usize::from(two.is_some()), 1);
    for _ in 0..10 {
        let (again, other) = (world.challenge("ann@a").await, world.challenge("ann@a").await);
        let code = world.code(&app);
        let (one, two, three) =
            tokio::join!(world.answer(&again, &code), world.answer(&again, &code), world.answer(&other, &code));
        assert_eq!([one, two, three].iter().flatten().count(), 1);
    }
}

#[tokio::test]
async fn a_challenge_is_its_operators_own_and_ends() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let ben = world.someone(world.a, "ben@a", Role::Viewer).await;
    let (anns, _) = world.enrol(&ann).await;
    let (bens, _) = world.enrol(&ben).await;

    // somebody who has a password and a factor of his own does not get in with another's password
    let challenge = world.challenge("ann@a").await;
    assert!(world.answer(&challenge, &world.code(&bens)).await.is_none());
    assert!(world.answer(&challenge, &world.code(&anns)).await.is_some());

    let late = world.challenge("ann@a").await;
    world.clock.advance(CHALLENGE_LIFETIME);
    assert!(world.answer(&late, &world.code(&anns)).await.is_none(), "over");

    let tried = world.challenge("ann@a").await;
    for _ in 0..CHALLENGE_ATTEMPTS {
        assert!(world.answer(&tried, &"000000".into()).await.is_none());
    }
    assert!(world.answer(&tried, &world.code(&anns)).await.is_none(), "tried too often");

    let (forged, _) = Credential::CHALLENGE.generate().unwrap();
    let (session, _) = Credential::SESSION.generate().unwrap();
    for text in [forged, session, "".into(), "' or true --".into()] {
        assert!(world.answer(&text, &world.code(&anns)).await.is_none());
    }

    // a new password ends what began with the old one
    let begun = world.challenge("ann@a").await;
    let signed_in = world.answer(&world.challenge("ann@a").await, &world.code(&anns)).await.unwrap();
    let begun_later = world.challenge("ann@a").await;
    assert!(world.answer(&begun, &world.code(&anns)).await.is_none(), "as does a sign-in that went through");
    let new = Password::new("another horse battery".into()).unwrap();
    world.access.change_password(&signed_in.principal, &PASSWORD.into(), &new).await.unwrap();
    assert!(world.answer(&begun_later, &world.code(&anns)).await.is_none());
}

#[tokio::test]
async fn codes_cannot_be_guessed_and_nobody_is_locked_out_for_good() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let (app, codes) = world.enrol(&ann).await;
    let mut wrong = 0;
    while wrong < MOST_FAILURES {
        let challenge = world.challenge("ann@a").await;
        for _ in 0..CHALLENGE_ATTEMPTS.min(MOST_FAILURES - wrong) {
            assert!(world.answer(&challenge, &"000000".into()).await.is_none());
            wrong += 1;
        }
    }
    let challenge = world.challenge("ann@a").await;
    for code in [world.code(&app), codes[0].clone(), "000000".into()] {
        let refused = world.access.sign_in_with_code(&world.key, &challenge, &code, None, None).await;
        let Err(AccessError::TooManyCodes { retry_after }) = refused else { panic!("{refused:?}") };
        assert!((1..=3_600).contains(&retry_after), "{retry_after}");
    }
    // nor by another way in which a code is asked for
    let renewed = world.access.renew_recovery_codes(&ann, &world.key, &world.code(&app)).await;
    assert!(matches!(renewed, Err(AccessError::TooManyCodes { .. })));
    world.clock.advance(FAILURE_WINDOW);
    let challenge = world.challenge("ann@a").await;
    assert!(world.answer(&challenge, &world.code(&app)).await.is_some());
}

#[tokio::test]
async fn recovery_codes_are_good_once_each_and_kept_as_hashes() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let ben = world.someone(world.a, "ben@a", Role::Viewer).await;
    let (app, codes) = world.enrol(&ann).await;
    let (_, bens) = world.enrol(&ben).await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    let left = async || world.access.factors(&ann).await.unwrap().recovery_codes;

    let challenge = world.challenge("ann@a").await;
    assert!(world.answer(&challenge, &bens[0]).await.is_none(), "somebody else's");
    let typed: SecretString = codes[0].expose_secret().to_uppercase().replace('-', " ").into();
    assert!(world.answer(&challenge, &typed).await.is_some());
    assert_eq!(left().await, RECOVERY_CODES - 1);
    let challenge = world.challenge("ann@a").await;
    assert!(world.answer(&challenge, &codes[0]).await.is_none(), "used");
    assert!(world.answer(&challenge, &codes[1]).await.is_some());

    let renewed = world.access.renew_recovery_codes(&ann, &world.key, &world.code(&app)).await.unwrap();
    assert_eq!(left().await, RECOVERY_CODES);
    let challenge = world.challenge("ann@a").await;
    assert!(world.answer(&challenge, &codes[2]).await.is_none(), "of before");
    assert!(world.answer(&challenge, &renewed[0]).await.is_some());

    let mut superuser = world.database.superuser().await;
    for code in codes.iter().chain(&renewed) {
        let plain = code.expose_secret().replace('-', "");
        let found: i64 =
            sqlx::query_scalar("select count(*) from recovery_codes c where position($1::bytea in c.code_hash) > 0")
                .bind(plain.as_bytes())
                .fetch_one(&mut superuser)
                .await
                .unwrap();
        assert_eq!(found, 0);
    }
}

#[tokio::test]
async fn the_secret_is_sealed_for_its_operator() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let begun = world.access.begin_totp(&ann, &world.key, &PASSWORD.into()).await.unwrap();
    let uri = begun.uri.expose_secret();
    assert!(uri.starts_with("otpauth://totp/Bailiwick:ann%40a?secret="), "{uri}");
    let anns = app(&begun.secret);
    world.access.confirm_totp(&ann, &world.key, &world.code(&anns)).await.unwrap();
    let ben = world.someone(world.a, "ben@a", Role::Viewer).await;
    world.enrol(&ben).await;

    let mut superuser = world.database.superuser().await;
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("select secret from second_factors").fetch_all(&mut superuser).await.unwrap();
    let secret = anns.secret().as_bytes().to_vec();
    assert!(stored.iter().all(|sealed| !sealed.windows(secret.len()).any(|part| part == secret)));
    // who can write into the database still cannot give Ann's operator a secret that he knows
    sqlx::query("update second_factors set secret = (select secret from second_factors where operator_id = $2) where operator_id = $1")
        .bind(ben.operator())
        .bind(ann.operator())
        .execute(&mut superuser)
        .await
        .unwrap();
    let challenge = world.challenge("ben@a").await;
    let moved = world.access.sign_in_with_code(&world.key, &challenge, &world.code(&anns), None, None).await;
    assert!(matches!(moved, Err(AccessError::Seal(_))), "{moved:?}");
    let elsewhere = SealingKey::random().unwrap();
    let challenge = world.challenge("ann@a").await;
    let other_key = world.access.sign_in_with_code(&elsewhere, &challenge, &world.code(&anns), None, None).await;
    assert!(matches!(other_key, Err(AccessError::Seal(_))));
}

#[tokio::test]
async fn a_found_browser_neither_sets_up_nor_removes_a_factor() {
    let world = World::new().await;
    world.add(world.a, "ann@a", Role::Owner).await;
    let (here, there) = (world.sign_in("ann@a").await, world.sign_in("ann@a").await);
    let ann = here.principal;
    let wrong = world.access.begin_totp(&ann, &world.key, &"not the password".into()).await;
    assert!(matches!(wrong, Err(AccessError::WrongPassword)));
    let none = world.access.confirm_totp(&ann, &world.key, &"000000".into()).await;
    assert!(matches!(none, Err(AccessError::Conflict(_))));

    // begun and not confirmed, it changes nothing
    let begun = world.access.begin_totp(&ann, &world.key, &PASSWORD.into()).await.unwrap();
    assert_eq!(world.access.factors(&ann).await.unwrap().totp_since, None);
    world.sign_in("ann@a").await;
    let removed = world.access.remove_totp(&ann, &world.key, &PASSWORD.into(), &"000000".into()).await;
    assert!(matches!(removed, Err(AccessError::SecondFactorMissing)));
    let wrong = world.access.confirm_totp(&ann, &world.key, &"000000".into()).await;
    assert!(matches!(wrong, Err(AccessError::WrongCode)));
    let code = world.code(&app(&begun.secret));
    world.access.confirm_totp(&ann, &world.key, &code).await.unwrap();
    assert!(world.access.authenticate_session(&here.secret).await.is_ok());
    let ended = world.access.authenticate_session(&there.secret).await;
    assert!(matches!(ended, Err(AccessError::SessionUnknown)), "sessions that did without end");

    let again = world.access.begin_totp(&ann, &world.key, &PASSWORD.into()).await;
    assert!(matches!(again, Err(AccessError::Conflict(_))), "none is put in its place");
    let next = world.code(&app(&begun.secret));
    for (password, code) in [("not the password", next.clone()), (PASSWORD, "000000".into()), (PASSWORD, code)] {
        assert!(world.access.remove_totp(&ann, &world.key, &password.into(), &code).await.is_err());
    }
    world.access.remove_totp(&ann, &world.key, &PASSWORD.into(), &next).await.unwrap();
    let outcome = world.access.sign_in("ann@a", &PASSWORD.into(), None, None).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::SignedIn(_)));
}

/// Whether a factor is set up is told by the right password only.
#[tokio::test]
async fn a_factor_does_not_show_without_the_password() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    world.add(world.a, "ben@a", Role::Owner).await;
    world.enrol(&ann).await;
    let (with, without) = world.times_to_refuse("ann@a", "ben@a").await;
    println!("wrong password with a factor {with:?}, without {without:?}");
    assert!(with < without * 4 && without < with * 4);
}

#[tokio::test]
async fn a_password_made_of_known_names_is_refused() {
    let world = World::new().await;
    let guessed = Password::new("Password123456".into());
    assert!(matches!(guessed, Err(PasswordError::Breached)));
    let mut new = bailiwick_access::operators::NewOperator {
        email: "hollis.quayle@orchard.example".parse().unwrap(),
        name: "Hollis Quayle".into(),
        given: Role::Viewer.into(),
        password: None,
    };
    for text in ["quayle-2026-07", "HollisQuayle1", "Orchard2026!!"] {
        new.password = Some(Password::new(text.into()).unwrap());
        let refused = world.access.add_operator(&world.platform, world.a, new.clone()).await;
        assert!(matches!(refused, Err(AccessError::Password(PasswordError::Breached))), "{text}: {refused:?}");
    }
    new.password = Some(Password::new("eleven quiet lanterns".into()).unwrap());
    world.access.add_operator(&world.platform, world.a, new).await.unwrap();
    // the account's own name as well
    world.access.rename_account(&world.platform, world.b, "Wolkenstein GmbH").await.unwrap();
    let named = bailiwick_access::operators::NewOperator {
        email: "x@b".parse().unwrap(),
        name: "X".into(),
        given: Role::Viewer.into(),
        password: Some(Password::new("Wolkenstein2026".into()).unwrap()),
    };
    let refused = world.access.add_operator(&world.platform, world.b, named).await;
    assert!(matches!(refused, Err(AccessError::Password(PasswordError::Breached))));
}

#[tokio::test]
async fn a_password_reset_ends_a_sign_in_that_waits_for_its_code() {
    let world = World::new().await;
    let ann = world.someone(world.a, "ann@a", Role::Owner).await;
    let (app, _) = world.enrol(&ann).await;
    // who knows the password before, and comes by a code after all
    let waiting = world.challenge("ann@a").await;
    let link = world.access.link_password_reset(&"ann@a".parse().unwrap()).await.unwrap().unwrap();
    let new = Password::new("another long enough one".into()).unwrap();
    let (scope, _) = world.access.reset_password(&link.secret, &new, None).await.unwrap();
    scope.commit().await.unwrap();
    assert!(world.answer(&waiting, &world.code(&app)).await.is_none());
    // the second factor itself stays
    let outcome = world.access.sign_in("ann@a", &"another long enough one".into(), None, None).await.unwrap();
    let SignInOutcome::SecondFactor(challenge) = outcome else { panic!("{outcome:?}") };
    assert!(world.answer(&challenge.secret, &world.code(&app)).await.is_some());
}
