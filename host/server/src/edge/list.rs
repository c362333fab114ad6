//! Lists: `{items, next}` with keyset cursors, or the same rows as CSV when `Accept` asks for it.
//!
//! A cursor is opaque to callers, belongs to the list and order that gave it, and carries no right: every
//! page is read in the caller's scope again.

use std::cmp::Reverse;

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use bailiwick_store::{Cursor, PageRequest};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{FieldProblem, Problem, Tabular};

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Most rows; 50 by default, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1, max_length = 2057)]
    cursor: Option<String>,
}

impl Page {
    fn limit(&self) -> Result<u32, Problem> {
        match self.limit {
            None => Ok(50),
            Some(n @ 1..=PageRequest::MAX) => Ok(n),
            Some(_) => Err(Problem::field("limit", "out_of_range", "give 1 to 500")),
        }
    }

    /// The row after which this page begins. The guard has already checked that the cursor belongs to this list.
    fn after(&self) -> Result<Option<Cursor>, Problem> {
        let parse = |text: &String| text.rsplit_once('.').and_then(|(place, _)| place.parse().ok());
        self.cursor.as_ref().map(|text| parse(text).ok_or_else(Self::foreign_cursor)).transpose()
    }

    /// What a cursor of another list, or of none, is answered with.
    #[must_use]
    pub fn foreign_cursor() -> Problem {
        let detail = "is not a cursor of this list in this order";
        let error = FieldProblem { field: "cursor".to_owned(), code: "invalid".to_owned(), detail: detail.to_owned() };
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_cursor", format!("cursor: {detail}"))
            .with_errors(vec![error])
    }

    /// As every list takes it.
    ///
    /// # Errors
    /// `invalid_input` for a limit of 0 or more than 500, `invalid_cursor` for a cursor that no list gave.
    pub fn request(&self) -> Result<PageRequest, Problem> {
        Ok(PageRequest::new(self.limit()?, self.after()?))
    }
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A page, its rows shown by `view`.
    #[must_use]
    pub fn of<R>(page: bailiwick_store::Page<R>, view: impl FnMut(R) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next: page.next.map(|c| c.to_string()) }
    }
}

/// Ties a cursor to the list that gave it: its path, its filters and its order. A cursor carries no right, so this is no
/// seal; it keeps one of another list from being taken for a place in this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListTag(String);

impl ListTag {
    pub(super) fn of(uri: &Uri) -> Self {
        let is_of_page = |pair: &&str| pair.starts_with("cursor=") || pair.starts_with("limit=");
        let mut asked: Vec<&str> = raw_pairs(uri).filter(|pair| !is_of_page(pair)).collect();
        asked.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(uri.path().trim_end_matches('/').as_bytes());
        for pair in asked {
            hash.update([0]);
            hash.update(pair.as_bytes());
        }
        let digest = hex::encode(hash.finalize());
        Self(digest.get(..8).unwrap_or(&digest).to_owned())
    }

    pub(super) fn put_on(&self, cursor: &str) -> String {
        format!("{cursor}.{}", self.0)
    }

    pub(super) fn is_on(&self, cursor: &str) -> bool {
        cursor.rsplit_once('.').is_some_and(|(_, tag)| tag == self.0)
    }
}

fn raw_pairs(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
}

