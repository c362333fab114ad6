//! `bailiwick serve` over a PostgreSQL of one's own, set up as docs/operating.md says, by a login that is no superuser;
//! and several server processes over one, with one set of keys.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use bailiwick_e2e::api::text;
use bailiwick_e2e::processes::{Process, run};
use bailiwick_e2e::programs::program;
use bailiwick_e2e::{Authority, Entrance, Postgres, Server, Transport, wait};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

const ROOT: &str = "00000000-0000-7000-8000-000000000000";
const EMAIL: &str = "root@example.org";
const PASSWORD: &str = "correct horse battery";
const SOON: Duration = Duration::from_secs(60);

/// The statements of docs/operating.md, in its order.
fn documented() -> Vec<&'static str> {
    let text = include_str!("../../../../docs/operating.md");
    text.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// A PostgreSQL with TLS, on which the documented login and database were made, and the settings that name it.
async fn own(folder: &Path) -> Result<(Postgres, Vec<(&'static str, String)>)> {
    let mut postgres = Postgres::make()?;
    let authority = Authority::new("own database")?;
    let ca = folder.join("database-ca.pem");
    authority.write(&ca)?;
    let certificate = authority.certificate(&["localhost"], 1, 0..90)?;
    postgres.serve(Some(&certificate), Entrance::Tls).await?;
    let first = documented().first().copied().context("no statements are documented")?;
    postgres.sql("postgres", first)?;
    let port = postgres.address().port();
    let url = format!("postgresql://bailiwick:a%20long%20password@localhost:{port}/bailiwick?sslmode=verify-full");
    let settings = vec![("BAILIWICK_DATABASE_URL", url), ("BAILIWICK_DATABASE_CA", ca.display().to_string())];
    Ok((postgres, settings))
}

async fn add_owner(server: &Server) -> Result<()> {
    let owner = json!({ "email": EMAIL, "name": "Root", "role": "owner", "password": PASSWORD });
    server.api()?.post(&format!("/accounts/{ROOT}/operators"), &owner).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_as_documented_and_every_connection_is_verified() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (postgres, settings) = own(folder.path()).await?;
    let mut server = Server::start_with(Transport::Plain, settings, |_| Ok(())).await?;
    add_owner(&server).await?;
    ensure!(!server.folder().join("data/postgres").exists(), "there is no embedded database beside it");
    let clear = "select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid)
                 where a.usename = 'bailiwick' and not s.ssl";
    assert_eq!(postgres.sql("bailiwick", clear)?, "0");
    let login = "select rolsuper or rolbypassrls or rolcreatedb from pg_roles where rolname = 'bailiwick'";
    assert_eq!(postgres.sql("bailiwick", login)?, "f");

    // once the roles are there, it needs no more than to be a member of them
    let afterwards = documented().get(1).copied().context("what the login loses afterwards is documented")?;
    postgres.sql("postgres", afterwards)?;
    server.kill()?;
    server.restart().await?;
    server.api()?.get(&format!("/accounts/{ROOT}/operators")).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_where_somebody_else_makes_the_roles() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (postgres, settings) = own(folder.path()).await?;
    let statements = documented();
    let (lost, roles) = (statements.get(1), statements.get(2));
    postgres.sql("postgres", lost.context("nocreaterole")?)?;
    let early = Server::start_with(Transport::Plain, settings.clone(), |_| Ok(())).await;
    let refused = early.err().context("it may not make roles")?.to_string();
    ensure!(refused.contains("CREATEROLE"), "{refused}");
    postgres.sql("bailiwick", roles.context("the roles")?)?;
    let server = Server::start_with(Transport::Plain, settings, |_| Ok(())).await?;
    add_owner(&server).await
}

/// The key files of a server's folder, for another.
fn copy_keys(from: &Path, to: &Path) -> Result<()> {
    for name in ["sealing.key", "audit.key"] {
        std::fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

/// A server's process that is expected to end by itself: what it says.
fn serve_in_vain(settings: &[(&'static str, String)], data_dir: &Path) -> Result<String> {
    let (fine, out, err) = run(serve(settings, data_dir)?, "")?;
    ensure!(!fine, "it ended well: {out}{err}");
    Ok(err)
}

fn serve(settings: &[(&'static str, String)], data_dir: &Path) -> Result<Command> {
    let mut command = Command::new(program("bailiwick")?);
    command.arg("serve").env("BAILIWICK_DATA_DIR", data_dir).envs(settings.iter().cloned());
    command.env("BAILIWICK_LISTEN", "127.0.0.1:0").env("BAILIWICK_METRICS_LISTEN", "127.0.0.1:0");
    Ok(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_with_the_same_keys_read_what_the_other_sealed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (_postgres, settings) = own(folder.path()).await?;
    let one = Server::start_with(Transport::Plain, settings.clone(), |_| Ok(())).await?;
    let keys = one.folder().join("data");
    let two = Server::start_with(Transport::Plain, settings.clone(), |data| copy_keys(&keys, data)).await?;
    add_owner(&one).await?;

    // the secret of an authenticator is sealed by the first and opened by the second
    let (here, there) = (one.api()?.sign_in(EMAIL, PASSWORD).await?, two.api()?.sign_in(EMAIL, PASSWORD).await?);
    let begun = here.post("/session/totp", &json!({ "password": PASSWORD })).await?;
    let secret = Secret::try_from_base32(text(&begun, "secret")?).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let app = Builder::new().with_secret(secret.as_bytes().to_vec()).build().map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let codes = there.post("/session/totp/confirm", &json!({ "code": app.generate(now).to_string() })).await?;
    ensure!(codes["codes"].is_array(), "{codes}");

    // one chain, which either verifies with its own key
    let mut reports = Vec::new();
    for server in [&one, &two] {
        let report = wait::until("everything is sealed", SOON, async || {
            let report: Value = serde_json::from_str(&server.run(&["admin", "verify-audit", "--json"])?)?;
            Ok((report["seals"].as_u64() > Some(0) && report["unsealed"] == 0).then_some(report))
        })
        .await?;
        assert_eq!(report["whole"], true, "{report}");
        reports.push(report);
    }
    assert_eq!(reports[0]["key"], reports[1]["key"]);

    // a third without keys, with others, and with one of each
    let third = tempfile::tempdir()?;
    let said = serve_in_vain(&settings, third.path())?;
    ensure!(said.contains("key_missing") && said.contains("sealing_key"), "{said}");
    ensure!(!third.path().join("sealing.key").exists(), "no key is made that belongs to nothing");
    copy_keys(&keys, third.path())?;
    for (name, setting) in [("sealing.key", "sealing_key"), ("audit.key", "audit_key")] {
        std::fs::write(third.path().join(name), "5a".repeat(32))?;
        let said = serve_in_vain(&settings, third.path())?;
        ensure!(said.contains("key_differs") && said.contains(setting), "{name}: {said}");
        copy_keys(&keys, third.path())?;
    }
    // commands that need no key work without
    let mut command = Command::new(program("bailiwick")?);
    command.args(["driver", "list"]).env("BAILIWICK_DATA_DIR", folder.path()).envs(settings.iter().cloned());
    let (fine, out, err) = run(command, "")?;
    ensure!(fine && out.contains("printer-snmp"), "{out}{err}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_start_first_at_once_with_keys_of_their_own_one_serves() -> Result<()> {
    let (folder, first, second) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let (_postgres, settings) = own(folder.path()).await?;
    let logs = [first.path().join("log"), second.path().join("log")];
    let mut started = Vec::new();
    for (data, log) in [first.path(), second.path()].into_iter().zip(&logs) {
        let command = serve(&settings, data)?;
        started.push(Process::start(&program("bailiwick")?, log, |process| {
            process.args(command.get_args());
            for (name, value) in command.get_envs() {
                process.env(name, value.unwrap_or_default());
            }
        })?);
    }
    let said = |log: &Path| std::fs::read_to_string(log).unwrap_or_default();
    wait::until("each serves or has ended", SOON, async || {
        Ok(logs.iter().all(|log| said(log).contains("serving") || said(log).contains("key_missing")).then_some(()))
    })
    .await?;
    let refused = logs.iter().filter(|log| said(log).contains("key_missing")).count();
    assert_eq!(refused, 1, "{}\n---\n{}", said(&logs[0]), said(&logs[1]));

    // with one file for all of them, whoever is first makes it
    let mut shared = settings;
    for (setting, name) in [("BAILIWICK_SEALING_KEY", "sealing.key"), ("BAILIWICK_AUDIT_KEY", "audit.key")] {
        let keys = if said(&logs[0]).contains("serving") { first.path() } else { second.path() };
        shared.push((setting, keys.join(name).display().to_string()));
    }
    let one = Server::start_with(Transport::Plain, shared.clone(), |_| Ok(())).await?;
    let two = Server::start_with(Transport::Plain, shared, |_| Ok(())).await?;
    for server in [&one, &two] {
        server.api()?.get(&format!("/accounts/{ROOT}/operators")).await?;
        ensure!(!server.folder().join("data/sealing.key").exists(), "it has no key of its own");
    }
    drop(started);
    Ok(())
}
