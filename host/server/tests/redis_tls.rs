//! The way to a Redis on another machine: TLS that is verified, or nothing. Against a real Redis with good and bad
//! certificates, one without TLS, and somebody who only listens.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use bailiwick::shared::RedisAddress;
use bailiwick_store::address::Cleartext;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::support::Server;

const PASSWORD: &str = "hunter2hunter2";

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    /// A certificate for this name and its key, PEM.
    fn certificate(&self, name: &str, valid: Valid) -> (String, String) {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
        let (from, until) = match valid {
            Valid::Now => (now - day, now + day),
            Valid::Before => (now - 3 * day, now - day),
        };
        (params.not_before, params.not_after) = (from.into(), until.into());
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.0).expect("a certificate").pem(), key.serialize_pem())
    }
}

#[derive(Clone, Copy)]
enum Valid {
    Now,
    Before,
}

/// A Redis with a password, by TLS or in clear.
struct Redis {
    folder: TempDir,
    address: SocketAddr,
    child: Child,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Redis {
    fn start(tls: Option<(String, String)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD]);
        command.arg("--dir").arg(folder.path());
        let port = address.port().to_string();
        match tls {
            Some((certificate, key)) => {
                let (shown, hidden) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
                std::fs::write(&shown, certificate).expect("written");
                std::fs::write(&hidden, key).expect("written");
                command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
                command.arg("--tls-cert-file").arg(&shown).arg("--tls-key-file").arg(&hidden);
                command.arg("--tls-ca-cert-file").arg(&shown);
            }
            None => drop(command.args(["--port", &port])),
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.expect("redis-server starts: `cargo xtask setup` installs it");
        let redis = Self { folder, address, child };
        let until = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(redis.address).is_err() {
            assert!(Instant::now() < until, "Redis takes no connection");
            std::thread::sleep(Duration::from_millis(10));
        }
        redis
    }

    /// Whether anybody said anything that Redis understood as a command, beside this question.
    fn commands(&self) -> String {
        let told = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.address.port().to_string(), "--no-auth-warning", "-a", PASSWORD])
            .args(["info", "commandstats"])
            .current_dir(self.folder.path())
            .output();
        String::from_utf8(told.expect("redis-cli comes with Redis").stdout).expect("UTF-8")
    }
}

/// A server with this Redis, and whether it hears the others by it within a few tries.
async fn hears(address: SocketAddr, authorities: Option<&str>) -> bool {
    let url = format!("rediss://:{PASSWORD}@localhost:{}", address.port());
    let redis = RedisAddress::parse(&url.into(), Cleartext::Refused).expect("an address");
    let redis = authorities.iter().fold(redis, |redis, pem| redis.believing(pem.as_bytes().to_vec()));
    let database = bailiwick_store::testing::database().await;
    let server = Server::over(database, None, |config| config.redis = Some(redis)).await;
    let tried = || {
        let figures = String::from_utf8(server.app.metrics().text().expect("figures")).expect("UTF-8");
        let away = figures.lines().find(|line| line.starts_with("bailiwick_shared_troubles_total{what=\"away\"}"));
        away.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap_or_default()
    };
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if server.app.shared().hears_all() {
            return true;
        }
        if tried() >= 2.0 {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("neither heard nor refused");
}

#[tokio::test]
async fn only_a_verified_redis_is_spoken_to() {
    let (own, foreign) = (Authority::new(), Authority::new());
    let believed = own.0.pem();
    let good = Redis::start(Some(own.certificate("localhost", Valid::Now)));
    assert!(hears(good.address, Some(&believed)).await);
    assert!(!hears(good.address, None).await, "an authority that nobody named");
    for (what, certificate) in [
        ("another name", own.certificate("cache.example.com", Valid::Now)),
        ("over", own.certificate("localhost", Valid::Before)),
        ("of another authority", foreign.certificate("localhost", Valid::Now)),
    ] {
        let redis = Redis::start(Some(certificate));
        assert!(!hears(redis.address, Some(&believed)).await, "{what}");
    }
}

#[tokio::test]
async fn a_redis_without_tls_gets_no_command_and_no_password() {
    let authority = Authority::new().0.pem();
    let redis = Redis::start(None);
    assert!(!hears(redis.address, Some(&authority)).await);
    let commands = redis.commands();
    assert!(commands.contains("cmdstat_auth:calls=1,"), "the question's own password and no other: {commands}");
    assert!(!commands.contains("cmdstat_publish") && !commands.contains("cmdstat_subscribe"), "{commands}");
}

#[tokio::test]
async fn who_only_listens_hears_a_handshake_and_nothing_else() {
    use tokio::io::AsyncReadExt as _;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address");
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut all = Vec::new();
        // until the other gives up waiting for an answer
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
        all
    });
    assert!(!hears(address, Some(&Authority::new().0.pem())).await);
    let heard = heard.await.expect("it listened");
    // a TLS record of a handshake (RFC 8446, section 5.1)
    assert_eq!(heard.first(), Some(&22), "{heard:?}");
    assert!(!heard.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()));
}

/// The file of a setting holds certificates, or the server does not start.
#[test]
fn a_file_of_authorities_without_any_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let (empty, key) = (write("empty.pem", ""), write("key.pem", &KeyPair::generate().expect("a key").serialize_pem()));
    let load = |setting: &str, path: &Path| {
        let (kind, url) = setting.split_once('_').expect("a setting's name");
        debug_assert_eq!(url, "ca");
        let address = if kind == "redis" { "rediss://cache" } else { "postgres://u@db/d" };
        let text = format!("{kind}_url = '{address}'\n{setting} = '{}'", path.display());
        let file = write("bailiwick.toml", &text);
        bailiwick::config::Config::load(Some(&file))
    };
    let good = write("ca.pem", &Authority::new().0.pem());
    for setting in ["database_ca", "redis_ca"] {
        load(setting, &good).expect("an authority");
        for bad in [&empty, &key, &folder.path().join("missing.pem")] {
            let refused = load(setting, bad).expect_err("no authority").to_string();
            assert!(refused.contains(setting), "{refused}");
        }
    }
}
