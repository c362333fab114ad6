//! A small SMTP server (RFC 5321) with STARTTLS (RFC 3207), implicit TLS and AUTH PLAIN: it takes mail and keeps it. The
//! server's tests use it too.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How the relay behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Offers STARTTLS and takes mail after it alone.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// Offers no TLS: an honest old one, or somebody on the wire who removed the offer.
    Stripped,
    /// Sends more after its answer to STARTTLS, as somebody on the wire would.
    Injecting,
    /// Refuses every recipient for good.
    Refusing,
    /// Asks to come back later.
    Busy,
}

/// A mail that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    /// Whether it came by TLS.
    pub secure: bool,
    /// Who signed in: name and password.
    pub credentials: Option<String>,
}

impl Taken {
    /// The value of a header, unfolded and undecoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}: ", name.to_lowercase());
        head.split("\r\n").find(|line| line.to_lowercase().starts_with(&prefix)).map(|l| l[prefix.len()..].to_owned())
    }

    /// Every header's name, in lower case.
    pub fn header_names(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_lowercase()).collect()
    }

    /// The parts of the body, transfer encodings undone.
    pub fn parts(&self) -> Vec<String> {
        let kind = self.header("content-type").unwrap();
        let boundary = kind.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        let body = self.data.split_once("\r\n\r\n").unwrap().1;
        let line = format!("--{boundary}");
        let parts = body.split(&line).skip(1).filter(|part| !part.starts_with("--"));
        parts
            .map(|part| {
                let (head, body) = part.trim_start().split_once("\r\n\r\n").unwrap();
                let head = head.to_lowercase();
                if head.contains("quoted-printable") {
                    unquoted(body)
                } else if head.contains("base64") {
                    panic!("a test would have to undo base64")
                } else {
                    body.to_owned()
                }
            })
            .collect()
    }

    /// The plain text, and what is beside it with its logo, both with their quoting undone and all else as it came.
    pub fn parts_with_logo(&self) -> (String, String) {
        let whole = unquoted_where_quoted(&self.data);
        let (text, rest) = whole.split_once("multipart/related").expect("a logo beside the text");
        (text.to_owned(), rest.to_owned())
    }

    /// The link of the plain text.
    pub fn link(&self) -> String {
        let text = self.parts()[0].clone();
        text.lines().find(|line| line.contains("#token=")).expect("a link").trim().to_owned()
    }

    /// The secret of the link.
    pub fn token(&self) -> String {
        self.link().split("#token=").nth(1).unwrap().to_owned()
    }
}

fn unquoted(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Undoes quoted-printable in a text of several parts, of which not all are in it.
fn unquoted_where_quoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut pieces = text.split('=');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii);
        match (byte, piece.get(2..)) {
            (Some(byte), Some(rest)) => whole.extend([&char::from(byte).to_string(), rest]),
            _ => whole.extend(["=", piece]),
        }
    }
    whole
}

/// The relay, at `localhost`.
pub struct Relay {
    pub address: SocketAddr,
    /// Whose signature its certificate has.
    pub authority: CertificateDer<'static>,
    /// The same as PEM.
    pub authority_pem: String,
    pub taken: Arc<Mutex<Vec<Taken>>>,
    /// Every command that came in clear.
    pub clear: Arc<Mutex<Vec<String>>>,
    manner: Arc<Mutex<Manner>>,
}

