//! Bodies, queries and paths as types; what does not fit is a problem that names the field.

use std::marker::PhantomData;

use axum::{
    body::{Bytes, HttpBody as _},
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{FieldProblem, Problem, body};

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonText(bytes) = JsonText::from_request(request, state).await?;
        parse(&bytes).map(Json)
    }
}

/// A JSON body that may be left out, or null.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        if !request.headers().contains_key(header::CONTENT_TYPE) && request.body().is_end_stream() {
            return Ok(None);
        }
        let JsonText(bytes) = JsonText::from_request(request, state).await?;
        if bytes.trim_ascii() == b"null" { Ok(None) } else { parse(&bytes).map(|body| Some(Self(body))) }
    }
}

/// A JSON body that was not parsed yet.
#[derive(Debug, Clone)]
pub struct JsonText(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send application/json.",
            ));
        }
        Bytes::from_request(request, state).await.map(Self).map_err(|_| body::broken())
    }
}

/// Parses a JSON text.
///
/// # Errors
/// `malformed_json` (400) for a text that is no JSON, `invalid_input` (422) with the field's path for
/// one of another shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Whole(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { Problem::field(field, "invalid", plain(&error.to_string())) } else { malformed(&error) }
    })?;
    json.end().map_err(|e| malformed(&e))?;
    Ok(value)
}

/// A body: every one is an object.
struct Whole<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        object(from).map(Self)
    }
}

/// Reads an object and nothing else, with `#[serde(deserialize_with)]` also for an object in another: what
/// serde derives for a struct would take a list of its fields' values too.
///
/// # Errors
/// What the value's own parsing gives, and for anything that is no object.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    from.deserialize_map(Object(PhantomData))
}

/// What a parser says, in words of JSON: without names of the server's types, and without the line and
/// column of a body whose field is named beside it.
fn plain(told: &str) -> String {
    let told = told.rsplit_once(" at line ").map_or(told, |(told, _)| told);
    let Some((found, expected)) = told.rsplit_once(", expected ") else { return told.to_owned() };
    let expected = match expected.split(' ').next().unwrap_or_default() {
        "struct" | "map" => "an object",
        "enum" | "variant" | "internally" | "adjacently" | "tuple" | "newtype" | "identifier" | "str" => "a text",
        "u8" | "u16" | "u32" | "u64" | "usize" | "nonzero" => "a whole number that is not negative and not too large",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number that is not too large",
        "f32" | "f64" => "a number",
        "unit" | "option" => "null",
        _ => expected,
    };
    format!("{found}, expected {expected}")
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", format!("The body is not valid JSON: {error}"))
}

fn is_json(request: &Request) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .is_some_and(|mime| mime.trim().eq_ignore_ascii_case("application/json"))
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
                let detail = plain(&detail);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(default, deserialize_with = "object")]
        inner: Inner,
        number: u8,
    }

    #[derive(Debug, Default, Deserialize)]
    struct Inner {
        text: Option<String>,
    }

    fn told(body: &str) -> FieldProblem {
        let problem = parse::<Outer>(body.as_bytes()).expect_err("refused");
        assert_eq!(problem.code(), "invalid_input");
        problem.errors().first().cloned().expect("a field")
    }

    #[test]
    fn a_list_of_values_is_no_object() {
        let outer: Outer = parse(br#"{"inner": {"text": "x"}, "number": 1}"#).expect("reads");
        assert_eq!((outer.inner.text.as_deref(), outer.number), (Some("x"), 1));
        assert_eq!(told(r#"[{"text": "x"}, 1]"#).detail, "invalid type: sequence, expected an object");
        let nested = told(r#"{"inner": ["x"], "number": 1}"#);
        assert_eq!(
            (nested.field.as_str(), nested.detail.as_str()),
            ("inner", "invalid type: sequence, expected an object")
        );
    }

    #[test]
    fn no_detail_names_a_type_of_the_server() {
        assert_eq!(
            told(r#"{"number": -1}"#).detail.split_once("expected ").map(|(_, e)| e),
            Some("a whole number that is not negative and not too large")
        );
        assert_eq!(told(r#"{"inner": {"text": 1}}"#).field, "inner.text");
        assert_eq!(
            plain("invalid type: map, expected struct Body at line 1 column 2"),
            "invalid type: map, expected an object"
        );
        assert_eq!(plain("unknown field `x`, expected one of `a`, `b`"), "unknown field `x`, expected one of `a`, `b`");
    }
}