/// How a list is to be answered: in which form, and what of the call goes into the reply.
#[derive(Debug, Clone)]
pub struct Format {
    form: Form,
    tag: ListTag,
    /// The query without its cursor.
    query: String,
    /// The list's name, for a file.
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{items, next}`.
    Json,
    /// RFC 4180, with a header; the next page in `Link`.
    Csv,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::asked(&parts.headers, &parts.uri))
    }
}

impl Format {
    fn asked(headers: &HeaderMap, uri: &Uri) -> Self {
        let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
        let others: Vec<&str> = raw_pairs(uri).filter(|pair| !pair.starts_with("cursor=")).collect();
        let name: String =
            uri.path().rsplit('/').next().unwrap_or_default().chars().filter(char::is_ascii_alphabetic).collect();
        Self { form: accepted(&accept.join(",")), tag: ListTag::of(uri), query: others.join("&"), name }
    }

    /// The list in this form.
    ///
    /// # Errors
    /// `internal` when a row cannot be written.
    pub fn reply<T: Tabular>(self, list: List<T>) -> Result<Response, Problem> {
        self.reply_with(list, Vec::new())
    }

    /// Whether columns are asked for.
    #[must_use]
    pub fn is_csv(&self) -> bool {
        self.form == Form::Csv
    }

    /// As [`Self::reply`], with more columns in a CSV file: what each is called, and where it stands in a row.
    ///
    /// # Errors
    /// As [`Self::reply`].
    pub fn reply_with<T: Tabular>(
        self,
        mut list: List<T>,
        columns: Vec<(String, String)>,
    ) -> Result<Response, Problem> {
        list.next = list.next.map(|cursor| self.tag.put_on(&cursor));
        let mut response = match self.form {
            Form::Json => Json(list).into_response(),
            Form::Csv => self.csv(&list, &columns)?,
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
        Ok(response)
    }

    fn csv<T: Tabular>(&self, list: &List<T>, columns: &[(String, String)]) -> Result<Response, Problem> {
        let text = super::table::write(&list.items, columns).map_err(|e| Problem::internal(&e))?;
        let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response();
        let headers = response.headers_mut();
        let file = HeaderValue::from_str(&format!("attachment; filename=\"{}.csv\"", self.name));
        headers.insert(header::CONTENT_DISPOSITION, file.map_err(|e| Problem::internal(&e))?);
        if let Some(next) = &list.next {
            let and = if self.query.is_empty() { "" } else { "&" };
            let others = self.query.replace('>', "%3E");
            let link = HeaderValue::from_str(&format!("<?{others}{and}cursor={next}>; rel=\"next\""));
            headers.insert(header::LINK, link.map_err(|e| Problem::internal(&e))?);
        }
        Ok(response)
    }
}

/// CSV where it is preferred to JSON (RFC 9110, section 12.5.1): by its weight, then where it is named more
/// exactly, then where it is named first.
fn accepted(accept: &str) -> Form {
    let csv = preference(accept, "text", "csv");
    if csv.0 > 0 && csv > preference(accept, "application", "json") { Form::Csv } else { Form::Json }
}

/// The weight in thousandths that the most exact range gives to a type, how exact that is, and how early it stands.
fn preference(accept: &str, main: &str, sub: &str) -> (u16, u8, Reverse<usize>) {
    let ranges = accept.split(',').enumerate().filter_map(|(at, range)| {
        let mut parts = range.split(';').map(str::trim);
        let (its_main, its_sub) = parts.next()?.split_once('/')?;
        let exact = match (its_main, its_sub) {
            ("*", "*") => 0,
            (m, "*") if m.eq_ignore_ascii_case(main) => 1,
            (m, s) if m.eq_ignore_ascii_case(main) && s.eq_ignore_ascii_case(sub) => 2,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((exact, Reverse(at), weight.map_or(1_000, thousandths)))
    });
    ranges.max().map_or((0, 0, Reverse(usize::MAX)), |(exact, at, weight)| (weight, exact, at))
}

/// `0` to `1` with at most three decimals; what is no weight weighs nothing.
fn thousandths(weight: &str) -> u16 {
    match weight.split_once('.').unwrap_or((weight, "")) {
        ("1", _) => 1_000,
        ("0", decimals) => format!("{decimals:0<3}").get(..3).and_then(|d| d.parse().ok()).unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        a: u8,
    }

    impl Tabular for Row {
        const COLUMNS: &'static [&'static str] = &["a"];
    }

    fn asked(accept: &'static str, uri: &'static str) -> Format {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Format::asked(&headers, &Uri::from_static(uri))
    }

    #[test]
    fn strange_cursors_and_limits_are_refused() {
        for cursor in ["", "!!", "bm9uc2Vuc2U", "bm9uc2Vuc2U.0123abcd"] {
            let page = Page { limit: None, cursor: Some(cursor.to_owned()) };
            assert_eq!(page.request().expect_err("refused").code(), "invalid_cursor");
        }
        for limit in [0, 501] {
            assert!(Page { limit: Some(limit), cursor: None }.limit().is_err());
        }
    }

    #[test]
    fn a_csv_list_is_a_file_and_tells_of_its_next_page() {
        let form = asked("text/csv", "/api/v1/accounts/1/devices?sort=name&cursor=old&limit=1");
        let tag = form.tag.0.clone();
        let response = form.reply(List { items: vec![Row { a: 1 }], next: Some("x_y-z".to_owned()) }).expect("writes");
        assert_eq!(response.headers()["link"], format!("<?sort=name&limit=1&cursor=x_y-z.{tag}>; rel=\"next\""));
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"devices.csv\"");
        assert_eq!(response.headers()["vary"], "accept");
    }

    #[test]
    fn the_form_is_the_one_preferred() {
        for accept in
            ["text/csv", "text/csv, */*;q=0.1", "application/json;q=0.5,text/csv;q=0.7", "text/*", "*/*, text/csv"]
        {
            assert_eq!(accepted(accept), Form::Csv, "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/json",
            "text/csv;q=0.5, application/json",
            "text/csv;q=0",
            "text/csv;q=0.9, */*",
            "text/html",
        ] {
            assert_eq!(accepted(accept), Form::Json, "{accept}");
        }
    }
}
