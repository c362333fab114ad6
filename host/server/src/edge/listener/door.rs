//! How many connections there may be, who makes room for a newcomer, and what is told of it.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use prometheus::{IntCounterVec, IntGauge, Opts, Registry};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;

/// The log has at most one line of a kind in this time.
const LOG_EVERY: Duration = Duration::from_secs(10);
/// Of the connections that wait for their caller, one in so many makes room: looking for them costs a walk over all, which
/// a flood of newcomers must not cause each time.
const ROOM: usize = 64;
/// The same where the system gives no more, and every other part of the server needs descriptors too.
const ROOM_IN_NEED: usize = 4;

/// How many connections there may be at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// In all.
    pub all: usize,
    /// Of one source: an address, or for IPv6 a /64.
    pub source: usize,
}

/// Why the server ended a connection, or let none in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It made room for a newcomer.
    Displaced,
    /// Its source had all that it may have, with calls under way on each.
    SourceFull,
    /// There were as many as there may be, with calls under way on each.
    Full,
    /// The system had no descriptor or memory for it.
    NotAccepted,
    /// The TLS handshake failed.
    Handshake,
    /// No call came in time.
    Late,
    /// Nothing more came, or what was sent was not taken.
    Idle,
    /// The caller took too many calls back.
    TakenBack,
}

impl End {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Displaced,
        Self::SourceFull,
        Self::Full,
        Self::NotAccepted,
        Self::Handshake,
        Self::Late,
        Self::Idle,
        Self::TakenBack,
    ];

    /// What figures call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Displaced => "displaced",
            Self::SourceFull => "source_full",
            Self::Full => "full",
            Self::NotAccepted => "not_accepted",
            Self::Handshake => "handshake",
            Self::Late => "late",
            Self::Idle => "idle",
            Self::TakenBack => "taken_back",
        }
    }

    /// What the log says where it is something that an operator should know of.
    const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Displaced => Some("connections that waited for their caller made room for others"),
            Self::SourceFull => Some("connections were refused: one source has as many as connections_per_source"),
            Self::Full => Some("connections were refused: there are as many as connections allows"),
            Self::NotAccepted => Some("connections were not accepted: the system has no descriptor or memory left"),
            Self::TakenBack => Some("connections were ended: their callers took call after call back"),
            Self::Handshake | Self::Late | Self::Idle => None,
        }
    }
}

/// What is counted of connections.
#[derive(Debug, Clone)]
pub struct Figures {
    open: IntGauge,
    ended: IntCounterVec,
}

impl Figures {
    /// Registers them.
    ///
    /// # Errors
    /// When a name is taken in this registry.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let figures = Self::unregistered()?;
        registry.register(Box::new(figures.open.clone()))?;
        registry.register(Box::new(figures.ended.clone()))?;
        for end in End::ALL {
            figures.ended.with_label_values(&[end.name()]).inc_by(0);
        }
        Ok(figures)
    }

    /// Figures that nobody reads.
    ///
    /// # Errors
    /// None that a name or label of this module causes.
    pub fn unregistered() -> Result<Self, prometheus::Error> {
        let open = IntGauge::new("bailiwick_connections", "Open connections.")?;
        let opts =
            Opts::new("bailiwick_connections_ended_total", "Connections ended or refused by the server, by reason.");
        let ended = IntCounterVec::new(opts, &["reason"])?;
        Ok(Self { open, ended })
    }
}

/// Lets connections in.
pub(super) struct Door {
    bounds: Bounds,
    figures: Figures,
    places: Mutex<Places>,
    next: AtomicU64,
    said: Mutex<HashMap<&'static str, Said>>,
}

/// Who is inside. A source without a connection has no entry.
#[derive(Default)]
struct Places {
    all: usize,
    by_source: HashMap<Option<IpAddr>, BTreeMap<u64, Arc<Seat>>>,
}

struct Seat {
    activity: Arc<Activity>,
    given_up: CancellationToken,
}

/// What the log said last of a kind.
struct Said {
    at: Instant,
    since: u64,
}

/// A connection's place, which is free again when this is dropped.
pub(super) struct Place {
    door: Arc<Door>,
    source: Option<IpAddr>,
    number: u64,
    seat: Arc<Seat>,
}

