//! `GET /events`: pokes that say what changed, never what it changed to.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::StatusCode,
    response::sse::{Event, KeepAlive, Sse},
};
use bailiwick_store::{AccountId, Sight};
use futures::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Ear, Kind};
use crate::{
    App,
    caller::Caller,
    edge::{Problem, Query},
    work::{Work, permission::ViewDevices},
};

/// How long one stream lasts; browsers connect again by themselves, and prove who they are again.
const LIFETIME: Duration = Duration::from_secs(600);
/// Comments that keep proxies from closing a silent stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream looks whether the server is shutting down.
const LOOK: Duration = Duration::from_secs(1);
/// How often it proves again who listens and what that one sees, when nobody says that rights changed. The proof is made
/// anew and not believed from before, so that a stream ends within five seconds.
const PROVE: Duration = Duration::from_secs(4);
/// The most that streams wait, so that not all of them ask at once when rights changed.
const SPREAD: Duration = Duration::from_millis(500);
/// The least time between two tellings of one stream; what happens meanwhile is gathered.
const TELL: Duration = Duration::from_millis(500);
/// Seconds after which a stream that found no place is worth another try.
const RETRY_AFTER: u64 = 30;

/// Whose changes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Subject {
    /// The account; its subtree is included.
    #[param(value_type = Uuid)]
    account: AccountId,
}

/// Something changed; read it again.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPoke {
    /// What.
    r#type: Kind,
    /// Whose.
    account: Uuid,
}

/// Tells of changes in an account and its subtree as they happen (`text/event-stream`).
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Subject),
    responses((status = 200, content_type = "text/event-stream", body = EventPoke)))]
pub(super) async fn stream(
    State(app): State<App>,
    caller: Caller,
    Query(subject): Query<Subject>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let sight = Work::check::<ViewDevices>(&app, &caller, subject.account).await?;
    // what changes before this is read by who calls: the first event says that the stream stands
    let ear = app.bus().ears().listen(caller.listening(), sight.lineage().clone()).map_err(|_| too_many())?;
    let now = Instant::now();
    let listener = Listener {
        ear,
        account: subject.account,
        sight,
        caller,
        ends: now + LIFETIME,
        prove_at: now + PROVE,
        repair_at: now + HEARTBEAT,
        tell_at: now,
        telling: Vec::new(),
        app,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let poke = listener.next().await?;
        Some((poke, listener))
    });
    // The first event tells a client at once that the stream stands.
    let hello = stream::once(async { Ok(Event::default().comment("listening")) });
    let events = events.map(|poke| Ok(Event::default().json_data(poke).unwrap_or_default()));
    Ok(Sse::new(hello.chain(events)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

fn too_many() -> Problem {
    let detail = "Too many streams of this session or account are open: read again from time to time instead.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", detail).retry_after(RETRY_AFTER)
}

struct Listener {
    app: App,
    ear: Ear,
    account: AccountId,
    sight: Sight,
    caller: Caller,
    ends: Instant,
    prove_at: Instant,
    repair_at: Instant,
    tell_at: Instant,
    telling: Vec<EventPoke>,
}

impl Listener {
    /// The next poke of what the caller sees; none when the stream's time is over.
    async fn next(&mut self) -> Option<EventPoke> {
        loop {
            let now = Instant::now();
            if now >= self.ends || self.app.stopping() {
                return None;
            }
            if self.ear.take_rights() {
                self.prove_soon("rights_changed");
            }
            if now >= self.prove_at {
                self.prove().await?;
            }
            if let Some(poke) = self.telling.pop() {
                return Some(poke);
            }
            if now >= self.repair_at {
                self.repair_at = now + HEARTBEAT;
                if !self.app.shared().hears_all() {
                    self.ear.read_everything();
                }
            }
            let mut until = self.prove_at.min(now + LOOK);
            if self.ear.has_heard() {
                if now >= self.tell_at {
                    self.gather();
                    self.tell_at = now + TELL;
                    continue;
                }
                until = until.min(self.tell_at);
                tokio::time::sleep_until(until).await;
            } else {
                // ended by time or by waking: the loop looks at both
                let _ = tokio::time::timeout_at(until, self.ear.woken()).await;
            }
        }
    }

    /// What was heard and the caller sees, to be told.
    fn gather(&mut self) {
        let heard = self.ear.take();
        if heard.rights {
            self.prove_soon("rights_changed");
        }
        self.telling = if heard.everything {
            let all = [Kind::Devices, Kind::Alerts, Kind::Collectors];
            all.map(|kind| EventPoke { r#type: kind, account: self.account.get() }).into()
        } else {
            let seen = heard.changes.iter().rev().filter(|poke| self.sight.sees(&poke.lineage));
            seen.map(|poke| EventPoke { r#type: poke.kind, account: poke.account.get() }).collect()
        };
    }

    fn prove_soon(&mut self, why: &str) {
        self.app.metrics().stream_proofs.with_label_values(&[why]).inc();
        let part = u32::from(Uuid::new_v4().as_bytes()[0]);
        self.prove_at = self.prove_at.min(Instant::now() + SPREAD * part / 256);
    }

    /// None where the caller may not listen any more, or where that cannot be found out.
    async fn prove(&mut self) -> Option<()> {
        self.app.metrics().stream_proofs.with_label_values(&["made"]).inc();
        self.caller = self.caller.prove_again(&self.app).await.ok()?;
        self.sight = Work::check::<ViewDevices>(&self.app, &self.caller, self.account).await.ok()?;
        self.ear.move_to(self.sight.lineage());
        self.prove_at = Instant::now() + PROVE;
        Some(())
    }
}
