//! `/accounts/{id}/exports`: all that is kept of an account, as a file that is fetched once.

use std::{fs::TryLockError, path::PathBuf};

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bailiwick_access::Permission;
use bailiwick_audit::Look;
use bailiwick_devices::exports::{self, Export, ExportError, ExportId};
use bailiwick_store::AccountId;
use futures::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{fs::File, io::AsyncReadExt as _};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    App,
    caller::Caller,
    edge::{Format, List, Page, Path, Problem, Query, Tabular},
    work::{Authorized, Refused, Work, permission::DeleteAccounts},
};

/// Which export.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ExportAt {
    /// The export.
    #[param(value_type = Uuid)]
    export_id: ExportId,
}

/// An export.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Export)]
pub struct ExportView {
    id: Uuid,
    /// `queued`, `ready`, `fetched`, `expired` or `failed`.
    state: String,
    requested_at: Timestamp,
    /// Until when it can be fetched.
    expires_at: Option<Timestamp>,
    /// How large the file is.
    bytes: Option<i64>,
    /// How many rows it holds.
    rows: Option<i64>,
}

/// An export that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestedExport {
    id: Uuid,
}

/// Where the files of exports lie.
pub(crate) fn folder(app: &App) -> PathBuf {
    app.config().data_dir.join("exports")
}

/// Who takes everything along must be let see it, all of it and for good: the platform's operators are not, elevated or
/// not, and nobody is of a branch that its role leaves out.
fn may_see_all(work: &Work) -> Result<(), Problem> {
    let (who, place) = (&work.caller.principal, work.scope.lineage());
    let needed =
        [Permission::DeleteAccounts, Permission::ViewDevices, Permission::ViewOperators, Permission::ViewAudit];
    let may = |permission: Permission| who.may_for_good(place, permission);
    if needed.into_iter().all(may) { Ok(()) } else { Err(Problem::denied()) }
}

/// Has a file made of all that is kept of an account and of those below it: a gzipped tar with one file of JSON lines a
/// table. Secrets, hashes and sealed credentials are left out.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/exports", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account.")),
    responses((status = 202, body = RequestedExport)))]
pub(super) async fn request_export(mut work: Authorized<DeleteAccounts>) -> Result<Response, Problem> {
    may_see_all(&work)?;
    let now = work.app.store().now();
    let id = exports::request(&mut work.scope, now).await?;
    work.into_inner().reply(StatusCode::ACCEPTED, &RequestedExport { id: id.get() }).await
}

/// The exports of an account, the latest first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/exports", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account."), Page),
    responses((status = 200, body = List<ExportView>)))]
pub(super) async fn exports(
    mut work: Authorized<DeleteAccounts>,
    Query(page): Query<Page>,
    form: Format,
) -> Result<Response, Problem> {
    may_see_all(&work)?;
    let found = exports::list(&mut work.scope, &page.request()?).await?;
    form.reply(List::of(found, ExportView::from))
}

/// An export's file. It can be fetched once, within 24 hours; a download that breaks off does not count.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/exports/{export_id}", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account."), ExportAt),
    responses((status = 200, content_type = "application/gzip", body = Vec<u8>)))]
pub(super) async fn fetch_export(
    mut work: Authorized<DeleteAccounts>,
    method: Method,
    Path(at): Path<ExportAt>,
) -> Result<Response, Refused> {
    may_see_all(&work)?;
    let now = work.app.store().now();
    let name = HeaderValue::from_str(&format!("attachment; filename=\"export-{}.tar.gz\"", at.export_id))
        .map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/gzip")),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    if method == Method::HEAD {
        exports::check(&mut work.scope, at.export_id, now).await?;
        return Ok(headers.into_response());
    }
    exports::begin(&mut work.scope, at.export_id, now).await?;
    // each account that is taken along reads of it, each time that somebody begins
    let (account, always) = (work.scope.account(), Some(Timestamp::MAX));
    let through = work.scope.through().unwrap_or(account);
    let here = always.filter(|_| through != account);
    let taken = Look { action: "look.export", through, here, below: always };
    bailiwick_audit::look(&mut work.scope, &taken).await?;
    let path = exports::path(&folder(&work.app), account, at.export_id);
    let sending = Sending {
        file: alone(path.clone()).await?,
        path,
        app: work.app.clone(),
        caller: work.caller.clone(),
        account,
        export: at.export_id,
    };
    work.into_inner().done(StatusCode::OK).await?;
    Ok((headers, Body::from_stream(stream::try_unfold(sending, chunk))).into_response())
}

/// Opens the file for one download at a time, of whatever process.
async fn alone(path: PathBuf) -> Result<File, Problem> {
    let opened = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(path).map_err(|error| Problem::internal(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                let detail = "Somebody is downloading this export; if that breaks off, you can.";
                Err(Problem::in_progress("export_in_progress", detail, 5))
            }
            Err(TryLockError::Error(error)) => Err(Problem::internal(&error)),
        }
    });
    opened.await.map_err(|error| Problem::internal(&error))?.map(File::from_std)
}

/// A download that goes on.
struct Sending {
    file: File,
    path: PathBuf,
    app: App,
    caller: Caller,
    account: AccountId,
    export: ExportId,
}

/// The next part of the file. Before the end is told to the caller, the export counts as fetched and the file is
/// removed; a caller who goes before hears no end, and can fetch it again.
async fn chunk(mut sending: Sending) -> std::io::Result<Option<(Vec<u8>, Sending)>> {
    let mut bytes = Vec::with_capacity(64 << 10);
    if sending.file.read_buf(&mut bytes).await? > 0 {
        return Ok(Some((bytes, sending)));
    }
    sending.end().await.map_err(std::io::Error::other)?;
    Ok(None)
}

impl Sending {
    async fn end(self) -> Result<(), Problem> {
        let opened = Work::open::<DeleteAccounts>(&self.app, self.caller, self.account, None).await;
        let mut work = opened.map_err(|refused| match refused {
            Refused::Problem(problem) => problem,
            // without a key nothing is repeated
            Refused::Replay(_) => Problem::unavailable(1),
        })?;
        exports::fetched(&mut work.scope, self.export, self.app.store().now()).await?;
        work.done(StatusCode::OK).await?;
        tokio::fs::remove_file(&self.path).await.map_err(|error| Problem::internal(&error))
    }
}

impl Tabular for ExportView {
    const COLUMNS: &'static [&'static str] = &["id", "state", "requested_at", "expires_at", "bytes", "rows"];
}

impl From<Export> for ExportView {
    fn from(export: Export) -> Self {
        Self {
            id: export.id.get(),
            state: export.state,
            requested_at: export.requested_at,
            expires_at: export.expires_at.map(|at| at.0),
            bytes: export.bytes,
            rows: export.rows,
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotFound => Self::not_found(),
            ExportError::Waits => Self::conflict("conflict", "An export is being made already."),
            ExportError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
