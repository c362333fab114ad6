//! [`Host`]: what a driver can know, and the only door through which it learns it.
//!
//! Each method is one ask. The host behind it checks the ask against the manifest and the grant,
//! so every one of them can end in [`Failure::Denied`], and a driver must end cleanly then.

use std::rc::Rc;

use crate::{
    Answer, Ask, Binding, Command, Context, Failure, HttpRequest, HttpResponse, Object, Person, StateEntry,
    desk::{Asked, Desk, Shared},
    rng::{Rng, SeededState},
};

/// The host's side of one exchange. Cloning is cheap.
#[derive(Clone)]
pub struct Host {
    pub(crate) shared: Rc<Shared>,
}

/// What an ask gives: an answer of its own kind, or why there is none.
pub type Asking<T> = Result<T, Failure>;

impl Host {
    pub(crate) fn new(context: Context) -> Self {
        Self { shared: Rc::new(Shared { context, desk: Desk::default().into() }) }
    }

    /// The time, whom it is about, and the preloaded facts, tables and objects.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.shared.context
    }

    async fn ask<T>(&self, ask: Ask, take: impl FnOnce(Answer) -> Option<T>) -> Asking<T> {
        match Asked::new(Rc::clone(&self.shared), ask).await {
            Answer::Failed(failure) => Err(failure),
            answer => take(answer).ok_or(Failure::Malformed),
        }
    }

    /// Exact objects of the polled target, one binding for each OID, in order.
    ///
    /// # Errors
    /// [`Failure`] of the whole get; an object that the agent lacks is a binding with
    /// `NoSuchObject` or `NoSuchInstance`.
    pub async fn get(&self, oids: impl IntoIterator<Item = impl AsRef<[u32]>>) -> Asking<Vec<Binding>> {
        let oids = oids.into_iter().map(|oid| oid.as_ref().to_vec()).collect();
        self.ask(Ask::SnmpGet(oids), bindings).await
    }

    /// All objects under a prefix of the polled target, in the agent's order.
    ///
    /// # Errors
    /// [`Failure`]; a prefix under which there is nothing gives no bindings.
    pub async fn walk(&self, prefix: impl AsRef<[u32]>) -> Asking<Vec<Binding>> {
        self.ask(Ask::SnmpWalk(prefix.as_ref().to_vec()), bindings).await
    }

    /// Own state by key, one entry for each key, in order.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn state(&self, keys: impl IntoIterator<Item = impl Into<String>>) -> Asking<Vec<StateEntry>> {
        let keys = keys.into_iter().map(Into::into).collect();
        self.ask(Ask::State(keys), |answer| if let Answer::State(entries) = answer { Some(entries) } else { None })
            .await
    }

    /// The subject's next command, if any.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn next_command(&self, deferred: Deferred) -> Asking<Option<Command>> {
        let ask = Ask::NextCommand(deferred == Deferred::Include);
        self.ask(ask, |answer| if let Answer::Command(command) = answer { Some(command) } else { None }).await
    }

    /// Members of a channel of this account.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn members(&self, channel: impl Into<String>) -> Asking<Vec<Person>> {
        self.ask(Ask::Members(channel.into()), people).await
    }

    /// People of this account by id.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn people(&self, ids: impl IntoIterator<Item = impl Into<String>>) -> Asking<Vec<Person>> {
        self.ask(Ask::People(ids.into_iter().map(Into::into).collect()), people).await
    }

    /// All objects of a kind that apply to the subject.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn objects(&self, kind: impl Into<String>) -> Asking<Vec<Object>> {
        let kind = kind.into();
        let found = self
            .ask(
                Ask::Objects(kind.clone()),
                |answer| if let Answer::Objects(found) = answer { Some(found) } else { None },
            )
            .await?;
        Ok(found.into_iter().map(|(id, version, body)| Object { kind: kind.clone(), id, version, body }).collect())
    }

    /// An HTTPS call to one of the manifest's hosts.
    ///
    /// # Errors
    /// [`Failure`]; a status of 400 or more is an answer, not a failure.
    pub async fn http(&self, request: HttpRequest) -> Asking<HttpResponse> {
        self.ask(Ask::Http(request), |answer| if let Answer::Http(response) = answer { Some(response) } else { None })
            .await
    }

    /// Logs a code and numbers. There is no text, so that no personal data can be logged. Codes go to 65,535; of the
    /// numbers the first eight are told, each cut to ±1,048,575.
    pub fn log(&self, code: u32, numbers: &[i64]) {
        #[cfg(target_arch = "wasm32")]
        crate::wit::bailiwick::driver::log::event(code, numbers);
        #[cfg(not(target_arch = "wasm32"))]
        self.shared.desk.borrow_mut().log.push((code, numbers.to_vec()));
    }

    /// Numbers that differ in each exchange and are the same when it is replayed. Not for keys.
    #[must_use]
    pub fn rng(&self) -> Rng {
        Rng::new(&self.context().seed)
    }

    /// A hasher's state from the exchange's seed, for `HashMap::with_hasher`: the standard one
    /// hashes the same in every sandbox, so that a device could choose colliding keys.
    #[must_use]
    pub fn hasher(&self) -> SeededState {
        SeededState::new(&self.context().seed)
    }
}

/// Whether commands that were deferred before are taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deferred {
    /// Take them.
    Include,
    /// Leave them.
    Skip,
}

fn bindings(answer: Answer) -> Option<Vec<Binding>> {
    if let Answer::Bindings(bindings) = answer { Some(bindings) } else { None }
}

fn people(answer: Answer) -> Option<Vec<Person>> {
    if let Answer::People(people) = answer { Some(people) } else { None }
}
