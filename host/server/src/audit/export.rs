//! `GET /accounts/{id}/audit/export`: everything that the filters let pass, as lines of JSON with what proves each entry.
//!
//! The lines come as they are read, part by part, each part in a scope of its own: none is open while the caller's network
//! waits. Where a part fails, the reply breaks off, and does not end as if it were whole.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::{AccessError, Permission};
use bailiwick_audit::{self as audit, AuditError, Exported};
use bailiwick_store::AccountId;
use bailiwick_store::{Cursor, PageRequest};
use futures::stream;

use super::Filter;
use crate::{
    App,
    caller::Caller,
    edge::{Problem, Query},
    work::{Authorized, permission::ViewAudit},
};

/// Entries read at once.
const PART: u32 = 500;

/// An export under way.
struct Export {
    app: App,
    caller: Caller,
    account: AccountId,
    filter: audit::Filter,
}

/// What comes next.
enum Next {
    Part(Exported),
    After(Cursor),
    End,
}

#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// All entries of this account that the filters let pass (not of those below it), oldest first, as lines of JSON with
/// the seals that cover them: `bailiwick admin verify-export` checks them anywhere.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/audit/export", tag = "audit",
    params(("id" = Uuid, Path, description = "The account."), Filter),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(super) async fn export(mut work: Authorized<ViewAudit>, Query(filter): Query<Filter>) -> Result<Response, Problem> {
    let filter = filter.parse()?;
    let app = work.app.clone();
    let first = audit::export(app.store(), &mut work.scope, &filter, &PageRequest::new(PART, None)).await?;
    let export = Export { app, caller: work.caller.clone(), account: work.scope.account(), filter };
    drop(work);
    let parts = stream::try_unfold((export, Next::Part(first)), |(export, next)| async move {
        let part = match next {
            Next::Part(part) => part,
            Next::After(cursor) => export.part(cursor).await.inspect_err(|error| {
                tracing::warn!(%error, "an audit export was cut off");
            })?,
            Next::End => return Ok::<_, Broken>(None),
        };
        Ok(Some((part.lines, (export, part.next.map_or(Next::End, Next::After)))))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\""),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

impl Export {
    async fn part(&self, after: Cursor) -> Result<Exported, Broken> {
        let access = self.app.access();
        let mut scope = access.authorize(&self.caller.principal, self.account, Permission::ViewAudit).await?;
        Ok(audit::export(self.app.store(), &mut scope, &self.filter, &PageRequest::new(PART, Some(after))).await?)
    }
}
