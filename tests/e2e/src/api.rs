//! The REST API as a script or a browser calls it: a bearer token or a session, JSON, and the whole reply to look at.

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// A caller.
#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    credential: Credential,
}

#[derive(Clone)]
enum Credential {
    None,
    Token(String),
    Session { cookie: String, csrf: String },
}

/// A reply, whatever its status.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The JSON body; null where there is none.
    pub body: Value,
}

impl Api {
    /// A caller of `<base>/…`; `base` has no path.
    #[must_use]
    pub fn new(http: Client, base: &str, token: Option<&str>) -> Self {
        let credential = token.map_or(Credential::None, |token| Credential::Token(token.to_owned()));
        Self { http, base: base.to_owned(), credential }
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { credential: Credential::Token(token.to_owned()), ..self.clone() }
    }

    /// The same without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { credential: Credential::None, ..self.clone() }
    }

    /// The same as an operator who signed in.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Self> {
        let body = json!({ "email": email, "password": password });
        let reply = self.anonymous().call(Method::POST, "/api/v1/session", Some(&body)).await?;
        let cookie = reply.headers.get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).unwrap_or_default().to_owned();
        let csrf = text(&reply.success("sign-in")?, "csrf")?.to_owned();
        Ok(Self { credential: Credential::Session { cookie, csrf }, ..self.clone() })
    }

    /// The server's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When there is no reply.
    pub async fn send(&self, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Result<Reply> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        request = match &self.credential {
            Credential::None => request,
            Credential::Token(token) => request.bearer_auth(token),
            Credential::Session { cookie, csrf } => request.header(COOKIE, cookie).header("x-csrf-token", csrf),
        };
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, content_type).body(body);
        }
        let response = request.send().await.with_context(|| format!("no reply for {path}"))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { status, headers, body })
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// When there is no reply.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Reply> {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send(method, path, "application/json", bytes).await
    }

    /// `GET /api/v1…` that must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, &format!("/api/v1{path}"), None).await?.success(path)
    }

    /// `POST /api/v1…` that must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, &format!("/api/v1{path}"), Some(body)).await?.success(path)
    }

    /// `PUT /api/v1…` that must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::PUT, &format!("/api/v1{path}"), Some(body)).await?.success(path)
    }

    /// All items of a list, page by page.
    ///
    /// # Errors
    /// When a page cannot be had or is no list.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let next = cursor.map_or_else(String::new, |cursor| format!("{joint}cursor={cursor}"));
            let page = self.get(&format!("{path}{next}")).await?;
            items.extend(page.get("items").and_then(Value::as_array).context("no items in the list")?.iter().cloned());
            match page.get("next").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    /// With the problem of a refusal.
    pub fn success(self, what: &str) -> Result<Value> {
        ensure!(self.status.is_success(), "{what}: {} {}", self.status, self.body);
        Ok(self.body)
    }

    /// Checks that this is a refusal with this status and stable code, in the form of RFC 9457.
    ///
    /// # Errors
    /// When it is not.
    pub fn refused(&self, status: u16, code: &str) -> Result<()> {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let found = self.body.get("code").and_then(Value::as_str).unwrap_or_default();
        if self.status.as_u16() != status || found != code || !kind.starts_with("application/problem+json") {
            bail!("expected {status} {code}, got {} {kind} {}", self.status, self.body);
        }
        let whole = ["type", "title", "status", "request_id"].iter().all(|key| self.body.get(key).is_some());
        ensure!(whole, "the problem lacks a member: {}", self.body);
        Ok(())
    }
}

/// A text member.
///
/// # Errors
/// When it is absent or no text.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value.get(key).and_then(Value::as_str).with_context(|| format!("no text `{key}` in {value}"))
}
