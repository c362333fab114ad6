//! A resolver that says what it is told, and an HTTPS server on loopback that counts who comes.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bailiwick_egress::address::PrivateNetworks;
use bailiwick_egress::{Destination, Egress, Limits, Purpose, Resolver, Settings};
use bailiwick_store::Store;
use prometheus::Registry;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Answers each question with the next of its answers; the last one stays.
#[derive(Default)]
pub struct Scripted {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    pub asked: AtomicUsize,
}

impl Scripted {
    pub fn says(self, name: &str, answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|all| all.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        self.answers.lock().unwrap().insert(name.to_owned(), answers);
        self
    }
}

#[async_trait]
impl Resolver for Scripted {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let left = answers.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(if left.len() > 1 { left.remove(0) } else { left[0].clone() })
    }
}

/// What a server on loopback answers.
#[derive(Clone)]
pub enum Answer {
    Text(&'static str),
    Redirect(String),
    /// A body of so many bytes, as its head says.
    Long(usize),
    /// A body without end.
    Endless,
    /// A head that does not come.
    Silence,
}

/// An HTTPS server whose certificate holds for these names, at 127.0.0.1 and, with the same port, 127.0.0.2.
pub struct Site {
    pub port: u16,
    pub authority: CertificateDer<'static>,
    /// Connections that were opened, by address: 127.0.0.1, 127.0.0.2.
    pub hits: [Arc<AtomicUsize>; 2],
    pub heads: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub async fn start(names: &[&str], answers: Vec<(&'static str, Answer)>) -> Self {
        let made =
            rcgen::generate_simple_self_signed(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        let authority = made.cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![authority.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = first.local_addr().unwrap().port();
        let second = TcpListener::bind(SocketAddr::from(([127, 0, 0, 2], port))).await.unwrap();
        let hits = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
        let heads = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(answers);
        for (listener, hits) in [first, second].into_iter().zip(hits.clone()) {
            let (acceptor, answers, heads) = (acceptor.clone(), Arc::clone(&answers), Arc::clone(&heads));
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    hits.fetch_add(1, Ordering::SeqCst);
                    let (acceptor, answers, heads) = (acceptor.clone(), Arc::clone(&answers), Arc::clone(&heads));
                    tokio::spawn(async move {
                        let Ok(mut stream) = acceptor.accept(stream).await else { return };
                        let mut head = Vec::new();
                        while !head.ends_with(b"\r\n\r\n") {
                            let Ok(byte) = stream.read_u8().await else { return };
                            head.push(byte);
                        }
                        let head = String::from_utf8(head).unwrap();
                        let path = head.split(' ').nth(1).unwrap().to_owned();
                        heads.lock().unwrap().push(head);
                        let answer = answers.iter().find(|(at, _)| *at == path).map(|(_, answer)| answer.clone());
                        let _ = answer_with(&mut stream, answer.unwrap_or(Answer::Text("nothing here"))).await;
                    });
                }
            });
        }
        Self { port, authority, hits, heads }
    }

    pub fn hits(&self) -> [usize; 2] {
        [0, 1].map(|at| self.hits[at].load(Ordering::SeqCst))
    }

    pub fn url(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.port)
    }

    /// A way out for the platform to these names at this site's port, in which 127.0.0.1 alone is an own network.
    pub fn egress(&self, store: Store, resolver: Scripted, names: &[&str]) -> (Egress, Arc<Scripted>, Registry) {
        let destination = |name: &&str| Destination::new(Purpose::Webhook, name, self.port).unwrap();
        let settings = Settings {
            platform: names.iter().map(destination).collect(),
            private_networks: PrivateNetworks::new(vec!["127.0.0.1/32".parse().unwrap()]),
            authorities: vec![self.authority.clone()],
            limits: Limits { connect: Duration::from_secs(2), call: Duration::from_secs(3) },
        };
        let (resolver, registry) = (Arc::new(resolver), Registry::new());
        let shared = Arc::clone(&resolver) as Arc<dyn Resolver>;
        (Egress::with_resolver(settings, store, &registry, shared).unwrap(), resolver, registry)
    }
}

async fn answer_with(
    stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin),
    answer: Answer,
) -> io::Result<()> {
    match answer {
        Answer::Text(text) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len());
            stream.write_all(head.as_bytes()).await?;
        }
        Answer::Redirect(to) => {
            let head =
                format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
        }
        Answer::Long(bytes) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&vec![b'x'; bytes]).await?;
        }
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            loop {
                stream.write_all(b"4\r\nmore\r\n").await?;
                stream.flush().await?;
            }
        }
        Answer::Silence => tokio::time::sleep(Duration::from_secs(30)).await,
    }
    stream.flush().await?;
    stream.shutdown().await
}

/// How often an outcome was counted.
pub fn counted(registry: &Registry, outcome: &str) -> f64 {
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == "bailiwick_egress_total");
    let metrics = family.map(|family| family.get_metric().to_vec()).unwrap_or_default();
    let with = |metric: &&prometheus::proto::Metric| metric.get_label().iter().any(|label| label.value() == outcome);
    metrics.iter().filter(with).map(|metric| metric.get_counter().get_value()).sum()
}
