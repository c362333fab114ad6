//! The way to a PostgreSQL of one's own: TLS that is verified, or nothing. Against a real server with good and bad
//! certificates, one without TLS, and somebody in between who says that there is none.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bailiwick_e2e::processes::run;
use bailiwick_e2e::programs::program;
use bailiwick_e2e::{Authority, Entrance, Postgres};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const PASSWORD: &str = "hunter2hunter2";
const UNPROTECTED: &str = "the way to the database is not protected";

/// A database with a login, and a folder with the authorities that settings name.
struct Place {
    postgres: Postgres,
    folder: TempDir,
    authority: Authority,
}

impl Place {
    async fn new() -> Result<Self> {
        let (mut postgres, folder) = (Postgres::make()?, tempfile::tempdir()?);
        let authority = Authority::new("own database")?;
        authority.write(&folder.path().join("ca.pem"))?;
        postgres.serve(None, Entrance::Any).await?;
        postgres.sql("postgres", &format!("create role bailiwick login createrole password '{PASSWORD}'"))?;
        postgres.sql("postgres", "create database bailiwick owner bailiwick")?;
        Ok(Self { postgres, folder, authority })
    }

    fn url(&self, port: u16, query: &str) -> String {
        format!("postgresql://bailiwick:{PASSWORD}@localhost:{port}/bailiwick?{query}")
    }

    /// What a command over this address says: the settings are those of `serve`, and it opens the database as that does.
    fn open(&self, url: &str, ca: Option<&str>) -> Result<(bool, String)> {
        let mut command = Command::new(program("bailiwick")?);
        command.args(["admin", "list-elevators"]).env("BAILIWICK_DATA_DIR", self.folder.path().join("data"));
        // what PostgreSQL's own programs read weakens nothing
        command.env("PGSSLMODE", "disable").env("PGSSLROOTCERT", self.folder.path().join("foreign.pem"));
        command.env("BAILIWICK_DATABASE_URL", url);
        if let Some(ca) = ca {
            command.env("BAILIWICK_DATABASE_CA", self.folder.path().join(ca));
        }
        let (fine, out, err) = run(command, "")?;
        assert!(!format!("{out}{err}").contains(PASSWORD), "{out}{err}");
        Ok((fine, format!("{out}{err}")))
    }

    fn opens(&self, query: &str, ca: Option<&str>) -> Result<()> {
        let (fine, said) = self.open(&self.url(self.postgres.address().port(), query), ca)?;
        anyhow::ensure!(fine, "{query}: {said}");
        Ok(())
    }

