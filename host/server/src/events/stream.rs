//! `GET /events`: pokes that say what changed, never what it changed to.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use bailiwick_store::{AccountId, Sight};
use futures::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Kind;
use crate::{
    App,
    caller::Caller,
    edge::{Problem, Query},
    shared::Wake,
    work::{Work, permission::ViewDevices},
};

/// How long one stream lasts; browsers connect again by themselves, and prove who they are again.
const LIFETIME: Duration = Duration::from_secs(600);
/// Comments that keep proxies from closing a silent stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream looks whether the server is shutting down.
const LOOK: Duration = Duration::from_secs(1);
/// How often it proves again who listens and what that one sees, when nobody says that rights changed. With a proof
/// that was believed for three seconds when it ended, it ends within five.
const PROVE: Duration = Duration::from_millis(1_500);
/// The most that streams wait, so that not all of them ask at once when rights changed.
const SPREAD: Duration = Duration::from_millis(500);

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
    // before the look, so that what changes in between is heard
    let wakes = app.bus().listen();
    let sight = Work::check::<ViewDevices>(&app, &caller, subject.account).await?;
    let now = Instant::now();
    let listener = Listener {
        wakes,
        account: subject.account,
        sight,
        caller,
        ends: now + LIFETIME,
        prove_at: now + PROVE,
        repair_at: now + HEARTBEAT,
        backlog: Vec::new(),
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

struct Listener {
    app: App,
    wakes: Receiver<Wake>,
    account: AccountId,
    sight: Sight,
    caller: Caller,
    ends: Instant,
    prove_at: Instant,
    repair_at: Instant,
    backlog: Vec<Kind>,
}

impl Listener {
    /// The next poke of what the caller sees; none when the stream's time is over.
    async fn next(&mut self) -> Option<EventPoke> {
        loop {
            let now = Instant::now();
            if now >= self.ends || self.app.stopping() {
                return None;
            }
            if now >= self.prove_at {
                self.prove().await?;
            }
            if let Some(kind) = self.backlog.pop() {
                return Some(EventPoke { r#type: kind, account: self.account.get() });
            }
            if now >= self.repair_at {
                self.repair_at = now + HEARTBEAT;
                if !self.app.shared().hears_all() {
                    self.read_all_again();
                    continue;
                }
            }
            let until = self.prove_at.min(now + LOOK);
            match tokio::time::timeout_at(until, self.wakes.recv()).await {
                Ok(Ok(Wake::Changed(poke))) if self.sight.sees(&poke.lineage) => {
                    return Some(EventPoke { r#type: poke.kind, account: poke.account.get() });
                }
                Err(_) | Ok(Ok(Wake::Changed(_))) => {}
                Ok(Ok(Wake::Access)) => self.prove_soon(),
                Ok(Ok(Wake::Lost)) => {
                    self.prove_soon();
                    self.read_all_again();
                }
                Ok(Err(RecvError::Lagged(missed))) => {
                    self.app.metrics().events_lost.inc_by(missed);
                    self.prove_soon();
                    self.read_all_again();
                }
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    fn read_all_again(&mut self) {
        self.backlog = vec![Kind::Devices, Kind::Alerts, Kind::Collectors];
    }

    fn prove_soon(&mut self) {
        let part = u32::from(Uuid::new_v4().as_bytes()[0]);
        self.prove_at = self.prove_at.min(Instant::now() + SPREAD * part / 256);
    }

    /// None where the caller may not listen any more, or where that cannot be found out.
    async fn prove(&mut self) -> Option<()> {
        self.caller = self.caller.prove_again(&self.app).await.ok()?;
        self.sight = Work::check::<ViewDevices>(&self.app, &self.caller, self.account).await.ok()?;
        self.prove_at = Instant::now() + PROVE;
        Some(())
    }
}
