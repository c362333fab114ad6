//! What no handler gets to see: control characters in a query, names in it that the call does not take, a cursor of
//! another list, a body in a coding that is not read here.
//!
//! PostgreSQL takes no NUL in a text and no parameter of the interface means a control character, so they
//! are refused once, here, and not by every handler that binds a text.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Query, Request, State},
    http::{HeaderMap, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use utoipa::openapi::{OpenApi, RefOr, path::ParameterIn};

use super::{Page, Problem, list::ListTag, metrics::method};
use crate::openapi;

/// What each call's query may name, as the OpenAPI document says.
#[derive(Debug, Clone)]
pub struct Names(Arc<HashMap<(String, String), Vec<String>>>);

impl Names {
    /// Reads them.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let mut names = HashMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in openapi::operations(&mut item.clone()) {
                let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
                    RefOr::T(parameter) => Some(parameter),
                    RefOr::Ref(_) => None,
                });
                let query = parameters.filter(|p| p.parameter_in == ParameterIn::Query).map(|p| p.name.clone());
                names.insert((openapi::verb(&method).to_owned(), path.clone()), query.collect());
            }
        }
        Self(Arc::new(names))
    }

    /// A misspelt filter must not answer with everything.
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let Some(path) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
        let Some(known) = self.0.get(&(method(request.method()).to_owned(), path.as_str().to_owned())) else {
            return Ok(());
        };
        let given = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(given) = given.map_err(|_| Problem::invalid("The query cannot be read."))?;
        match given.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => {
                Err(Problem::field(name.clone(), "unknown", "this call takes no parameters in its query"))
            }
            Some((name, _)) => {
                Err(Problem::field(name.clone(), "unknown", format!("this call takes {}", known.join(", "))))
            }
        }
    }
}

/// For REST: bodies as they are, and a query that is clean.
pub async fn rest(State(names): State<Names>, request: Request, next: Next) -> Response {
    let checked =
        coding(request.headers(), None).and_then(|()| query(request.uri())).and_then(|()| names.check(&request));
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// For routes that read bodies as they are.
pub async fn plain(request: Request, next: Next) -> Response {
    match coding(request.headers(), None) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// For routes that also unpack gzip.
pub async fn gzip(request: Request, next: Next) -> Response {
    match coding(request.headers(), Some("gzip")) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn coding(headers: &HeaderMap, accepted: Option<&'static str>) -> Result<(), Problem> {
    let known = |value: &str| value == "identity" || Some(value) == accepted;
    let codings: Vec<_> = headers.get_all(header::CONTENT_ENCODING).iter().collect();
    match codings.as_slice() {
        [] => Ok(()),
        [one] if one.to_str().is_ok_and(known) => Ok(()),
        _ => Err(Problem::unsupported_encoding(accepted.unwrap_or("identity"))),
    }
}

fn query(uri: &Uri) -> Result<(), Problem> {
    let pairs: Vec<(String, String)> = Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .map_err(|_| Problem::invalid("The query cannot be read."))?;
    for (name, value) in &pairs {
        if name.chars().chain(value.chars()).any(char::is_control) {
            let field: String = name.chars().filter(|c| !c.is_control()).collect();
            return Err(Problem::field(field, "control_character", "must not contain control characters"));
        }
        if name == "cursor" && !ListTag::of(uri).is_on(value) {
            return Err(Page::foreign_cursor());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn code(uri: &'static str) -> Option<&'static str> {
        query(&Uri::from_static(uri)).err().map(|p| p.code())
    }

    #[test]
    fn control_characters_are_refused_wherever_they_stand() {
        for uri in ["/x?q=a%00b", "/x?q=%0A", "/x?a=1&q=%C2%85", "/x?%00=1"] {
            assert_eq!(code(uri), Some("invalid_input"), "{uri}");
        }
        assert_eq!(code("/x?q=B%C3%BCro+3%25"), None);
        assert_eq!(code("/x"), None);
    }

    #[test]
    fn only_a_cursor_of_this_very_list_passes() {
        let cursor = ListTag::of(&Uri::from_static("/api/v1/accounts/1/devices?sort=name")).put_on("abc");
        let passes = |list: &str| query(&format!("{list}&cursor={cursor}").parse().expect("a URI")).is_ok();
        assert!(passes("/api/v1/accounts/1/devices?limit=7&sort=name"));
        assert!(!passes("/api/v1/accounts/1/devices?sort=model"), "another order");
        assert!(!passes("/api/v1/accounts/1/devices?sort=name&status=offline"), "another filter");
        assert!(!passes("/api/v1/accounts/1/devices?"), "no order");
        assert!(!passes("/api/v1/accounts/2/devices?sort=name"), "another account");
        assert!(!passes("/api/v1/accounts/1/collectors?sort=name"), "another list");
        assert_eq!(code("/x?cursor="), Some("invalid_cursor"));
    }

    #[test]
    fn a_coding_is_read_where_it_was_agreed() {
        let with =
            |value: &'static str| HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(value))]);
        assert!(coding(&HeaderMap::new(), None).is_ok() && coding(&with("identity"), None).is_ok());
        assert!(coding(&with("gzip"), Some("gzip")).is_ok());
        for (value, accepted) in [("gzip", None), ("br", Some("gzip")), ("gzip, gzip", Some("gzip")), ("", None)] {
            assert_eq!(coding(&with(value), accepted).expect_err("refused").status().as_u16(), 415, "{value}");
        }
    }
}
