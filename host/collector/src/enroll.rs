//! The `enroll` command: a one-time token becomes this collector's own key.

use std::path::PathBuf;

use bailiwick_contract::report::EnrollRequest;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    client::{ClientError, ServerClient},
    state::{DataDir, Enrollment, StateError},
};

/// Why a collector could not enroll. Its folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// The folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The server, or the way to it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server does not take the token.
    #[error(
        "the server refuses this one-time token ({code}): it was used, has expired or is mistyped; make a new one in the portal"
    )]
    Token {
        /// The problem's code.
        code: String,
    },
    /// The file of authorities has no absolute path.
    #[error("{0}: {1}")]
    Authority(PathBuf, #[source] std::io::Error),
}

/// What to do with an enrollment that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    Keep,
    /// Replace it.
    Replace,
}

/// Enrolls the collector of this folder at a server.
///
/// # Errors
/// [`EnrollError`].
pub async fn enroll(
    folder: &DataDir,
    server: &str,
    ca: Option<PathBuf>,
    token: &SecretString,
    existing: Existing,
) -> Result<Enrollment, EnrollError> {
    let _lock = folder.lock()?;
    if existing == Existing::Keep && folder.enrollment().is_ok() {
        return Err(StateError::AlreadyEnrolled(folder.path(".")).into());
    }
    let ca = match ca {
        Some(path) => Some(std::path::absolute(&path).map_err(|e| EnrollError::Authority(path, e))?),
        None => None,
    };
    let client = ServerClient::new(server, ca.as_deref())?;
    let request =
        EnrollRequest { token: token.expose_secret().to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let reply = client.enroll(&request).await.map_err(|error| match error {
        ClientError::Unauthorized { code } => EnrollError::Token { code },
        other => other.into(),
    })?;
    let enrollment = Enrollment {
        server: server.to_owned(),
        ca,
        collector_id: reply.collector_id,
        account_id: reply.account_id,
        site_id: reply.site_id,
    };
    folder.enroll(&enrollment, &SecretString::from(reply.key))?;
    Ok(enrollment)
}
