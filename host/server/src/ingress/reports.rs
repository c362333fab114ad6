//! `POST /collector/v1/reports`: what a collector hands in; every report is judged again here.

use axum::{Json as Reply, extract::State};
use bailiwick_contract::report::{Acknowledgement, Batch, Report};
use bailiwick_devices::ingest::{self, Applied, Incoming, IngestError};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::peer::Peer;
use crate::{
    App,
    edge::{
        Problem,
        input::{self, JsonText},
    },
    events::Kind,
};

/// Applies a batch of reports once; one that cannot be applied or read is acknowledged with its reason.
pub(super) async fn reports(
    State(app): State<App>,
    peer: Peer,
    JsonText(body): JsonText,
) -> Result<Reply<Acknowledgement>, Problem> {
    let incoming = match input::parse::<Batch>(&body) {
        Ok(batch) => batch.into(),
        Err(problem) => {
            // one report of a shape that this server does not know must not hold back the others
            let loose: LooseBatch = input::parse(&body).map_err(|_| problem.clone())?;
            if loose.reports.len() > Batch::MAX {
                return Err(IngestError::TooLarge.into());
            }
            let reports = loose.reports.into_iter().map(read).collect::<Option<Vec<_>>>().ok_or(problem)?;
            Incoming { spool: loose.spool, clock: loose.clock, reports }
        }
    };
    let applied = ingest::apply(app.store(), app.drivers(), &peer.0, incoming).await?;
    count(&app, &applied);
    poke(&app, &peer, &applied).await?;
    Ok(Reply(applied.acknowledgement))
}

/// A batch whose reports are looked at one by one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LooseBatch {
    spool: Uuid,
    clock: u64,
    reports: Vec<Value>,
}

/// A report, or the sequence of one that cannot be read; nothing where it has none.
fn read(report: Value) -> Option<Result<Report, u64>> {
    let sequence = report.get("sequence").and_then(Value::as_u64)?;
    Some(serde_json::from_value(report).map_err(|_| sequence))
}

fn count(app: &App, applied: &Applied) {
    let reports = &app.metrics().reports;
    reports.with_label_values(&["applied"]).inc_by(u64::from(applied.applied));
    reports.with_label_values(&["repeated"]).inc_by(u64::from(applied.repeated));
    reports.with_label_values(&["ignored"]).inc_by(u64::from(applied.ignored));
    app.metrics().batches_redone.inc_by(u64::from(applied.redone));
    for (what, how_many) in &applied.cut {
        let how_many = u64::try_from(*how_many).unwrap_or_default();
        app.metrics().reports_cut.with_label_values(&[what.name()]).inc_by(how_many);
    }
    for rejected in &applied.acknowledgement.rejected {
        reports.with_label_values(&[rejected.code.as_str()]).inc();
    }
}

async fn poke(app: &App, peer: &Peer, applied: &Applied) -> Result<(), Problem> {
    if applied.devices == 0 && applied.alerts == 0 {
        return Ok(());
    }
    let scope = peer.scope(app).await?;
    let (account, lineage) = (scope.account(), scope.lineage().clone());
    drop(scope);
    if applied.devices > 0 {
        app.bus().poke(Kind::Devices, account, &lineage);
    }
    if applied.alerts > 0 {
        app.bus().poke(Kind::Alerts, account, &lineage);
    }
    Ok(())
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::TooLarge => Self::field("reports", "too_many", "a batch has at most 500 reports"),
            IngestError::Sequence => Self::field("reports", "sequence", "sequences start at 1 and rise within a batch"),
            IngestError::TooManySpools => Self::conflict("too_many_spools", "This collector made too many spools."),
            IngestError::Busy | IngestError::OneAtATime => Self::unavailable(2),
            IngestError::Site(error) => error.into(),
            IngestError::Driver(error) => error.into(),
            IngestError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
