//! Lists: `{items, next}` with keyset cursors, or the same rows as CSV when `Accept` asks for it.
//!
//! A cursor is opaque to callers and carries no right: every page is read in the caller's scope again.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use bailiwick_devices::PageRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Problem;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Most rows; 50 by default, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl Page {
    /// The most rows of a page.
    pub const MAX: u32 = 500;

    /// Rows of this page.
    ///
    /// # Errors
    /// `invalid_input` for 0 or more than [`Self::MAX`].
    pub fn limit(&self) -> Result<u32, Problem> {
        match self.limit {
            None => Ok(50),
            Some(n @ 1..=Self::MAX) => Ok(n),
            Some(_) => Err(Problem::field("limit", "out_of_range", "give 1 to 500")),
        }
    }

    /// The row after which this page begins.
    ///
    /// # Errors
    /// `invalid_input` for a cursor that no list gave.
    pub fn after<C: std::str::FromStr>(&self) -> Result<Option<C>, Problem> {
        self.cursor.as_ref().map(|text| text.parse().map_err(|_| Self::foreign_cursor())).transpose()
    }

    /// What a cursor of another list, or of none, is answered with.
    #[must_use]
    pub fn foreign_cursor() -> Problem {
        Problem::field("cursor", "invalid", "is not a cursor of this list")
    }

    /// As the lists of devices and collectors take it.
    ///
    /// # Errors
    /// As [`Self::limit`] and [`Self::after`].
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
    /// A list that ends here.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page, its rows shown by `view`.
    #[must_use]
    pub fn of<R>(page: bailiwick_devices::Page<R>, view: impl FnMut(R) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next: page.next.map(|c| c.to_string()) }
    }
}

/// What the caller wants a list as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{items, next}`.
    Json,
    /// RFC 4180, with a header; the next page's cursor in `Link`.
    Csv,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let accept = parts.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let first = accept.split([',', ';']).next().unwrap_or_default().trim();
        Ok(if first.eq_ignore_ascii_case("text/csv") { Self::Csv } else { Self::Json })
    }
}

impl Format {
    /// The list in this form.
    ///
    /// # Errors
    /// `internal` when a row cannot be written.
    pub fn reply<T: Serialize>(self, list: List<T>) -> Result<Response, Problem> {
        match self {
            Self::Json => Ok(Json(list).into_response()),
            Self::Csv => csv(&list),
        }
    }
}

fn csv<T: Serialize>(list: &List<T>) -> Result<Response, Problem> {
    let rows = list.items.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>();
    let rows = rows.map_err(|e| Problem::internal(&e))?;
    let text = super::table::write(&rows).map_err(|e| Problem::internal(&e))?;
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Some(next) = &list.next {
        let link = HeaderValue::from_str(&format!("<?cursor={next}>; rel=\"next\""));
        link.map(|link| headers.insert(header::LINK, link)).map_err(|e| Problem::internal(&e))?;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_cursors_and_limits_are_refused() {
        for cursor in ["", "!!", "bm9uc2Vuc2U"] {
            let page = Page { limit: None, cursor: Some(cursor.to_owned()) };
            assert_eq!(page.request().expect_err("refused").code(), "invalid_input");
        }
        for limit in [0, 501] {
            assert!(Page { limit: Some(limit), cursor: None }.limit().is_err());
        }
    }

    #[test]
    fn a_csv_list_tells_of_its_next_page() {
        let list = List { items: vec![serde_json::json!({"a": 1})], next: Some("x_y-z".to_owned()) };
        let response = Format::Csv.reply(list).expect("writes");
        assert_eq!(response.headers()["link"], "<?cursor=x_y-z>; rel=\"next\"");
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    }
}
