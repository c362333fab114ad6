//! Bodies, queries and paths as types; what does not fit is a problem that names the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::{FieldProblem, Problem};

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|e| body_problem(&e))?;
        parse(&bytes).map(Json)
    }
}

/// Parses a JSON text.
///
/// # Errors
/// `malformed_json` (400) for a text that is no JSON, `invalid_input` (422) with the field's path for
/// one of another shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { Problem::field(field, "invalid", error.to_string()) } else { malformed(&error) }
    })?;
    json.end().map_err(|e| malformed(&e))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", format!("The body is no JSON: {error}"))
}

fn is_json(request: &Request) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .is_some_and(|mime| mime.trim().eq_ignore_ascii_case("application/json"))
}

/// What went wrong with reading a body, most often its size.
#[must_use]
pub fn body_problem(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is larger than accepted here.")
    } else {
        Problem::new(StatusCode::BAD_REQUEST, "broken_body", "The body could not be read to its end.")
    }
}

/// The query.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Query(value) =
            axum::extract::Query::from_request_parts(parts, state).await.map_err(|e| {
                let detail = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
                let field = detail.split_once(": ").map_or("query", |(field, _)| field).to_owned();
                Problem::invalid(detail.clone()).with_errors(vec![FieldProblem {
                    field,
                    code: "invalid".to_owned(),
                    detail,
                }])
            })?;
        Ok(Self(value))
    }
}

/// The path's parameters. What is no id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Path(value) =
            axum::extract::Path::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        Ok(Self(value))
    }
}

/// Tells an absent field (`None`) from one that is null (`Some(None)`), with `#[serde(default)]`.
///
/// # Errors
/// What the value's own parsing gives.
pub fn given<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(from).map(Some)
}