impl Door {
    pub(super) fn new(bounds: Bounds, figures: Figures) -> Self {
        Self { bounds, figures, places: Mutex::default(), next: AtomicU64::new(0), said: Mutex::default() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // a change is whole before the lock is given back
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, unless all are taken by connections with calls under way. Without a source only the bound of all counts.
    pub(super) fn admit(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Place> {
        let mut places = self.places();
        let of_source = places.by_source.get(&source).map_or(0, BTreeMap::len);
        let mut end = None;
        if source.is_some() && of_source >= self.bounds.source {
            end = (!places.make_room(Some(source), ROOM)).then_some(End::SourceFull);
        }
        if end.is_none() && places.all >= self.bounds.all {
            end = (!places.make_room(None, ROOM)).then_some(End::Full);
        }
        if let Some(end) = end {
            drop(places);
            self.ended(end);
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat { activity: Arc::new(Activity::new()), given_up: CancellationToken::new() });
        places.by_source.entry(source).or_default().insert(number, Arc::clone(&seat));
        places.all += 1;
        drop(places);
        self.figures.open.inc();
        Some(Place { door: Arc::clone(self), source, number, seat })
    }

    /// The system gives no more: whoever waits for its caller makes room, so that the next attempt succeeds.
    pub(super) fn accept_failed(&self, error: &std::io::Error) {
        self.figures.ended.with_label_values(&[End::NotAccepted.name()]).inc();
        self.places().make_room(None, ROOM_IN_NEED);
        self.say(End::NotAccepted, Some(error));
    }

    fn ended(&self, end: End) {
        self.figures.ended.with_label_values(&[end.name()]).inc();
        self.say(end, None);
    }

    fn say(&self, end: End, error: Option<&std::io::Error>) {
        let Some(remark) = end.remark() else { return };
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match said.get_mut(end.name()) {
            Some(last) if last.at.elapsed() < LOG_EVERY => {
                last.since += 1;
                return;
            }
            Some(last) => last.since + 1,
            None => 1,
        };
        said.insert(end.name(), Said { at: Instant::now(), since: 0 });
        drop(said);
        tracing::warn!(count, reason = end.name(), error = error.map(tracing::field::display), "{remark}");
    }
}

impl Places {
    /// Gives up places of connections that wait for their caller, of one source or of all; whether there were any.
    fn make_room(&mut self, of: Option<Option<IpAddr>>, one_in: usize) -> bool {
        let mut waiting: Vec<_> = self
            .by_source
            .iter()
            .filter(|(source, _)| of.is_none_or(|of| of == **source))
            .flat_map(|(source, seats)| seats.iter().map(move |(number, seat)| (source, number, seat)))
            .filter_map(|(source, number, seat)| Some((seat.activity.standing()?, *source, *number)))
            .collect();
        let room = waiting.len().div_ceil(one_in);
        if room == 0 {
            return false;
        }
        waiting.select_nth_unstable(room - 1);
        for (_, source, number) in waiting.into_iter().take(room) {
            if let Some(seat) = self.free(source, number) {
                seat.given_up.cancel();
            }
        }
        true
    }

    fn free(&mut self, source: Option<IpAddr>, number: u64) -> Option<Arc<Seat>> {
        let seats = self.by_source.get_mut(&source)?;
        let seat = seats.remove(&number)?;
        if seats.is_empty() {
            self.by_source.remove(&source);
        }
        self.all = self.all.saturating_sub(1);
        Some(seat)
    }
}

impl Place {
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.seat.activity
    }

    /// When another connection needs it.
    pub(super) async fn given_up(&self) {
        self.seat.given_up.cancelled().await;
    }

    pub(super) fn ended(&self, end: End) {
        self.door.ended(end);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.door.places().free(self.source, self.number);
        self.door.figures.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(all: usize, source: usize) -> Arc<Door> {
        let figures = Figures::new(&Registry::new()).expect("registers");
        Arc::new(Door::new(Bounds { all, source }, figures))
    }

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    fn is_given_up(place: &Place) -> bool {
        place.seat.given_up.is_cancelled()
    }

    #[test]
    fn the_silent_make_room_first_and_whoever_is_served_never_does() {
        let door = door(8, 3);
        let (used, silent, served) = (
            door.admit(address(1)).expect("1"),
            door.admit(address(1)).expect("2"),
            door.admit(address(1)).expect("3"),
        );
        drop(used.activity().begin());
        let call = served.activity().begin();
        let newcomer = door.admit(address(1)).expect("4");
        assert!(is_given_up(&silent) && !is_given_up(&used) && !is_given_up(&served));
        let calls = [newcomer.activity().begin(), used.activity().begin()];
        assert!(door.admit(address(1)).is_none(), "all of them are served");
        assert!(door.admit(address(2)).is_some(), "which is nothing to others");
        drop((call, calls));
        assert!(door.admit(address(1)).is_some());
    }

    #[test]
    fn all_sources_together_have_a_bound_and_a_proxy_is_not_one_source() {
        let door = door(4, 1);
        let proxied: Vec<_> = (0..4).map(|_| door.admit(None).expect("no bound of one source")).collect();
        let calls: Vec<_> = proxied.iter().map(|place| place.activity().begin()).collect();
        assert!(door.admit(address(1)).is_none());
        drop(calls);
        let place = door.admit(address(1)).expect("one made room");
        assert_eq!(proxied.iter().filter(|place| is_given_up(place)).count(), 1);
        drop((place, proxied));
        let places = door.places();
        assert!(places.all == 0 && places.by_source.is_empty(), "nothing is kept of who is gone");
    }
}
