//! Loads components, and hands their exchanges out.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use bailiwick_contract::{
    check::Dropped,
    exchange::{Context, End, Input, Outcome, Transcript},
    manifest::Manifest,
    policy::Permitted,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;
use wasmtime::{Engine, component::Component};

use crate::{
    AccountTag, Answers, ExchangeError, Figures, LoadError, Pause, PauseRule, RuntimeConfig, RuntimeError, Warmth,
    cache::Cache,
    component::inspect,
    engine::{Ticker, engine},
    exchange::{Ended, Run},
    figures::{DriverMetrics, Metrics},
    pause::Pauses,
    places::Places,
    sandbox::Image,
    threads::Threads,
    warm::Warm,
};

/// Loads drivers; a cheap clone of one engine with its threads.
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
}

/// What all drivers of a runtime share.
pub(crate) struct Shared {
    pub(crate) threads: Threads,
    pub(crate) ticker: Ticker,
    pub(crate) live: Semaphore,
    pub(crate) metrics: Metrics,
    engine: Engine,
    cache: Option<Cache>,
    instances: usize,
    pause: PauseRule,
    warmth: Warmth,
    /// Warm instances of all drivers.
    idle: Arc<AtomicUsize>,
    /// Compiling takes all cores by itself, so one component compiles at a time.
    compiling: Arc<Semaphore>,
    /// Loads that wait for their turn to compile.
    loads_waiting: AtomicUsize,
    most_waiting: usize,
    loaded: Mutex<HashMap<String, Weak<Inner>>>,
}

impl Shared {
    pub(crate) fn under_way(&self) -> usize {
        self.instances.saturating_sub(self.live.available_permits())
    }

    fn loaded(&self, digest: &str) -> Option<Arc<Inner>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(digest)?.upgrade()
    }
}

impl Runtime {
    /// Starts the engine and its threads.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn new(config: RuntimeConfig) -> Result<Self, RuntimeError> {
        let metrics = Metrics::new(config.registry.as_ref())?;
        let engine = engine(&config)?;
        let cache = config.cache_dir.as_deref().map(|folder| Cache::open(folder, &engine)).transpose();
        let instances = usize::try_from(config.instances.max(1)).unwrap_or(usize::MAX);
        Ok(Self {
            shared: Arc::new(Shared {
                threads: Threads::start(config.threads, config.queue, metrics.waiting.clone())?,
                ticker: Ticker::start(&engine)?,
                live: Semaphore::new(instances),
                metrics,
                engine,
                cache: cache.map_err(RuntimeError::Cache)?,
                instances,
                pause: config.pause,
                warmth: config.warmth,
                idle: Arc::default(),
                compiling: Arc::new(Semaphore::new(1)),
                loads_waiting: AtomicUsize::new(0),
                most_waiting: config.loads_waiting,
                loaded: Mutex::default(),
            }),
        })
    }

    /// Reads, checks and compiles a component. While a driver lives, the same bytes give the same
    /// driver again.
    ///
    /// One component compiles at a time. A load that is dropped while it waits never compiles; one that is
    /// dropped while it compiles keeps its turn until the compiler is done, so that callers who hang up
    /// cannot stack compilations.
    ///
    /// # Errors
    /// [`LoadError`]; nothing is compiled before the manifest and the imports are found good.
    /// [`LoadError::Busy`] where too many wait already.
    pub async fn load(&self, component: &[u8]) -> Result<Driver, LoadError> {
        let loaded = self.read_and_compile(component).await;
        let result = loaded.as_ref().map_or_else(LoadError::code, |_| "loaded");
        self.shared.metrics.loads.with_label_values(&[result]).inc();
        loaded
    }

    async fn read_and_compile(&self, component: &[u8]) -> Result<Driver, LoadError> {
        let (manifest, digest) = inspect(component)?;
        let turn = self.turn().await?;
        if let Some(inner) = self.shared.loaded(&digest) {
            return Ok(Driver { inner });
        }
        let (shared, bytes) = (Arc::clone(&self.shared), component.to_vec());
        let made = tokio::task::spawn_blocking(move || {
            let code = shared.code(&bytes, &digest)?;
            let image = Arc::new(Image::new(&shared.engine, &code, &manifest, Places::of(&bytes))?);
            let (pauses, warm) = (Pauses::new(shared.pause), Warm::new(shared.warmth, Arc::clone(&shared.idle)));
            let metrics = DriverMetrics::new(&shared.metrics, &manifest.driver.name);
            let inner = Arc::new(Inner { manifest, digest, image, pauses, warm, metrics, shared });
            let mut loaded = inner.shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            loaded.retain(|_, driver| driver.strong_count() > 0);
            loaded.insert(inner.digest.clone(), Arc::downgrade(&inner));
            drop(loaded);
            // whether or not anybody still waits for the result
            drop(turn);
            Ok::<_, LoadError>(inner)
        });
        Ok(Driver { inner: made.await.map_err(|_| LoadError::Stopped)?? })
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, LoadError> {
        if let Ok(turn) = Arc::clone(&self.shared.compiling).try_acquire_owned() {
            return Ok(turn);
        }
        let _waiting = Waiting::join(&self.shared)?;
        Arc::clone(&self.shared.compiling).acquire_owned().await.map_err(|_| LoadError::Stopped)
    }
}

