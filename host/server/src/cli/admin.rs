//! `bailiwick admin`: what must be possible before anybody can sign in. It acts as the platform itself, on
//! the server's machine, and is audited as such.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use anyhow::{Context as _, bail};
use bailiwick_access::{
    Access, Email, Password, Principal, Role,
    elevations::Elevator,
    operators::{Added, NewOperator},
    tokens::NewToken,
};
use bailiwick_audit::{Broken, Checked, Entry, Head, Object, SealKey, VerifyingKey};
use bailiwick_store::{
    AccountId, Actor, Lineage, Store,
    keys::{KeyKind, Secret},
};
use clap::{Args, Subcommand};
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::open;
use crate::config::Config;

/// Creates operators and tokens, lists who may look into accounts, and verifies the audit.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Gives someone a role on an account; who is new becomes an operator.
    CreateOperator(CreateOperator),
    /// Makes an API token, shown once.
    CreateToken(CreateToken),
    /// Lists everybody who may ask for sight of an account: the operators with a role on the root that looks at
    /// anything, and whether they have the second factor that it takes.
    ListElevators {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Recomputes every seal of the audit and names the first entry that does not hold.
    VerifyAudit {
        /// A head that was noted elsewhere (`NUMBER:HASH`, as this command prints it): finds removed newest seals.
        #[arg(long, value_parser = head)]
        head: Option<Head>,
        /// The public key of an earlier audit key, which signed before it was forgotten; may be given again.
        #[arg(long, value_parser = key)]
        key: Vec<VerifyingKey>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forgets which key belongs to the database, for one that is lost for good. Stop every server first: the next
    /// that starts brings its own key file, or makes one. What the lost sealing key sealed stays unreadable.
    ForgetKey {
        /// Which.
        #[arg(long)]
        kind: Kind,
    },
    /// Checks an audit export (`GET /api/v1/accounts/{id}/audit/export`) entry by entry, without the database.
    VerifyExport {
        /// The file; `-` for standard input.
        file: PathBuf,
        /// A public key that signed, as verify-audit prints it; may be given again. The key of this installation where
        /// absent.
        #[arg(long, value_parser = key)]
        key: Vec<VerifyingKey>,
    },
}

/// What a key is for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Kind {
    /// Seals stored credentials and second factors.
    Sealing,
    /// Signs the audit.
    Audit,
}

