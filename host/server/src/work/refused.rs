//! Why a handler does not run: a problem, or the answer that an earlier call with the same key got.

use axum::response::{IntoResponse, Response};

use crate::edge::Problem;

/// Why a handler does not run.
#[derive(Debug)]
pub enum Refused {
    /// Something is wrong.
    Problem(Problem),
    /// The call was done before; this was its answer.
    Replay(Response),
}

impl<E: Into<Problem>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Replay(response) => response,
        }
    }
}
