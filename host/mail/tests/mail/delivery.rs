//! From the outbox to the relay.

use std::sync::Arc;

use async_trait::async_trait;
use bailiwick_devices::jobs::{JobFailure, Workers};
use bailiwick_egress::address::PrivateNetworks;
use bailiwick_egress::{Destination, Egress, Purpose, Settings};
use bailiwick_mail::outbox::{self, Kind, NewMail, State, Waiting};
use bailiwick_mail::{Brand, Content, Language, Letter, MailWorker, Sender, SmtpServer, Writer};
use bailiwick_store::testing::{self, TestDatabase};
use bailiwick_store::{AccountId, Actor, PageRequest};
use jiff::SignedDuration;
use prometheus::Registry;

use crate::relay::{Manner, Relay};

fn sender(database: &TestDatabase, relay: &Relay, url: &str, own: &[&str]) -> Sender {
    let server = SmtpServer::parse(&url.replace("PORT", &relay.address.port().to_string())).unwrap();
    let settings = Settings {
        platform: vec![Destination::new(Purpose::Smtp, &server.host, server.port).unwrap()],
        private_networks: PrivateNetworks::new(own.iter().map(|network| network.parse().unwrap()).collect()),
        authorities: vec![relay.authority.clone()],
        ..Settings::default()
    };
    let egress = Egress::new(settings, database.store.clone(), &Registry::new()).unwrap();
    Sender::new(egress, server, "Bailiwick <no-reply@example.com>", "Bailiwick".to_owned()).unwrap()
}

const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

fn letter(to: &str, name: &str, account: &str) -> Letter {
    let link = "https://x.example/invitation#token=bwi_1".into();
    let content = Content::Invitation { account: account.to_owned(), by: Some("Ann".to_owned()), link };
    Letter { to: to.to_owned(), name: Some(name.to_owned()), language: Language::De, content, brand: Brand::default() }
}

#[tokio::test]
async fn a_brand_s_logo_travels_with_the_letter() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::StartTls).await;
    let sender = sender(&database, &relay, "smtp://localhost:PORT", &LOOPBACK);
    let name = Some("Rhein IT\r\nBcc: all@x.example".to_owned());
    let brand = Brand { name, logo: Some(b"\x89PNG picture".to_vec()), ..Brand::default() };
    sender.send(&Letter { brand, ..letter("bo@example.org", "Bo", "Praxis") }).await.unwrap();
    let [mail] = relay.taken().try_into().expect("one mail");
    let from = mail.header("from").unwrap();
    assert!(from.ends_with("<no-reply@example.com>") && !from.contains('\n'), "{from}");
    assert!(!mail.header_names().contains(&"bcc".to_owned()) && mail.to == ["bo@example.org"]);
    let (text, rest) = mail.parts_with_logo();
    assert!(text.contains("Rhein IT") && !text.contains("Bailiwick"), "{text}");
    assert!(rest.contains("cid:logo") && rest.contains("Content-ID: <logo>"), "{rest}");
}

#[tokio::test]
async fn a_letter_arrives_whole_by_starttls_and_by_tls() {
    let database = testing::database().await;
    for (manner, url) in [
        (Manner::StartTls, "smtp://bail%40x:p%20w@localhost:PORT"),
        (Manner::Implicit, "smtps://bail%40x:p%20w@localhost:PORT"),
    ] {
        let relay = Relay::start(manner).await;
        let sender = sender(&database, &relay, url, &LOOPBACK);
        sender.send(&letter("bo@example.org", "Bö Müller", "Praxis Süd & Söhne")).await.unwrap();
        let [mail] = relay.taken().try_into().expect("one mail");
        assert!(mail.secure);
        assert_eq!(mail.credentials.as_deref(), Some("AGJhaWxAeABwIHc="), "\\0bail@x\\0p w");
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("no-reply@example.com", &["bo@example.org".to_owned()][..])
        );
        assert_eq!(mail.header("auto-submitted").as_deref(), Some("auto-generated"));
        assert!(mail.header("message-id").unwrap().ends_with("@example.com>") && mail.header("date").is_some());
        assert!(mail.header("content-type").unwrap().starts_with("multipart/alternative"));
        let parts = mail.parts();
        assert!(parts[0].contains("Guten Tag Bö Müller,") && parts[0].contains("Praxis Süd & Söhne"), "{}", parts[0]);
        assert!(parts[1].contains("Praxis Süd &amp; Söhne"), "{}", parts[1]);
        assert_eq!(mail.link(), "https://x.example/invitation#token=bwi_1");
        assert_eq!(mail.token(), "bwi_1");
        let clear = relay.clear.lock().unwrap().join(" ");
        assert!(!clear.contains("AUTH") && !clear.contains("MAIL"), "nothing but STARTTLS goes in clear: {clear}");
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::Stripped).await;
    let stripped = sender(&database, &relay, "smtp://a:b@localhost:PORT", &LOOPBACK);
    let refused = stripped.send(&letter("bo@example.org", "Bo", "A")).await.unwrap_err();
    assert_eq!((refused.code, refused.again), ("smtp_without_tls", true));
    let relay_with_more = Relay::start(Manner::Injecting).await;
    let injected = sender(&database, &relay_with_more, "smtp://a:b@localhost:PORT", &LOOPBACK);
    injected.send(&letter("bo@example.org", "Bo", "A")).await.unwrap_err();
    // a certificate of nobody known
    let mut other = Relay::start(Manner::StartTls).await;
    other.authority = relay.authority.clone();
    let distrusting = sender(&database, &other, "smtp://a:b@localhost:PORT", &LOOPBACK);
    distrusting.send(&letter("bo@example.org", "Bo", "A")).await.unwrap_err();
    assert!(!other.authority_pem.is_empty());
    for relay in [&relay, &relay_with_more, &other] {
        assert!(relay.taken().is_empty());
        let clear = relay.clear.lock().unwrap().join(" ");
        assert!(!clear.contains("AUTH") && !clear.contains("MAIL"), "{clear}");
    }
}

