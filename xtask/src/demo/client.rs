//! The demo's hands: the same REST calls that the portal makes, signed in as an operator with a cookie and the
//! CSRF value. Answers are JSON values; an error carries the problem's `code` and `detail`.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{Method, Request, Response};

/// A signed-in operator.
pub struct Client {
    agent: Agent,
    base: String,
    cookie: String,
    csrf: String,
}

/// An agent that answers every status, within ten seconds.
pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .new_agent()
}

impl Client {
    /// `POST /session`.
    pub fn sign_in(base: &str, email: &str, password: &str) -> Result<Self> {
        let mut client =
            Self { agent: agent(), base: format!("{base}/api/v1"), cookie: String::new(), csrf: String::new() };
        let response = client.send(Method::POST, "/session", Some(&json!({ "email": email, "password": password })))?;
        let cookie = response
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .context("the server set no session cookie")?;
        cookie.clone_into(&mut client.cookie);
        let body = read("POST /session", response)?;
        body.get("csrf").and_then(Value::as_str).context("the server gave no csrf value")?.clone_into(&mut client.csrf);
        Ok(client)
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Result<Value> {
        read(path, self.send(Method::GET, path, None)?)
    }

    /// `POST path` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        read(path, self.send(Method::POST, path, Some(body))?)
    }

    /// `PUT path` with a JSON body.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value> {
        read(path, self.send(Method::PUT, path, Some(body))?)
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response<ureq::Body>> {
        let url = format!("{}{path}", self.base);
        let mut request = Request::builder().method(method).uri(&url).header("accept", "application/json");
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie).header("x-csrf-token", &self.csrf);
        }
        let sent = match body {
            Some(body) => self.agent.run(request.header("content-type", "application/json").body(body.to_string())?),
            None => self.agent.run(request.body(())?),
        };
        sent.with_context(|| format!("no answer from {url}"))
    }
}

fn read(what: &str, mut response: Response<ureq::Body>) -> Result<Value> {
    let status = response.status();
    let text = response.body_mut().read_to_string().with_context(|| format!("{what}: the answer broke off"))?;
    let value: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
    if !status.is_success() {
        let part = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        bail!("{what}: {status} {} {}", part("code"), part("detail"));
    }
    Ok(value)
}

/// A text member of a JSON object.
pub fn text(value: &Value, key: &str) -> Result<String> {
    Ok(value.get(key).and_then(Value::as_str).with_context(|| format!("the answer has no {key}"))?.to_owned())
}
