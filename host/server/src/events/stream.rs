//! `GET /events`: pokes that say what changed, never what it changed to.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use bailiwick_store::{AccountId, Lineage};
use futures::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Kind, Poke};
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
    let lineage = Work::check::<ViewDevices>(&app, &caller, subject.account).await?;
    let listener = Listener {
        pokes: app.bus().listen(),
        account: subject.account,
        lineage,
        ends: Instant::now() + LIFETIME,
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
    pokes: Receiver<Poke>,
    account: AccountId,
    lineage: Lineage,
    ends: Instant,
    backlog: Vec<Kind>,
}

impl Listener {
    /// The next poke of the subtree; none when the stream's time is over.
    async fn next(&mut self) -> Option<EventPoke> {
        loop {
            if let Some(kind) = self.backlog.pop() {
                return Some(EventPoke { r#type: kind, account: self.account.get() });
            }
            if Instant::now() >= self.ends || self.app.stopping() {
                return None;
            }
            match tokio::time::timeout(LOOK, self.pokes.recv()).await {
                Err(_) => {}
                Ok(Ok(poke)) if self.lineage.contains(&poke.lineage) => {
                    return Some(EventPoke { r#type: poke.kind, account: poke.account.get() });
                }
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Lagged(missed))) => {
                    self.app.metrics().events_lost.inc_by(missed);
                    self.backlog = vec![Kind::Devices, Kind::Alerts, Kind::Collectors];
                }
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }
}
