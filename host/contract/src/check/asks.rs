//! May this be asked?

use super::{Checker, Denied};
use crate::{
    exchange::{Ask, HttpRequest, Input},
    value::Oid,
};

/// The most OIDs, state keys or people of one ask.
const MAX_ITEMS: usize = 1_024;
/// The longest id of a channel or person, in bytes.
const MAX_ID: usize = 128;
/// The longest body of an outgoing HTTP call, in bytes.
const MAX_HTTP_BODY: usize = 1 << 20;
/// The longest URL, in bytes.
const MAX_URL: usize = 2_048;

impl Checker<'_> {
    /// Whether a driver may ask this while it handles `input`.
    ///
    /// # Errors
    /// [`Denied`]; the ask is then answered [`crate::exchange::Failure::Denied`] and goes no further.
    pub fn ask(&self, input: &Input, ask: &Ask) -> Result<(), Denied> {
        let kind = ask.kind();
        if !self.manifest.ask_kinds().any(|k| k == kind) {
            return Err(Denied::Undeclared(kind));
        }
        let (declared, formed) = match ask {
            Ask::SnmpGet(oids) => (oids.iter().all(|oid| self.oid(oid)), (1..=MAX_ITEMS).contains(&oids.len())),
            Ask::SnmpWalk(oid) => (self.oid(oid), true),
            Ask::State(keys) => (
                keys.iter().all(|k| self.manifest.states.iter().any(|s| s.key == *k)),
                (1..=MAX_ITEMS).contains(&keys.len()),
            ),
            Ask::NextCommand(_) => (true, true),
            Ask::Members(channel) => (true, is_id(channel)),
            Ask::People(ids) => (true, (1..=MAX_ITEMS).contains(&ids.len()) && ids.iter().all(|id| is_id(id))),
            Ask::Objects(object) => (self.manifest.objects.iter().any(|o| o.kind == *object), true),
            Ask::Http(request) => (self.host(&request.url), is_call(request)),
        };
        if !formed {
            return Err(Denied::Malformed(kind));
        }
        if !declared {
            return Err(Denied::Undeclared(kind));
        }
        if matches!(ask, Ask::SnmpGet(_) | Ask::SnmpWalk(_)) && !matches!(input, Input::Poll(_)) {
            return Err(Denied::WrongInput(kind));
        }
        if !self.permitted.ask(kind) {
            return Err(Denied::NotGranted(kind));
        }
        Ok(())
    }

    fn oid(&self, oid: &Oid) -> bool {
        self.manifest.asks.snmp.iter().any(|prefix| prefix.contains(oid))
    }

    /// Whether the URL's host is one of the manifest's; by HTTPS, its port the default one.
    fn host(&self, url: &str) -> bool {
        let Some(rest) = url.strip_prefix("https://") else { return false };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        self.manifest.asks.http.iter().any(|h| h == host)
    }
}

/// Visible ASCII only, so that an id can neither hide nor split a line.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_call(request: &HttpRequest) -> bool {
    let token = |t: &str, max| (1..=max).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic());
    matches!(request.method.as_str(), "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")
        // A backslash is a slash to some parsers of URLs, so the host could read differently there.
        && token(&request.url, MAX_URL)
        && !request.url.contains(['\\', '@'])
        && request.credential.as_deref().is_none_or(|c| token(c, 64))
        && request.content_type.as_deref().is_none_or(is_media_type)
        && request.body.len() <= MAX_HTTP_BODY
}

/// `type/subtype` with parameters, in one line.
pub(super) fn is_media_type(text: &str) -> bool {
    text.len() <= 128 && text.contains('/') && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}
