//! Builds the demo's accounts, sites, operators and collectors through the product's own interfaces: `bailiwick
//! admin` for the very first operator, the REST API for everything after, `bailiwick-collector enroll` for the sites.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::client::{Client, text};
use super::people::{CUSTOMERS, Customer, DEALER, DEALER_OWNER, DEALER_TECHNICIAN, PLATFORM};
use super::secrets::{Secrets, SignIn, password};
use crate::{exec, workspace};

/// Seconds between two polls of a demo site: short, so that the portal is alive at once.
const POLL_SECONDS: u32 = 15;
/// Seconds between two sweeps, so that a printer which was busy at the first is not missed for an hour.
const SWEEP_SECONDS: u32 = 60;

/// Creates the platform's owner by the command that an administrator uses.
pub fn first_operator(configure: impl FnOnce(&mut Command)) -> Result<SignIn> {
    let sign_in = sign_in("platform, owner", PLATFORM.1)?;
    let mut command = exec::command(workspace::binary("bailiwick"));
    command.args(["admin", "create-operator", "--account", "/", "--role", "owner"]);
    command.args(["--name", PLATFORM.0, "--email", PLATFORM.1, "--password-stdin"]);
    configure(&mut command);
    with_input(&mut command, &sign_in.password)?;
    Ok(sign_in)
}

/// Everything below the platform. `url` is the server's.
pub fn build(url: &str, folder: &Path, owner: SignIn) -> Result<Secrets> {
    let platform = Client::sign_in(url, &owner.email, &owner.password)?;
    let root = own_account(&platform)?;
    let mut world = Secrets { sign_ins: vec![owner], ..Secrets::default() };

    // the platform gives the dealer to its owner, and sees nothing of what is in it from then on
    let owner = sign_in(&format!("{DEALER}, owner"), DEALER_OWNER.1)?;
    let first = json!({ "name": DEALER_OWNER.0, "email": owner.email, "password": owner.password });
    let dealer = json!({ "name": DEALER, "kind": "dealer", "owner": first });
    let dealer = text(&platform.post(&format!("/accounts/{root}/accounts"), &dealer)?, "id")?;
    let client = Client::sign_in(url, &owner.email, &owner.password)?;
    world.sign_ins.push(owner);
    let label = format!("{DEALER}, technician");
    world.sign_ins.push(operator(&client, &dealer, DEALER_TECHNICIAN, "technician", &label)?);
    for customer in &CUSTOMERS {
        let id = account(&client, &dealer, customer.name, "customer")?;
        let label = format!("{}, viewer", customer.name);
        world.sign_ins.push(operator(&client, &id, customer.viewer, "viewer", &label)?);
        for driver in installed(&client)? {
            client.put(&format!("/accounts/{id}/drivers/{driver}"), &json!({ "granted": true }))?;
        }
        world.collectors.push(collector(&client, url, &id, customer, folder)?);
    }
    Ok(world)
}

fn sign_in(role: &str, email: &str) -> Result<SignIn> {
    Ok(SignIn { role: role.to_owned(), email: email.to_owned(), password: password()? })
}

/// The account of the signed-in operator's first grant.
pub fn own_account(client: &Client) -> Result<String> {
    let session = client.get("/session")?;
    text(session.pointer("/grants/0/account").context("the operator holds no grant")?, "id")
}

fn account(client: &Client, parent: &str, name: &str, kind: &str) -> Result<String> {
    let account = client.post(&format!("/accounts/{parent}/accounts"), &json!({ "name": name, "kind": kind }))?;
    text(&account, "id")
}

fn operator(client: &Client, account: &str, who: (&str, &str), role: &str, label: &str) -> Result<SignIn> {
    let sign_in = sign_in(label, who.1)?;
    let body = json!({ "name": who.0, "email": who.1, "role": role, "password": sign_in.password });
    client.post(&format!("/accounts/{account}/operators"), &body)?;
    Ok(sign_in)
}

fn installed(client: &Client) -> Result<Vec<String>> {
    let drivers = client.get("/drivers")?;
    let rows = drivers.get("items").and_then(Value::as_array).or_else(|| drivers.as_array());
    rows.context("the list of drivers is no list")?.iter().map(|driver| text(driver, "name")).collect()
}

/// Creates the customer's site and enrolls a collector there.
fn collector(client: &Client, url: &str, account: &str, customer: &Customer, folder: &Path) -> Result<PathBuf> {
    let (name, address, network) = customer.site;
    let settings = json!({
        "ranges": [network],
        "poll_seconds": POLL_SECONDS,
        "sweep_seconds": SWEEP_SECONDS,
        "community": "public",
    });
    let site = client.post(
        &format!("/accounts/{account}/sites"),
        &json!({ "name": name, "address": address, "settings": settings }),
    )?;
    let enrollment = client.post(
        &format!("/accounts/{account}/collectors/enrollments"),
        &json!({ "site_id": text(&site, "id")?, "name": name }),
    )?;
    let data = folder.join(format!("collector-{}", network.replace('/', "-")));
    fs::create_dir_all(&data)?;
    let mut command = exec::command(workspace::binary("bailiwick-collector"));
    command.args(["enroll", "--server", url, "--token-stdin", "--data-dir"]).arg(&data);
    with_input(&mut command, &text(&enrollment, "token")?)?;
    Ok(data)
}

/// Runs a command that reads one secret from its standard input.
fn with_input(command: &mut Command, secret: &str) -> Result<()> {
    let line = exec::line(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {line}"))?;
    let mut input = child.stdin.take().context("no standard input")?;
    // A program that ended before it read says why on standard error, which tells more than a broken pipe.
    let written = writeln!(input, "{secret}");
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{line} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    ensure!(written.is_ok(), "{line} did not read its input");
    Ok(())
}
