//! `cargo xtask demo`: the platform with a dealer, three customers and sixty printers that live. Every part of it is
//! the real thing, started and filled through the product's own interfaces; only the printers are simulated, and
//! those answer real SNMP. The same world, on ports and in a folder of its own, serves the browser tests.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::build::Compiler;
use crate::{build, exec, guests, portal, setup, workspace};

mod client;
mod people;
mod place;
mod processes;
mod provider;
mod secrets;
mod signals;
mod world;

use client::Client;
use processes::Processes;
use provider::Provider;
use secrets::{Secrets, SignIn};
use signals::Stop;

/// Printers in the world, spread over its customers.
const PRINTERS: u32 = 60;

/// How long the server may take to answer, and a printer to appear.
const PATIENCE: Duration = Duration::from_secs(90);

/// Options of `cargo xtask demo`.
#[derive(Args)]
pub struct Options {
    /// Forget what an earlier demo left and begin anew
    #[arg(long)]
    fresh: bool,
    /// Where the portal listens
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: String,
    /// Start what is built already
    #[arg(long)]
    no_build: bool,
    /// How many times faster than life the printers live
    #[arg(long, default_value_t = 60)]
    speed: u32,
}

/// Runs the verb until Ctrl-C.
pub fn run(options: &Options) -> Result<()> {
    if !options.no_build {
        eprintln!("   a first build compiles some 700 crates, which takes about ten minutes on two cores");
        exec::timed("set-up", setup::for_demo).1?;
        exec::timed("portal", || portal::build(portal::For::Work)).1?;
        exec::timed("server, collector, simulator", || build::programs(Compiler::Plain)).1?;
        exec::timed("drivers", || guests::build(Compiler::Plain)).1?;
    }
    let folder = place::folder("demo");
    if options.fresh && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    exec::headline("demo world");
    let stop = Stop::listen()?;
    let mut world = World::start(&folder, &options.listen, options.speed, None)?;
    world.wait_for_printers(&stop)?;
    world.print();
    while !stop.within(Duration::from_secs(1)) {
        world.processes.check()?;
    }
    eprintln!("\nstopping …");
    world.processes.stop();
    eprintln!("stopped; the next demo goes on where this one ended (--fresh begins anew)");
    Ok(())
}

/// A world for tests: ports that are free, a folder that is new, printers seen. Everything must be built.
pub fn for_tests() -> Result<World> {
    let folder = place::folder("demo-tests");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let listen = free_tcp()?;
    let port = free_tcp()?.rsplit(':').next().unwrap_or_default().parse()?;
    let provider = Provider::prepare(&folder, port)?;
    let mut world = World::start(&folder, &listen, 60, Some(provider))?;
    world.wait_for_printers(&Stop::never())?;
    Ok(world)
}

/// A running demo world; its end stops every process.
pub struct World {
    url: String,
    folder: PathBuf,
    processes: Processes,
    secrets: Secrets,
    provider: Option<Provider>,
    started: Instant,
}

impl World {
    /// The sign-in provider, where the world has one.
    pub fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// The portal's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The dealer's owner: sees all customers, as most users of the product do.
    pub fn user(&self) -> Result<&SignIn> {
        self.secrets.sign_ins.get(1).context("the demo world has no dealer")
    }

    /// The platform's owner: sees accounts, and nothing of what they have.
    pub fn platform(&self) -> Result<&SignIn> {
        self.secrets.sign_ins.first().context("the demo world has no platform")
    }

