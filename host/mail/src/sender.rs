//! Sends a letter to the relay.

use std::time::Duration;

use bailiwick_egress::{Behalf, Egress, EgressError, Purpose};
use lettre::address::Envelope;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart, header};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use uuid::Uuid;

use crate::letter::{LOGO, Letter, names};
use crate::server::{Security, SmtpServer};
use crate::stream::{Connection, StartTlsError, start_tls};

/// A whole delivery to the relay takes at most so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{code}")]
pub struct SendError {
    /// A stable code, `[a-z][a-z0-9_]{0,63}`.
    pub code: &'static str,
    /// Whether another try may do better.
    pub again: bool,
    /// What was behind it.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl SendError {
    fn later(code: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { code, again: true, source: source.into() }
    }

    fn never(code: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { code, again: false, source: source.into() }
    }
}

impl From<EgressError> for SendError {
    /// Tried again whatever it is: settings and name services are mended.
    fn from(error: EgressError) -> Self {
        let code = match error {
            EgressError::NotAllowed(_) => "egress_not_allowed",
            EgressError::Forbidden(_) => "egress_forbidden_address",
            EgressError::Unresolved(_) => "smtp_unresolved",
            EgressError::TimedOut => "smtp_timed_out",
            _ => "smtp_unreachable",
        };
        Self::later(code, error)
    }
}

impl From<StartTlsError> for SendError {
    fn from(error: StartTlsError) -> Self {
        let code = match error {
            StartTlsError::NotOffered => "smtp_without_tls",
            StartTlsError::Protocol => "smtp_protocol",
            StartTlsError::Io(_) => "smtp_unreachable",
        };
        Self::later(code, error)
    }
}

impl From<lettre::transport::smtp::Error> for SendError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        if error.is_permanent() {
            Self::never("smtp_refused", error)
        } else if error.is_transient() {
            Self::later("smtp_deferred", error)
        } else {
            Self::later("smtp_failed", error)
        }
    }
}

/// Sends letters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    egress: Egress,
    server: SmtpServer,
    from: Mailbox,
    product: String,
}

/// A sender's address that is none.
#[derive(Debug, thiserror::Error)]
#[error("is not an address like Bailiwick <no-reply@example.com>")]
pub struct BadSender(#[source] lettre::address::AddressError);

impl Sender {
    /// To this relay, from this address: `no-reply@example.com` or `Bailiwick <no-reply@example.com>`.
    ///
    /// # Errors
    /// [`BadSender`].
    pub fn new(egress: Egress, server: SmtpServer, from: &str, product: String) -> Result<Self, BadSender> {
        let from = from.parse().map_err(BadSender)?;
        Ok(Self { egress, server, from, product })
    }

    /// Whether this could be a sender's address.
    ///
    /// # Errors
    /// [`BadSender`].
    pub fn check_from(from: &str) -> Result<(), BadSender> {
        from.parse::<Mailbox>().map(drop).map_err(BadSender)
    }

    /// Sends it; after `Ok` the relay answers for it.
    ///
    /// # Errors
    /// [`SendError`]. An error after the relay took the letter is possible; then it is sent twice.
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let (envelope, message) = self.message(letter)?;
        let sending = async {
            let mut relay = self.relay().await?;
            let sent = self.hand_over(&mut relay, &envelope, &message).await;
            match sent {
                Ok(()) => drop(relay.quit().await),
                Err(_) => relay.abort().await,
            }
            sent
        };
        let late = |elapsed| SendError::later("smtp_timed_out", elapsed);
        timeout(PATIENCE, sending).await.map_err(late)?
    }

    fn hello(&self) -> String {
        self.from.email.domain().to_owned()
    }

    async fn relay(&self) -> Result<AsyncSmtpConnection, SendError> {
        let SmtpServer { host, port, security, .. } = &self.server;
        let mut stream = self.egress.connect(Behalf::Platform, Purpose::Smtp, host, *port).await?;
        let hello = self.hello();
        let connection = match security {
            Security::Implicit => Connection::implicit(self.egress.secure(host, stream).await?),
            Security::StartTls => {
                start_tls(&mut stream, &hello).await?;
                Connection::upgraded(self.egress.secure(host, stream).await?)
            }
            Security::OwnNetwork => {
                let peer = stream.peer_addr().map_err(|error| SendError::later("smtp_unreachable", error))?;
                if !self.egress.is_own(peer.ip()) {
                    return Err(SendError::later("smtp_without_tls", "the relay is in no own network"));
                }
                Connection::Clear(stream)
            }
        };
        Ok(AsyncSmtpConnection::connect_with_transport(Box::new(connection), &ClientId::Domain(hello)).await?)
    }

    async fn hand_over(
        &self,
        relay: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<(), SendError> {
        if let Some((name, password)) = &self.server.credentials {
            let credentials = Credentials::new(name.clone(), password.expose_secret().to_owned());
            let refused = |error| SendError::later("smtp_sign_in_refused", error);
            relay.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(refused)?;
        }
        relay.send(envelope, message).await?;
        Ok(())
    }

    /// The address is the platform's, whose relay vouches for it; the name before it is that of the brand.
    fn sender_of(&self, letter: &Letter) -> Mailbox {
        let name = letter.brand.name.as_deref().map(names::shown).filter(|name| !name.is_empty());
        Mailbox::new(name.or_else(|| self.from.name.clone()), self.from.email.clone())
    }

    /// The letter as it goes over the wire. Names and addresses are encoded here; a line break in one cannot become a
    /// header.
    fn message(&self, letter: &Letter) -> Result<(Envelope, Vec<u8>), SendError> {
        let to: Address = letter.to.parse().map_err(|error| SendError::never("bad_address", error))?;
        let name = letter.name.as_deref().map(names::shown).filter(|name| !name.is_empty());
        let written = letter.written(&self.product);
        let body = body(written.text, written.html, letter.brand.logo.as_ref())?;
        let message = Message::builder()
            .from(self.sender_of(letter))
            .to(Mailbox::new(name, to))
            .subject(written.subject)
            .date_now()
            .message_id(Some(format!("<{}@{}>", Uuid::new_v4(), self.hello())))
            .header(AutoSubmitted)
            .multipart(body)
            .map_err(|error| SendError::never("bad_letter", error))?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// Plain text and HTML; a logo beside the HTML that shows it.
fn body(text: String, html: String, logo: Option<&Vec<u8>>) -> Result<MultiPart, SendError> {
    let Some(logo) = logo else { return Ok(MultiPart::alternative_plain_html(text, html)) };
    let png = header::ContentType::parse("image/png").map_err(|error| SendError::never("bad_letter", error))?;
    let image = Attachment::new_inline(LOGO.to_owned()).body(logo.clone(), png);
    let shown = MultiPart::related().singlepart(SinglePart::html(html)).singlepart(image);
    Ok(MultiPart::alternative().singlepart(SinglePart::plain(text)).multipart(shown))
}

/// `Auto-Submitted: auto-generated` (RFC 3834), so that nobody's holiday note answers.
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
