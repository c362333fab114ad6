//! `bailiwick serve`: opens everything, serves, and ends in order.
//!
//! What can be wrong with the settings is found before the database starts: the certificate is read and
//! the sockets are bound first. On SIGTERM or SIGINT `/readyz` says no, running calls get their time, jobs
//! stop, and the database is closed last.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bailiwick_access::Access;
use bailiwick_audit::SealKey;
use bailiwick_devices::drivers::Catalogue;
use bailiwick_runtime::{Runtime, RuntimeConfig};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{log, open};
use crate::{
    App, Parts,
    config::{Config, Transport},
    edge::{
        Metrics, descriptors,
        listener::{Figures, Listener},
        metrics,
        tls::{self, Certificate},
    },
    router::router,
};

/// How often rate limits forget callers that are fresh again.
const FORGET: Duration = Duration::from_secs(60);

pub(super) async fn serve(config: Config) -> anyhow::Result<()> {
    let began = Instant::now();
    log::start(&config)?;
    for remark in &config.remarks {
        tracing::warn!("{remark}");
    }
    let certificate = certificate(&config)?;
    let tls = certificate.clone().map(tls::server_config).transpose()?.map(Arc::new);
    let bounds = descriptors::bounds(descriptors::raise()?, config.connections, config.database_connections)?;
    let public = bind("listen", config.listen)?;
    let private = bind("metrics_listen", config.metrics_listen)?;
    let (app, audit_key) = assemble(config).await?;

    let stopping = CancellationToken::new();
    let tasks = TaskTracker::new();
    background(&app, audit_key, certificate, &tasks, &stopping).await?;
    let proxies = match &app.config().transport {
        Transport::Proxied(proxies) => proxies.clone(),
        Transport::Tls { .. } | Transport::Loopback => Vec::new(),
    };
    let public = Listener::new(public, router(app.clone()), bounds, app.metrics().connections.clone());
    let public = public.tls(tls).behind(proxies);
    let serving = tokio::spawn(public.serve(stopping.clone(), app.config().shutdown));
    // its connections are in no figure: they are those of whoever reads the figures
    let private = Listener::new(private, metrics::router(app.clone()), descriptors::METRICS, Figures::unregistered()?);
    let observing = CancellationToken::new();
    tasks.spawn(private.serve(observing.clone(), Duration::ZERO));
    tracing::info!(
        url = app.config().public_url,
        metrics = %app.config().metrics_listen,
        connections = bounds.all,
        took_ms = began.elapsed().as_millis(),
        "serving"
    );

    wait_for_stop().await?;
    tracing::info!("shutting down");
    app.stop();
    stopping.cancel();
    serving.await.context("the listener")?.context("the listener")?;
    observing.cancel();
    tasks.close();
    tasks.wait().await;
    app.store().close().await;
    Ok(())
}

fn certificate(config: &Config) -> Result<Option<Arc<Certificate>>, tls::TlsError> {
    match &config.transport {
        Transport::Tls { certificate, key } => Certificate::read(certificate, key).map(Some),
        Transport::Proxied(_) | Transport::Loopback => Ok(None),
    }
}

fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("{key}: {address} cannot be bound; choose a free address and port of this machine"))
}

/// Opens the database and everything above it.
///
/// # Errors
/// Each names the setting that it comes from.
async fn assemble(config: Config) -> anyhow::Result<(App, SealKey)> {
    let metrics = Metrics::new()?;
    open::data_dir(&config)?;
    let store = open::store(&config).await?;
    let sealing_key = open::sealing_key(&config, &store).await?;
    let audit_key = open::audit_key(&config, &store).await?;
    let access =
        Access::new(store.clone()).await?.limiting_senders(config.senders).limiting_tokens(config.token_lifetime);
    let drivers = Catalogue::open(&store).await?;
    let runtime = Runtime::new(runtime_config(&config, &metrics))?;
    let egress = open::egress(&config, &store, &metrics.registry)?;
    Ok((App::new(Parts { config, store, access, egress, drivers, sealing_key, runtime, metrics }), audit_key))
}

fn runtime_config(config: &Config, metrics: &Metrics) -> RuntimeConfig {
    let defaults = RuntimeConfig::default();
    RuntimeConfig {
        cache_dir: Some(config.data_dir.join("drivers")),
        threads: config.driver_threads.unwrap_or(defaults.threads),
        registry: Some(metrics.registry.clone()),
        ..defaults
    }
}

async fn background(
    app: &App,
    audit_key: SealKey,
    certificate: Option<Arc<Certificate>>,
    tasks: &TaskTracker,
    stopping: &CancellationToken,
) -> anyhow::Result<()> {
    if let Some(certificate) = certificate {
        let reloads = app.metrics().certificate_reloads.clone();
        let outcome = move |read: Result<(), tls::TlsError>| match read {
            Ok(()) => {
                reloads.with_label_values(&["ok"]).inc();
                tracing::info!("the certificate was read again");
            }
            Err(error) => {
                reloads.with_label_values(&["failed"]).inc();
                tracing::error!(%error, "the certificate was not read again; the old one serves on");
            }
        };
        tasks.spawn(until(stopping.clone(), certificate.keep_fresh(outcome)));
    }
    let limits = app.clone();
    tasks.spawn(until(stopping.clone(), async move {
        loop {
            tokio::time::sleep(FORGET).await;
            limits.forget_idle();
        }
    }));
    super::jobs::start(app, audit_key, tasks, stopping).await
}

async fn until(stopping: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stopping.cancelled() => {}
        () = work => {}
    }
}

async fn wait_for_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