    fn refused(&self, query: &str, ca: Option<&str>, why: &str) -> Result<()> {
        let (fine, said) = self.open(&self.url(self.postgres.address().port(), query), ca)?;
        anyhow::ensure!(!fine && said.contains(why) && said.contains("database_"), "{query}: {fine} {said}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_verified_server_gets_a_word() -> Result<()> {
    let mut place = Place::new().await?;
    let modes = ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"];

    let good = place.authority.certificate(&["localhost", "127.0.0.1"], 2, 0..90)?;
    place.postgres.serve(Some(&good), Entrance::Tls).await?;
    for mode in modes {
        place.opens(mode, Some("ca.pem"))?;
        place.refused(mode, None, UNPROTECTED)?;
    }
    // on loopback none means clear, which this server does not take; and no mode is chosen by what it answers
    place.refused("", None, "no encryption")?;
    place.refused("sslmode=disable", None, "no encryption")?;
    place.refused("sslmode=prefer", Some("ca.pem"), "lets the server that answers decide")?;
    place.refused("sslmode=allow", Some("ca.pem"), "lets the server that answers decide")?;

    let foreign = Authority::new("somebody else")?;
    foreign.write(&place.folder.path().join("foreign.pem"))?;
    let bad = [
        ("another name", place.authority.certificate(&["db.example.com"], 3, 0..90)?),
        ("over", place.authority.certificate(&["localhost"], 4, -90..-1)?),
        ("not yet", place.authority.certificate(&["localhost"], 5, 2..90)?),
        ("of another authority", foreign.certificate(&["localhost"], 6, 0..90)?),
    ];
    for (what, certificate) in &bad {
        place.postgres.serve(Some(certificate), Entrance::Any).await?;
        for mode in modes {
            place.refused(mode, Some("ca.pem"), UNPROTECTED).context(*what)?;
        }
    }

    place.postgres.serve(None, Entrance::Any).await?;
    for mode in modes {
        place.refused(mode, Some("ca.pem"), UNPROTECTED).context("without TLS")?;
    }
    place.opens("sslmode=disable", None)?;
    place.opens("", None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_of_the_url_is_shown() -> Result<()> {
    let mut place = Place::new().await?;
    let (certificate, key) = place.authority.client("bailiwick")?;
    let (shown, hidden) = (place.folder.path().join("client.pem"), place.folder.path().join("client.key"));
    std::fs::write(&shown, certificate)?;
    std::fs::write(&hidden, key)?;
    let server = place.authority.certificate(&["localhost"], 2, 0..90)?;
    place.postgres.believe(&place.authority.pem())?;
    place.postgres.serve(Some(&server), Entrance::Certificate).await?;
    place.refused("sslmode=verify-full", Some("ca.pem"), "certificate")?;
    let query = format!("sslmode=verify-full&sslcert={}&sslkey={}", shown.display(), hidden.display());
    place.opens(&query, Some("ca.pem"))
}

/// Answers every wish for TLS with 'no', and keeps what it hears then.
#[tokio::test(flavor = "multi_thread")]
async fn who_says_that_there_is_no_tls_hears_nothing_more() -> Result<()> {
    let place = Place::new().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        // PostgreSQL's SSLRequest: a length of 8, and 80877103
        let mut wish = [0; 8];
        stream.read_exact(&mut wish).await?;
        stream.write_all(b"N").await?;
        let mut rest = Vec::new();
        // hanging up hard is as good as hanging up
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await?;
        anyhow::Ok((wish, rest))
    });
    let (fine, said) = place.open(&place.url(port, "sslmode=require"), Some("ca.pem"))?;
    anyhow::ensure!(!fine && said.contains(UNPROTECTED), "{said}");
    let (wish, rest) = heard.await??;
    assert_eq!(wish, [0, 0, 0, 8, 4, 210, 22, 47]);
    assert!(rest.is_empty(), "{rest:?}");
    Ok(())
}

/// Nothing is tried where the settings promise clear text, or nothing certain, to another machine.
#[test]
fn clear_text_to_another_machine_is_refused_before_a_word_and_allowed_by_name() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let start = |settings: &[(&str, &str)]| {
        let mut command = Command::new(program("bailiwick")?);
        command.arg("config").env("BAILIWICK_DATA_DIR", folder.path()).envs(settings.iter().copied());
        run(command, "")
    };
    let (database, redis) = ("BAILIWICK_DATABASE_URL", "BAILIWICK_REDIS_URL");
    let clear = (database, "postgresql://u:p@db.example.com/d?sslmode=disable");
    for (setting, told) in [
        (clear, "allow_cleartext"),
        ((database, "postgresql://u:p@db.example.com/d?sslmode=prefer"), "sslmode=verify-full"),
        ((redis, "redis://:p@cache.example.com"), "allow_cleartext"),
        ((redis, "rediss://:p@cache.example.com/#insecure"), "redis_ca"),
    ] {
        let (fine, out, err) = start(&[setting])?;
        assert!(!fine && err.contains(told) && err.contains(setting.0), "{setting:?}: {out}{err}");
    }
    let allowed = ("BAILIWICK_ALLOW_CLEARTEXT", "database, redis");
    let (fine, out, err) = start(&[clear, (redis, "redis://cache.example.com"), allowed])?;
    assert!(fine && out.contains("in clear over the network"), "{out}{err}");
    assert_eq!(out.matches("passwords included").count(), 2, "{out}");
    let (fine, out, err) = start(&[(database, "postgresql://u:p@db.example.com/d"), allowed])?;
    assert!(fine && out.contains("by TLS with a verified certificate") && out.contains("remove it"), "{out}{err}");
    Ok(())
}
