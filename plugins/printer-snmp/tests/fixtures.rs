//! The project's own fixtures: every value that comes out is in a snapshot.

use bailiwick_contract::{
    exchange::{Answer, Ask, Effect, End, Failure, Ownership},
    policy::{Category, Grant, Permitted, Policy},
};
use bailiwick_runtime::Answers;
use bailiwick_testkit::{KitError, SnmprecTarget, agree, from_json, poll, replay, to_json};
use printer_snmp::PrinterSnmp;

use crate::{effects, fact, sandbox};

const COLOR_LASER: &str = include_str!("../fixtures/color-laser.snmprec");
const ABSURD: &str = include_str!("../fixtures/absurd.snmprec");
const SWITCH: &str = include_str!("../fixtures/switch.snmprec");

#[tokio::test]
async fn a_color_laser_gives_all_it_has() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(COLOR_LASER).unwrap());
    let (context, input) = poll("192.0.2.7", &walk);
    let transcript = agree::<PrinterSnmp>(&sandbox, &context, &input, &walk).await.unwrap();
    assert_eq!(transcript.rounds.len(), 2, "a poll takes two round trips");
    insta::assert_json_snapshot!("color_laser", transcript.end);
}

#[tokio::test]
async fn absurd_answers_leave_only_what_is_plausible() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(ABSURD).unwrap());
    let (context, input) = poll("192.0.2.8", &walk);
    let transcript = agree::<PrinterSnmp>(&sandbox, &context, &input, &walk).await.unwrap();
    insta::assert_json_snapshot!("absurd", transcript.end);
}

#[tokio::test]
async fn what_is_no_printer_is_refused_after_one_round() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(SWITCH).unwrap());
    let (context, input) = poll("192.0.2.9", &walk);
    let transcript = agree::<PrinterSnmp>(&sandbox, &context, &input, &walk).await.unwrap();
    assert_eq!(transcript.rounds.len(), 1);
    assert!(matches!(&transcript.end, End::Refused(refusal) if refusal.code == "not_a_printer"));
}

#[tokio::test]
async fn every_capability_can_be_denied() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(COLOR_LASER).unwrap());
    let (context, input) = poll("192.0.2.7", &walk);
    sandbox.survives_denial(&context, &input, &walk).await.unwrap();
}

/// A walk whose answers under one prefix time out.
struct Silent<'a>(&'a SnmprecTarget, &'static str);

#[async_trait::async_trait]
impl Answers for Silent<'_> {
    async fn answer(&self, ask: Ask) -> Answer {
        match &ask {
            Ask::SnmpWalk(prefix) if prefix.to_string().starts_with(self.1) => Answer::Failed(Failure::Timeout),
            _ => self.0.answer(ask).await,
        }
    }
}

#[tokio::test]
async fn a_lost_answer_neither_empties_a_table_nor_clears_a_condition() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(COLOR_LASER).unwrap());
    let (context, input) = poll("192.0.2.7", &walk);
    let has = |prefix| {
        let (sandbox, walk, context, input) = (&sandbox, &walk, &context, &input);
        async move {
            let transcript = agree::<PrinterSnmp>(sandbox, context, input, &Silent(walk, prefix)).await.unwrap();
            assert_eq!(fact(&transcript, "serial").as_deref(), Some("CP4-0012345"));
            let found = effects(&transcript);
            let table = |key: &str| found.iter().any(|e| matches!(e, Effect::Table(t) if t.attribute == key));
            (table("supplies"), table("trays"), found.iter().any(|e| matches!(e, Effect::Conditions(_))))
        }
    };
    assert_eq!(has("1.3.6.1.2.1.99").await, (true, true, true));
    assert_eq!(has("1.3.6.1.2.1.43.18").await, (true, true, false));
    assert_eq!(has("1.3.6.1.2.1.43.11").await, (false, true, false));
    assert_eq!(has("1.3.6.1.2.1.43.8").await, (true, false, true));
}

#[tokio::test]
async fn a_recording_is_replayed_from_json_and_a_stray_is_noticed() {
    let (sandbox, walk) = (sandbox().await, SnmprecTarget::parse(COLOR_LASER).unwrap());
    let (context, input) = poll("192.0.2.7", &walk);
    let transcript = agree::<PrinterSnmp>(&sandbox, &context, &input, &walk).await.unwrap();
    let mut recording = from_json(&to_json(&transcript).unwrap()).unwrap();
    let everything = Policy { company: Category::ALL.into(), personal: Category::ALL.into() };
    let manifest = sandbox.manifest();
    let permitted = Permitted::new(manifest, &Grant::all_of(manifest), &everything, Ownership::Company);
    replay::<PrinterSnmp>(manifest, &permitted, &recording).await.unwrap();
    recording.rounds[1].asks.swap(0, 1);
    recording.rounds[1].answers.swap(0, 1);
    let stray = replay::<PrinterSnmp>(manifest, &permitted, &recording).await.unwrap_err();
    assert!(matches!(&stray, KitError::Differ { what, .. } if what.starts_with("the asks of round 2")), "{stray}");
}

#[test]
fn a_module_packaged_twice_gives_the_same_bytes() {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::folder().join("../../target"), Into::into);
    assert!(bailiwick_package::build(&crate::folder(), &target).unwrap() == *crate::COMPONENT);
}
