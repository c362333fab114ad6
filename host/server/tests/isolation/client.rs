//! Calls as somebody makes them: with no credential, a token, or a session's cookie and CSRF value.

use reqwest::{Client as Http, Method, StatusCode};
use serde_json::{Value, json};

use super::operations::{Body, Call};
use crate::support::{PASSWORD, Reply, client};

/// How a caller proves who it is.
#[derive(Clone)]
enum Proof {
    Nothing,
    Token(String),
    Session { cookie: String, csrf: String },
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Client {
    http: Http,
    base: String,
    proof: Proof,
}

impl Client {
    pub fn anonymous(base: &str) -> Self {
        Self { http: client(), base: base.to_owned(), proof: Proof::Nothing }
    }

    pub fn token(base: &str, token: &str) -> Self {
        Self { proof: Proof::Token(token.to_owned()), ..Self::anonymous(base) }
    }

    /// Signs in as the portal does.
    pub async fn sign_in(base: &str, email: &str) -> Self {
        Self::of(Self::anonymous(base), Self::first_step(base, email).await)
    }

    /// What the password alone gives.
    pub async fn first_step(base: &str, email: &str) -> Reply {
        let body = json!({ "email": email, "password": PASSWORD });
        Self::anonymous(base).post("/api/v1/session", body).await
    }

    fn of(nobody: Self, reply: Reply) -> Self {
        let cookie = reply.headers.get("set-cookie").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let session = reply.expect(StatusCode::OK);
        let csrf = session["csrf"].as_str().expect("a CSRF value").to_owned();
        Self { proof: Proof::Session { cookie, csrf }, ..nobody }
    }

    pub fn is_person(&self) -> bool {
        matches!(self.proof, Proof::Session { .. })
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.proof {
            Proof::Nothing => request,
            Proof::Token(token) => request.bearer_auth(token),
            Proof::Session { cookie, csrf } => request.header("cookie", cookie).header("x-csrf-token", csrf),
        }
    }

    /// The lines of a request's head by which it proves who it is.
    pub fn proof_lines(&self) -> String {
        match &self.proof {
            Proof::Nothing => String::new(),
            Proof::Token(token) => format!("authorization: Bearer {token}\r\n"),
            Proof::Session { cookie, csrf } => format!("cookie: {cookie}\r\nx-csrf-token: {csrf}\r\n"),
        }
    }

    /// Makes the call at a path whose placeholders are filled in. Of a stream that goes on, only the head is read. What
    /// changes the caller itself is undone at once.
    pub async fn call(&self, method: Method, path: &str, call: &Call) -> Reply {
        let request = self.request(method, path);
        let request = match &call.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let request = match &call.body {
            Body::None => request,
            Body::Json(value) => request.json(value),
            Body::Bytes(kind, bytes) => request.header("content-type", *kind).body(bytes.clone()),
        };
        let response = request.send().await.expect("the server answers");
        let endless = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
        if endless {
            let (status, headers) = (response.status(), response.headers().clone());
            return Reply { status, headers, text: String::new() };
        }
        let reply = Reply::read(response).await;
        if let (true, Some(undo)) = (reply.status.is_success(), call.undo) {
            self.send(Method::DELETE, undo, Value::Null).await.expect(StatusCode::NO_CONTENT);
        }
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Reply {
        Reply::of(self.request(method, path).json(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, body).await
    }
}