#[tokio::test]
async fn in_clear_only_to_an_own_network() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::Stripped).await;
    let own = sender(&database, &relay, "smtp://127.0.0.1:PORT?tls=off", &LOOPBACK);
    own.send(&letter("bo@example.org", "Bo", "A")).await.unwrap();
    assert!(!relay.taken()[0].secure);
    // without the network in the settings it is not even reached
    let closed = sender(&database, &relay, "smtp://127.0.0.1:PORT?tls=off", &[]);
    let refused = closed.send(&letter("bo@example.org", "Bo", "A")).await.unwrap_err();
    assert_eq!(refused.code, "egress_forbidden_address");
    assert_eq!(relay.taken().len(), 1);
}

#[tokio::test]
async fn a_line_break_in_a_name_or_address_makes_no_header() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::StartTls).await;
    let sender = sender(&database, &relay, "smtp://localhost:PORT", &LOOPBACK);
    let evil = "Bo\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>";
    sender.send(&letter("bo@example.org", evil, evil)).await.unwrap();
    let [mail] = relay.taken().try_into().expect("one mail");
    assert_eq!(mail.to, ["bo@example.org"]);
    let names = mail.header_names();
    assert!(!names.contains(&"bcc".to_owned()), "{names:?}");
    assert!(!mail.parts()[1].contains("<script>"));
    for address in ["bo@example.org\r\nRCPT TO:<all@evil.example>", "bo@example.org>\r\nDATA", "a b@x.example", "@", ""]
    {
        let refused = sender.send(&letter(address, "Bo", "A")).await.unwrap_err();
        assert_eq!((refused.code, refused.again), ("bad_address", false), "{address:?}");
    }
    assert_eq!(relay.taken().len(), 1);
}

/// Writes the same letter to whom the mail is for; nothing to `void@…`.
struct Fixed;

#[async_trait]
impl Writer for Fixed {
    async fn write(&self, mail: &Waiting) -> Result<Option<Letter>, JobFailure> {
        let void = mail.recipient.starts_with("void@");
        Ok((!void).then(|| letter(&mail.recipient, "Bo", "A")))
    }
}

async fn post(database: &TestDatabase, to: &str) {
    post_of(database, AccountId::ROOT, Kind::Invitation, to).await;
}

async fn post_of(database: &TestDatabase, account: AccountId, kind: Kind, to: &str) {
    let store = &database.store;
    let mut scope = store.scope(&Actor::system("test"), account).await.unwrap();
    let mail = NewMail { kind, recipient: to.to_owned(), language: Language::En, subject: None };
    outbox::post(&mut scope, &mail, store.now()).await.unwrap();
    scope.commit().await.unwrap();
}

async fn mails(database: &TestDatabase) -> Vec<(String, State, i32, Option<String>)> {
    let mut scope = database.store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap();
    let mails = outbox::list(&mut scope, &PageRequest::default()).await.unwrap().items;
    mails.into_iter().map(|mail| (mail.recipient, mail.state, mail.tries, mail.error)).collect()
}