impl From<Kind> for KeyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Sealing => Self::Sealing,
            Kind::Audit => Self::Audit,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CreateOperator {
    /// The account: `/` for the root, a place such as `/k3f9a2/7hq1xx/`, or an id.
    #[arg(long)]
    account: String,
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor` or `viewer`.
    #[arg(long, value_parser = role)]
    role: Role,
    /// The e-mail address by which the operator signs in.
    #[arg(long)]
    email: String,
    /// The operator's name; what stands before the @ where absent.
    #[arg(long)]
    name: Option<String>,
    /// Reads the password (at least 12 characters) from standard input; a random one is printed otherwise.
    #[arg(long)]
    password_stdin: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CreateToken {
    /// The account: `/` for the root, a place such as `/k3f9a2/7hq1xx/`, or an id.
    #[arg(long)]
    account: String,
    /// `owner`, `admin`, `technician`, `helpdesk`, `billing`, `auditor` or `viewer`, on the account and all below it.
    #[arg(long, value_parser = role)]
    role: Role,
    /// What it is for.
    #[arg(long)]
    name: String,
    /// Days until it ends; the longest time that tokens have (`token_days`) where absent.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|e: bailiwick_access::UnknownRole| e.to_string())
}

fn head(text: &str) -> Result<Head, String> {
    let read = || {
        let (number, hash) = text.split_once(':')?;
        let mut head = Head { number: number.parse().ok()?, hash: [0; 32] };
        hex::decode_to_slice(hash, &mut head.hash).ok()?;
        Some(head)
    };
    read().ok_or_else(|| "write it as NUMBER:HASH".to_owned())
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    bailiwick_audit::parse_public(text).ok_or_else(|| "write it as 64 hexadecimal digits".to_owned())
}

fn told(broken: &Broken) -> String {
    match broken {
        Broken::Changed { seal, entry, account, at } => {
            format!("entry {entry} of account {account} at {at}, under seal {seal}, was changed")
        }
        Broken::Added { seal, entry, account } => {
            format!("entry {entry} of account {account} was added after seal {seal}")
        }
        Broken::Missing { seal, position, after } => {
            let after = after.map_or(String::new(), |entry| format!(", after entry {entry}"));
            format!("entry {position} of seal {seal}{after} is gone")
        }
        Broken::Seal { seal, what } => format!("seal {seal}: {what}"),
        Broken::Head { noted } => format!("seal {noted}, which was noted, is not in the chain"),
        other => format!("{other:?}"),
    }
}

pub(super) async fn run(command: Admin, config: Config) -> anyhow::Result<()> {
    // What is wrong with the input is said before the database starts.
    match command {
        Admin::CreateOperator(command) => {
            let (email, password) = (email(&command.email)?, password(&command)?);
            let store = open::store_beside(&config).await?;
            let done = create_operator(&store, command, email, password).await;
            store.close().await;
            done
        }
        Admin::CreateToken(command) => {
            let store = open::store_beside(&config).await?;
            let done = create_token(&store, command, config.token_lifetime).await;
            store.close().await;
            done
        }
        Admin::ListElevators { json } => {
            let store = open::store_beside(&config).await?;
            let done = list_elevators(&store, json).await;
            store.close().await;
            done
        }
        Admin::VerifyAudit { head, key: earlier, json } => {
            let store = open::store_beside(&config).await?;
            let done = verify_audit(&config, &store, &earlier, head, json).await;
            store.close().await;
            done
        }
        Admin::VerifyExport { file, mut key } => {
            if key.is_empty() {
                key.push(own_key(&config.audit_key)?);
            }
            verify_export(&file, &key)
        }
        Admin::ForgetKey { kind } => {
            let store = open::store_beside(&config).await?;
            let done = forget_key(&store, kind.into()).await;
            store.close().await;
            done
        }
    }
}

/// Without the database nobody knows whether it is its key: whoever checks sees whose it is.
fn own_key(path: &Path) -> anyhow::Result<VerifyingKey> {
    let secret = Secret::read(path).context("audit_key")?;
    let secret = secret.with_context(|| format!("audit_key: {} is missing; give --key instead", path.display()))?;
    Ok(SealKey::of(&secret).public())
}

async fn verify_audit(
    config: &Config,
    store: &Store,
    earlier: &[VerifyingKey],
    head: Option<Head>,
    json: bool,
) -> anyhow::Result<()> {
    let key = open::audit_key(config, store).await?.public();
    let mut keys = earlier.to_vec();
    keys.push(key);
    let report = bailiwick_audit::verify(store, &keys, head).await?;
    verified(&report, &key, json)
}

async fn forget_key(store: &Store, kind: KeyKind) -> anyhow::Result<()> {
    if !store.forget_key(kind).await? {
        bail!("this database has no {} key", kind.name());
    }
    // afterwards: an entry of what was not done would be worse than none
    let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
    bailiwick_audit::record(&mut scope, Entry::new("key.forgotten", Object::new("key", kind.name()))).await?;
    scope.commit().await?;
    println!("the {} key is forgotten: the next server that starts brings a new one", kind.name());
    Ok(())
}

fn verify_export(file: &Path, keys: &[VerifyingKey]) -> anyhow::Result<()> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).context("standard input cannot be read")?
    } else {
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?
    };
    let Checked { proven, erased, unsealed, seals } =
        bailiwick_audit::check_export(&text, keys).context("the export does not hold")?;
    println!("{proven} entries are as {seals} seals hold them ({erased} erased); {unsealed} had no seal yet");
    Ok(())
}

fn email(text: &str) -> anyhow::Result<Email> {
    text.parse().map_err(|_| anyhow::anyhow!("--email: '{text}' is not an e-mail address"))
}

fn password(command: &CreateOperator) -> anyhow::Result<Option<Password>> {
    if !command.password_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("--password-stdin: cannot be read")?;
    let password = SecretString::from(text.trim_end_matches(['\r', '\n']));
    Password::new(password).context("--password-stdin").map(Some)
}

async fn create_operator(
    store: &Store,
    command: CreateOperator,
    email: Email,
    password: Option<Password>,
) -> anyhow::Result<()> {
    let access = Access::new(store.clone()).await?;
    let platform = Principal::system("command-line");
    let account = account(&access, &platform, &command.account).await?;
    let name = command.name.unwrap_or_else(|| {
        command.email.trim().split('@').next().filter(|n| !n.is_empty()).unwrap_or("operator").to_owned()
    });
    let new = NewOperator { email, name, given: command.role.into(), password };
    let Added { operator, grant, initial_password } = access.add_operator(&platform, account, new).await?;
    let initial_password = initial_password.map(|p| p.expose_secret().to_owned());
    if command.json {
        println!(
            "{}",
            json!({ "id": operator, "grant_id": grant, "account_id": account,
            "email": command.email.trim(), "role": command.role, "initial_password": initial_password })
        );
        return Ok(());
    }
    println!("{} is {} of {}", command.email.trim(), command.role, command.account);
    if let Some(password) = initial_password {
        println!("password: {password}");
    }
    Ok(())
}

async fn create_token(store: &Store, command: CreateToken, longest: SignedDuration) -> anyhow::Result<()> {
    let access = Access::new(store.clone()).await?.limiting_tokens(longest);
    let platform = Principal::system("command-line");
    let account = account(&access, &platform, &command.account).await?;
    let lifetime = command.days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let expires_at = lifetime.map(|lifetime| store.now().checked_add(lifetime)).transpose()?;
    let issued = access
        .create_token(&platform, account, NewToken { name: command.name, permits: command.role.into(), expires_at })
        .await?;
    let secret = issued.secret.expose_secret();
    if command.json {
        println!(
            "{}",
            json!({ "id": issued.token.id, "account_id": account, "name": issued.token.name,
            "role": command.role, "expires_at": issued.token.expires_at, "secret": secret })
        );
    } else {
        println!("{secret}");
    }
    Ok(())
}

async fn list_elevators(store: &Store, as_json: bool) -> anyhow::Result<()> {
    let access = Access::new(store.clone()).await?;
    let elevators = access.elevators(&Principal::system("command-line")).await?;
    for Elevator { member, second_factor } in &elevators {
        if as_json {
            println!(
                "{}",
                json!({ "id": member.operator, "email": member.email, "name": member.name, "role": member.role.name,
                "second_factor": second_factor, "last_seen_at": member.last_seen_at })
            );
        } else {
            let factor = if *second_factor { "second factor" } else { "no second factor: cannot" };
            println!("{}  {}  {}  {factor}", member.email, member.name, member.role.name);
        }
    }
    Ok(())
}

async fn account(access: &Access, platform: &Principal, text: &str) -> anyhow::Result<AccountId> {
    if let Ok(id) = AccountId::from_str(text) {
        return Ok(id);
    }
    let place: Lineage = text
        .parse()
        .with_context(|| format!("--account: '{text}' is neither '/', a place such as /k3f9a2/7hq1xx/, nor an id"))?;
    access.account_at(platform, &place).await.with_context(|| format!("--account: {text}"))
}

fn verified(report: &bailiwick_audit::Report, key: &VerifyingKey, json: bool) -> anyhow::Result<()> {
    let broken = report.broken.as_ref().map(told);
    let key = hex::encode(key.as_bytes());
    let head = report.head.as_ref().map(|head| (head.number, hex::encode(head.hash)));
    if json {
        println!(
            "{}",
            json!({ "whole": report.is_whole(), "seals": report.seals, "entries": report.entries,
            "erased": report.erased, "unsealed": report.unsealed, "broken": broken, "key": key,
            "head": head.map(|(number, hash)| json!({ "number": number, "hash": hash })) })
        );
    } else {
        println!(
            "{} seals hold {} entries ({} erased); {} wait for a seal",
            report.seals, report.entries, report.erased, report.unsealed
        );
        if let Some((number, hash)) = head {
            println!("head {number}:{hash}");
        }
        println!("key {key}");
    }
    match broken {
        Some(broken) => bail!("the audit is broken: {broken}"),
        None => Ok(()),
    }
}
