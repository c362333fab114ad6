//! A component on its way in: to a file without a name, so that it takes no memory and nothing is left of it.
//!
//! Few are taken in at once, each of which may be as large as a component gets; more are told to come back before a
//! byte of theirs is read. One after the other they are read from their files, compiled and installed.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest as _, Multipart, Request},
    http::{header, request::Parts},
};
use futures::{Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::install::RETRY_AFTER;
use crate::{
    edge::{Problem, body},
    work::idempotency::{self, Fingerprint, Pending},
};

/// Components that are taken in at once: one that is installed, and those that wait for it.
const AT_ONCE: usize = 4;
/// Most bytes of a body: the component and a form around it.
const BODY_BYTES: usize = bailiwick_runtime::MAX_COMPONENT_BYTES + (64 << 10);

/// Components on their way in.
#[derive(Debug)]
pub struct Uploads {
    folder: PathBuf,
    places: Arc<Semaphore>,
    turn: Semaphore,
}

/// A component that was taken in.
pub struct Upload {
    file: File,
    _place: OwnedSemaphorePermit,
}

impl Uploads {
    /// With their files in this folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        let folder = data_dir.join("uploads");
        Self { folder, places: Arc::new(Semaphore::new(AT_ONCE)), turn: Semaphore::new(1) }
    }

    /// Takes a call's component in, with the fingerprint of a call that has an `Idempotency-Key`.
    ///
    /// # Errors
    /// `unavailable` where too many are on their way, `payload_too_large`, and for a form without a file.
    pub async fn take_in(&self, parts: &Parts, sent: Body) -> Result<(Upload, Option<Pending>), Problem> {
        let busy = |_| Problem::unavailable(RETRY_AFTER);
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(busy)?;
        if sent.size_hint().lower() > u64::try_from(BODY_BYTES).unwrap_or(u64::MAX) {
            return Err(body::too_large());
        }
        let key = idempotency::key(parts)?;
        let mut fingerprint = Fingerprint::begin(parts);
        let mut file = self.file().await?;
        let form = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if form.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let request = Request::from_parts(parts.clone(), limited(sent));
            let mut form = Multipart::from_request(request, &()).await.map_err(|_| body::broken())?;
            loop {
                let Some(part) = form.next_field().await.map_err(|_| body::broken())? else {
                    return Err(Problem::field("file", "required", "the form holds no file"));
                };
                if part.file_name().is_some() {
                    file = write(file, &mut fingerprint, part).await?;
                    break;
                }
            }
        } else {
            file = write(file, &mut fingerprint, sent.into_data_stream()).await?;
        }
        Ok((Upload { file, _place: place }, key.map(|key| fingerprint.end(key))))
    }

    /// Waits until no other component is being installed.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.turn.acquire().await.map_err(|error| Problem::internal(&error))
    }

    async fn file(&self) -> Result<File, Problem> {
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            tempfile::tempfile_in(&folder)
        });
        made.await.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
    }
}

impl Upload {
    /// The component. Call it when it is this one's turn: it is held in memory from here on.
    pub(super) async fn read(&self) -> Result<Vec<u8>, Problem> {
        let mut file = self.file.try_clone().map_err(|error| Problem::internal(&error))?;
        let read = tokio::task::spawn_blocking(move || {
            let mut component = Vec::new();
            file.rewind()?;
            file.read_to_end(&mut component)?;
            Ok::<_, io::Error>(component)
        });
        read.await.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
    }
}

/// A body that breaks where it is larger than a form with a component is.
fn limited(sent: Body) -> Body {
    let mut left = BODY_BYTES;
    Body::from_stream(sent.into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(io::Error::other)?;
        left = left.checked_sub(chunk.len()).ok_or_else(|| io::Error::other("too large"))?;
        Ok::<_, io::Error>(chunk)
    }))
}

async fn write<E>(
    mut file: File,
    fingerprint: &mut Fingerprint,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<File, Problem> {
    let mut chunks = std::pin::pin!(chunks);
    let mut left = bailiwick_runtime::MAX_COMPONENT_BYTES;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| body::broken())?;
        left = left.checked_sub(chunk.len()).ok_or_else(body::too_large)?;
        fingerprint.add(&chunk);
        let written = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file));
        file = written.await.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    }
    Ok(file)
}