#[tokio::test]
async fn what_cannot_be_sent_now_is_sent_later_and_what_is_refused_is_seen() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::Busy).await;
    let sender = sender(&database, &relay, "smtp://localhost:PORT", &LOOPBACK);
    let worker = MailWorker::new(sender, Arc::new(Fixed), &Registry::new()).unwrap();
    let workers = Workers::new(database.store.clone(), vec![Arc::new(worker)]);
    post(&database, "bo@example.org").await;
    assert!(workers.run_one().await.unwrap());
    let to = || "bo@example.org".to_owned();
    assert_eq!(mails(&database).await, [(to(), State::Waiting, 1, Some("smtp_deferred".to_owned()))]);
    assert!(!workers.run_one().await.unwrap(), "not before its time");
    relay.becomes(Manner::StartTls);
    database.clock.advance(SignedDuration::from_secs(6));
    assert!(workers.run_one().await.unwrap());
    assert_eq!(mails(&database).await, [(to(), State::Sent, 2, None)]);
    assert_eq!(relay.taken().len(), 1);

    relay.becomes(Manner::Refusing);
    post(&database, "gone@example.org").await;
    post(&database, "void@example.org").await;
    while workers.run_one().await.unwrap() {}
    let all = mails(&database).await;
    assert_eq!(all.len(), 2, "of what there was nothing to say about nothing is left: {all:?}");
    assert_eq!(all[0], ("gone@example.org".to_owned(), State::Failed, 1, Some("smtp_refused".to_owned())));
    database.clock.advance(SignedDuration::from_hours(24));
    assert!(!workers.run_one().await.unwrap(), "refused for good is not tried again");
}

#[tokio::test]
async fn a_relay_that_stays_away_is_given_up_and_seen() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::Busy).await;
    let sender = sender(&database, &relay, "smtp://localhost:PORT", &LOOPBACK);
    let worker = MailWorker::new(sender, Arc::new(Fixed), &Registry::new()).unwrap();
    let workers = Workers::new(database.store.clone(), vec![Arc::new(worker)]);
    post(&database, "bo@example.org").await;
    let mut tries = 0;
    while workers.run_one().await.unwrap() {
        tries += 1;
        database.clock.advance(SignedDuration::from_hours(1));
        assert!(tries < 50);
    }
    assert_eq!(tries, 18);
    let to = "bo@example.org".to_owned();
    assert_eq!(mails(&database).await, [(to, State::Failed, 18, Some("smtp_deferred".to_owned()))]);
}

async fn dealer(database: &TestDatabase, key: &str) -> AccountId {
    let (mut scope, id) =
        (database.store.scope(&Actor::system("test"), AccountId::ROOT).await.unwrap(), AccountId::new());
    sqlx::query(
        "insert into accounts (tenant_id, lineage, key, parent_id, kind, name) values ($1, $2, $3, $4, 'dealer', $3)",
    )
    .bind(id)
    .bind(format!("/{key}/"))
    .bind(key)
    .bind(AccountId::ROOT)
    .execute(scope.sql())
    .await
    .unwrap();
    scope.commit().await.unwrap();
    id
}

/// Attack: an account has 150 invitations sent at once, before which everybody else's mail would wait.
#[tokio::test]
async fn one_account_s_mails_do_not_go_before_everybody_else_s() {
    let database = testing::database().await;
    let relay = Relay::start(Manner::StartTls).await;
    let sender = sender(&database, &relay, "smtp://localhost:PORT", &LOOPBACK);
    let worker = MailWorker::new(sender, Arc::new(Fixed), &Registry::new()).unwrap();
    let workers = Workers::new(database.store.clone(), vec![Arc::new(worker)]);
    let (flooding, other) = (dealer(&database, "aaaa").await, dealer(&database, "bbbb").await);
    for number in 0..150 {
        post_of(&database, flooding, Kind::Invitation, &format!("flood{number}@example.org")).await;
    }
    database.clock.advance(SignedDuration::from_secs(5));
    post_of(&database, other, Kind::Invitation, "invited@example.org").await;
    post_of(&database, AccountId::ROOT, Kind::PasswordReset, "locked-out@example.org").await;
    // nothing waits for its turn while nothing else is due
    for _ in 0..152 {
        assert!(workers.run_one().await.unwrap());
    }
    let to: Vec<String> = relay.taken().into_iter().flat_map(|mail| mail.to).collect();
    let place = |address: &str| to.iter().position(|taken| taken == address).unwrap();
    assert_eq!(place("locked-out@example.org"), 0, "who waits in front of the portal goes first");
    assert!(place("invited@example.org") <= 7, "behind what the other account had in the five seconds before: {to:?}");
    let flood: Vec<&String> = to.iter().filter(|taken| taken.starts_with("flood")).collect();
    assert!(flood.iter().enumerate().all(|(n, taken)| **taken == format!("flood{n}@example.org")), "in its order");
    assert_eq!(flood.len(), 150);
}