impl Relay {
    pub async fn start(manner: Manner) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (authority, authority_pem) = (made.cert.der().clone(), made.cert.pem());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![authority.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let relay = Self {
            address,
            authority,
            authority_pem,
            taken: Arc::default(),
            clear: Arc::default(),
            manner: Arc::new(Mutex::new(manner)),
        };
        let (taken, clear, manner) = (Arc::clone(&relay.taken), Arc::clone(&relay.clear), Arc::clone(&relay.manner));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, taken, clear) = (acceptor.clone(), Arc::clone(&taken), Arc::clone(&clear));
                let manner = *manner.lock().unwrap();
                tokio::spawn(async move {
                    let _ = serve(stream, acceptor, manner, taken, clear).await;
                });
            }
        });
        relay
    }

    /// From now on it behaves like this.
    pub fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: tokio::net::TcpStream,
    acceptor: TlsAcceptor,
    manner: Manner,
    taken: Arc<Mutex<Vec<Taken>>>,
    clear: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    if manner == Manner::Implicit {
        let mut stream = BufReader::new(acceptor.accept(stream).await?);
        stream.write_all(b"220 localhost\r\n").await?;
        return session(&mut stream, manner, true, &taken, &clear).await.map(drop);
    }
    stream.write_all(b"220 localhost\r\n").await?;
    let mut clear_stream = BufReader::new(stream);
    if !session(&mut clear_stream, manner, false, &taken, &clear).await? {
        return Ok(());
    }
    let mut stream = BufReader::new(acceptor.accept(clear_stream.into_inner()).await?);
    session(&mut stream, manner, true, &taken, &clear).await.map(drop)
}

/// One dialogue; true where the client asked for TLS.
async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    manner: Manner,
    secure: bool,
    taken: &Mutex<Vec<Taken>>,
    clear: &Mutex<Vec<String>>,
) -> io::Result<bool> {
    let (mut from, mut to, mut credentials) = (String::new(), Vec::new(), None);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let line = line.trim_end().to_owned();
        if !secure {
            clear.lock().unwrap().push(line.clone());
        }
        let upper = line.to_uppercase();
        let reply: &[u8] = if upper.starts_with("EHLO") {
            match (secure, manner) {
                (false, Manner::Stripped) => b"250-localhost\r\n250 8BITMIME\r\n",
                (false, _) => b"250-localhost\r\n250-8BITMIME\r\n250 STARTTLS\r\n",
                (true, _) => b"250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            }
        } else if upper == "STARTTLS" && !secure && manner != Manner::Stripped {
            if manner == Manner::Injecting {
                stream.write_all(b"220 go on\r\n250-localhost\r\n250 AUTH PLAIN\r\n").await?;
            } else {
                stream.write_all(b"220 go on\r\n").await?;
            }
            stream.flush().await?;
            return Ok(true);
        } else if upper.starts_with("AUTH PLAIN ") {
            credentials = Some(line[11..].to_owned());
            b"235 welcome\r\n"
        } else if upper.starts_with("MAIL FROM:") {
            if manner == Manner::Busy {
                b"451 later\r\n"
            } else {
                from = bare(&line);
                b"250 ok\r\n"
            }
        } else if upper.starts_with("RCPT TO:") {
            if manner == Manner::Refusing {
                b"550 nobody of this name\r\n"
            } else {
                to.push(bare(&line));
                b"250 ok\r\n"
            }
        } else if upper == "DATA" {
            stream.write_all(b"354 go on\r\n").await?;
            stream.flush().await?;
            let mut data = String::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(false);
                }
                if line == ".\r\n" {
                    break;
                }
                data.push_str(line.strip_prefix('.').unwrap_or(&line));
            }
            let mail = Taken {
                from: from.clone(),
                to: std::mem::take(&mut to),
                data,
                secure,
                credentials: credentials.clone(),
            };
            taken.lock().unwrap().push(mail);
            b"250 taken\r\n"
        } else if upper == "QUIT" {
            stream.write_all(b"221 bye\r\n").await?;
            stream.flush().await?;
            return Ok(false);
        } else if upper == "RSET" || upper == "NOOP" {
            b"250 ok\r\n"
        } else {
            b"500 what\r\n"
        };
        stream.write_all(reply).await?;
        stream.flush().await?;
    }
}

/// What stands in angle brackets.
fn bare(line: &str) -> String {
    line.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default().to_owned()
}