    fn start(folder: &Path, listen: &str, speed: u32, provider: Option<Provider>) -> Result<Self> {
        let remembered = folder.join("demo.json");
        let build = place::build()?;
        let former = Secrets::load(&remembered)?;
        let why = match &former {
            None => "the last demo did not come to its end",
            Some(_) => "the last demo is of another build",
        };
        let known = former.filter(|former| former.build == build);
        if known.is_none() && folder.exists() && provider.is_none() {
            eprintln!("   {why}; beginning anew");
            fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
        let started = Instant::now();
        let url = format!("http://{listen}");
        let mut processes = Processes::new(folder.join("logs"))?;
        let port = printers(&mut processes, speed)?;

        if let Some(provider) = &provider {
            provider.start(&mut processes, &url)?;
        }
        let authorities = provider.as_ref().map(Provider::certificate);
        let server = Server { data: folder.join("server"), listen, url: &url, metrics: free_tcp()?, authorities };
        let secrets = match known {
            Some(known) => {
                server.start(&mut processes)?;
                known
            }
            None => {
                let owner = world::first_operator(|command| server.configure(command))?;
                server.start(&mut processes)?;
                let made = Secrets { build, ..world::build(&url, folder, owner)? };
                made.save(&remembered)?;
                made
            }
        };
        for data in &secrets.collectors {
            let name = data.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let site = format!("# The simulated printers of this run answer here, not on 161.\nsnmp_port = {port}\n");
            fs::write(data.join("site.toml"), site)?;
            processes.start(&name, &workspace::binary("bailiwick-collector"), |command| {
                command.args(["run", "--data-dir"]).arg(data);
            })?;
        }
        Ok(Self { url, folder: folder.to_owned(), processes, secrets, provider, started })
    }

    /// Waits until a printer is online in the dealer's list, and says how long that took.
    fn wait_for_printers(&mut self, stop: &Stop) -> Result<()> {
        let user = self.user()?;
        let client = Client::sign_in(&self.url, &user.email, &user.password)?;
        let account = world::own_account(&client)?;
        let mut remembered = None;
        loop {
            let newest = client.get(&format!("/accounts/{account}/devices?sort=-last_seen_at&limit=1"))?;
            let heard = newest.pointer("/items/0/last_seen_at").and_then(Value::as_str).unwrap_or_default().to_owned();
            // A kept world shows its printers at once; alive is what was heard since.
            if heard != *remembered.get_or_insert_with(|| heard.clone()) {
                eprintln!("   first live printer after {:.1} s", self.started.elapsed().as_secs_f64());
                return Ok(());
            }
            self.processes.check()?;
            if self.started.elapsed() > PATIENCE {
                bail!(
                    "no printer came to life in {} s; logs: {}",
                    PATIENCE.as_secs(),
                    self.folder.join("logs").display()
                );
            }
            if stop.within(Duration::from_millis(250)) {
                bail!("interrupted");
            }
        }
    }

    fn print(&self) {
        eprintln!("\n   portal   {}", self.url);
        eprintln!("   REST     {}/api/v1/openapi.json", self.url);
        eprintln!("   logs     {}\n", self.folder.join("logs").display());
        for known in &self.secrets.sign_ins {
            eprintln!("   {:<46} {:<40} {}", known.role, known.email, known.password);
        }
        eprintln!("\n   Ctrl-C stops everything.");
    }
}

/// Starts the simulated printers of all customers and answers their UDP port.
fn printers(processes: &mut Processes, speed: u32) -> Result<u16> {
    let port = UdpSocket::bind("0.0.0.0:0")?.local_addr()?.port();
    processes.start("printers", &workspace::binary("sim-printers"), |command| {
        command.args(["--port", &port.to_string(), "--count", &PRINTERS.to_string(), "--speed", &speed.to_string()]);
        for customer in &people::CUSTOMERS {
            command.args(["--range", customer.site.2]);
        }
    })?;
    Ok(port)
}

/// A loopback address with a port that nobody uses now.
fn free_tcp() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// The one server of a world.
struct Server<'a> {
    data: PathBuf,
    listen: &'a str,
    url: &'a str,
    metrics: String,
    /// Whom outbound TLS believes besides; then this machine may be reached too.
    authorities: Option<PathBuf>,
}

impl Server<'_> {
    /// What every `bailiwick` command of this world is told.
    fn configure(&self, command: &mut Command) {
        command
            .env("BAILIWICK_DATA_DIR", &self.data)
            .env("BAILIWICK_LISTEN", self.listen)
            .env("BAILIWICK_PUBLIC_URL", self.url)
            .env("BAILIWICK_METRICS_LISTEN", &self.metrics);
        if let Some(authorities) = &self.authorities {
            command
                .env("BAILIWICK_EGRESS_CA", authorities)
                .env("BAILIWICK_EGRESS_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128");
        }
    }

    /// Installs the drivers, starts `bailiwick serve` and waits until it answers.
    fn start(&self, processes: &mut Processes) -> Result<()> {
        for driver in guests::drivers()? {
            let mut install = exec::command(workspace::binary("bailiwick"));
            install.args(["driver", "install"]).arg(workspace::drivers().join(format!("{}.wasm", driver.name)));
            self.configure(&mut install);
            exec::run(&mut install)?;
        }
        let start = Instant::now();
        processes.start("server", &workspace::binary("bailiwick"), |command| {
            self.configure(command);
            command.arg("serve");
        })?;
        let agent = client::agent();
        while agent.get(&format!("{}/api/v1/openapi.json", self.url)).call().is_err() {
            processes.check()?;
            if start.elapsed() > PATIENCE {
                bail!("the server did not answer in {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("   the server answers after {:.1} s", start.elapsed().as_secs_f64());
        Ok(())
    }
}