/// A place among the loads that wait; given up when dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(shared: &'a Shared) -> Result<Self, LoadError> {
        let place = Self(&shared.loads_waiting);
        let before = shared.loads_waiting.fetch_add(1, Ordering::Relaxed);
        if before < shared.most_waiting { Ok(place) } else { Err(LoadError::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    fn code(&self, component: &[u8], digest: &str) -> Result<Component, LoadError> {
        if let Some(code) = self.cache.as_ref().and_then(|cache| cache.load(&self.engine, digest)) {
            return Ok(code);
        }
        let began = Instant::now();
        self.metrics.compilations.inc();
        self.metrics.compiling.inc();
        let compiled = Component::new(&self.engine, component);
        self.metrics.compiling.dec();
        let code = compiled.map_err(|e| LoadError::Compile(format!("{e:#}").chars().take(400).collect()))?;
        tracing::info!(digest, took_ms = began.elapsed().as_millis(), "a driver is compiled");
        if let Some(cache) = &self.cache {
            cache.store(&code, digest);
        }
        Ok(code)
    }
}

/// A loaded driver; a cheap clone.
#[derive(Clone)]
pub struct Driver {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) manifest: Manifest,
    pub(crate) digest: String,
    pub(crate) image: Arc<Image>,
    pub(crate) pauses: Pauses,
    pub(crate) warm: Warm,
    pub(crate) metrics: DriverMetrics,
    pub(crate) shared: Arc<Shared>,
}

impl Inner {
    pub(crate) fn name(&self) -> &str {
        &self.manifest.driver.name
    }

    fn span(&self, input: &Input) -> tracing::Span {
        let digest = self.digest.get(..12).unwrap_or_default();
        tracing::info_span!("exchange", driver = self.name(), digest, input = input.kind())
    }
}

/// A finished exchange: checked, and narrowed to what is permitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What may be applied.
    pub outcome: Outcome,
    /// What was left out, by name.
    pub dropped: Dropped,
    /// What it took.
    pub figures: Figures,
}

impl Driver {
    /// What it declares.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// SHA-256 of the component, lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Runs one exchange. It is pure: on a conflict of its effects it may be run again. Dropping the
    /// future ends it.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn exchange(
        &self,
        account: AccountTag,
        permitted: &Permitted,
        context: Context,
        input: Input,
        answers: &dyn Answers,
    ) -> Result<Exchange, ExchangeError> {
        let (run, span) = (Run::new(&self.inner, account, permitted, &input), self.inner.span(&input));
        let (ended, figures, _) = run.run(context, input, answers).instrument(span).await?;
        match ended {
            Ended::Done(checked) => {
                let (outcome, dropped) = checked.into_parts();
                Ok(Exchange { outcome, dropped, figures })
            }
            Ended::Refused(refusal) => Err(ExchangeError::Refused(refusal)),
        }
    }

    /// Like [`Self::exchange`], and gives the whole of it as data: what was asked and answered (denials
    /// included), and its end, checked and narrowed; a refusal is an end too.
    ///
    /// # Errors
    /// [`ExchangeError`], but for [`ExchangeError::Refused`].
    pub async fn record(
        &self,
        account: AccountTag,
        permitted: &Permitted,
        context: Context,
        input: Input,
        answers: &dyn Answers,
    ) -> Result<(Transcript, Figures), ExchangeError> {
        let run = Run::new(&self.inner, account, permitted, &input).recording();
        let span = self.inner.span(&input);
        let ran = run.run(context.clone(), input.clone(), answers).instrument(span).await;
        ran.map(|(ended, figures, rounds)| (Transcript { context, input, rounds, end: End::from(ended) }, figures))
    }

    /// Whether it is paused for an account, since it trapped too often there.
    #[must_use]
    pub fn paused(&self, account: AccountTag) -> Option<Pause> {
        self.inner.pauses.of(account, Instant::now())
    }

    /// The accounts for which it is paused.
    #[must_use]
    pub fn pauses(&self) -> Vec<(AccountTag, Pause)> {
        self.inner.pauses.all(Instant::now())
    }

    /// Lets it run again for an account; whether it was paused.
    pub fn resume(&self, account: AccountTag) -> bool {
        self.inner.pauses.resume(account)
    }
}
