//! `bailiwick-collector`: the command line of the on-site engine.
#![forbid(unsafe_code)]

use std::{
    io::{self, IsTerminal as _, Read as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use bailiwick_collector::{
    enroll::{self, Existing},
    scan::{self, ScanOptions, ScanOutput},
    service,
    state::DataDir,
    status::{CollectorStatus, StatusBoard},
};
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

/// Finds devices in this network, reads them through sandboxed drivers and sends what may be kept to
/// a Bailiwick server, by outbound HTTPS only.
#[derive(Parser)]
#[command(name = "bailiwick-collector", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Scan ranges once and print what was found; needs no server.
    ///
    /// Exit code 0: the scan ran, whatever it found. 1: it could not run. 2: wrong arguments.
    Scan(ScanArgs),
    /// Trade a one-time token from the portal for this collector's own key.
    Enroll(EnrollArgs),
    /// Run: poll on the server's schedule, spool reports, hand them in. Ends with SIGTERM or SIGINT.
    Run(FolderArgs),
    /// Show how the collector in this folder is. Exit code 3 when it does not run.
    Status(StatusArgs),
}

#[derive(Args)]
struct ScanArgs {
    /// A driver's component; may be given several times: their manifests say which reads which device.
    #[arg(long, required = true, value_name = "FILE.wasm")]
    driver: Vec<PathBuf>,
    /// `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address; may be given several times.
    #[arg(long, required = true, value_name = "CIDR-or-A-B")]
    range: Vec<String>,
    /// UDP port of the SNMP agents.
    #[arg(long, default_value_t = 161)]
    port: u16,
    /// SNMP community; may be given several times, tried in order.
    #[arg(long, default_value = "public", hide_default_value = true)]
    community: Vec<String>,
    /// How long to wait for one answer, in milliseconds.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=60_000))]
    timeout_ms: u64,
    /// Allow a range that is neither private, link-local, loopback nor on-link.
    #[arg(long, value_name = "CIDR")]
    allow_range: Vec<ipnet::IpNet>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct FolderArgs {
    /// Where the collector keeps its key, its spool and its drivers.
    #[arg(long, env = "BAILIWICK_COLLECTOR_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

impl FolderArgs {
    fn open(self) -> anyhow::Result<DataDir> {
        Ok(DataDir::open(self.data_dir.unwrap_or_else(DataDir::default_path))?)
    }
}

#[derive(Args)]
struct EnrollArgs {
    /// The server: https://…; http:// only for an address of this machine.
    #[arg(long, value_name = "URL")]
    server: String,
    /// The one-time token. Other users of this machine may see it in the process list: prefer
    /// --token-stdin or the environment variable.
    #[arg(long, env = "BAILIWICK_ENROLLMENT_TOKEN", hide_env_values = true, conflicts_with = "token_stdin")]
    token: Option<String>,
    /// Read the one-time token from standard input.
    #[arg(long)]
    token_stdin: bool,
    /// Trust the authorities in this PEM file, and no others.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Replace an enrollment that this folder has already.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    folder: FolderArgs,
}

#[derive(Args)]
struct StatusArgs {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folder: FolderArgs,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = if matches!(cli.command, Command::Run(_)) { "info" } else { "warn" };
    let filter = EnvFilter::try_from_env("BAILIWICK_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let ansi = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(io::stderr).init();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("error: another TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.context("no async runtime").and_then(|runtime| {
        let ended = runtime.block_on(dispatch(cli.command));
        runtime.shutdown_timeout(Duration::from_secs(2));
        ended
    });
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Scan(args) => scan(args).await,
        Command::Enroll(args) => enroll(args).await,
        Command::Run(folder) => {
            service::run(folder.open()?).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Status(args) => status(args),
    }
}

async fn scan(args: ScanArgs) -> anyhow::Result<ExitCode> {
    let mut components = Vec::new();
    for path in args.driver {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        components.push((path.display().to_string(), bytes));
    }
    let options = ScanOptions {
        ranges: args.range,
        allow: args.allow_range,
        port: args.port,
        communities: args.community.into_iter().map(SecretString::from).collect(),
        timeout: Duration::from_millis(args.timeout_ms),
        output: if args.json { ScanOutput::Json } else { ScanOutput::Table },
    };
    scan::scan(components, options).await?;
    Ok(ExitCode::SUCCESS)
}

async fn enroll(args: EnrollArgs) -> anyhow::Result<ExitCode> {
    let token = match args.token {
        Some(token) => token,
        None if args.token_stdin || !io::stdin().is_terminal() => {
            let mut text = String::new();
            io::stdin().take(4_096).read_to_string(&mut text).context("standard input")?;
            text
        }
        None => bail!("give the one-time token by --token-stdin, --token or BAILIWICK_ENROLLMENT_TOKEN"),
    };
    let token = SecretString::from(token.trim().to_owned());
    let existing = if args.replace { Existing::Replace } else { Existing::Keep };
    let folder = args.folder.open()?;
    let enrollment = enroll::enroll(&folder, &args.server, args.ca, &token, existing).await?;
    println!("enrolled at {} as collector {}", enrollment.server, enrollment.collector_id);
    println!("next: bailiwick-collector run --data-dir {}", folder.path("").display());
    Ok(ExitCode::SUCCESS)
}

fn status(args: StatusArgs) -> anyhow::Result<ExitCode> {
    let folder = args.folder.open()?;
    let enrollment = folder.enrollment()?;
    let running = folder.is_running()?;
    let status: CollectorStatus = folder.read_json(StatusBoard::FILE)?.unwrap_or_else(|| CollectorStatus {
        server: enrollment.server,
        collector_id: enrollment.collector_id,
        ..CollectorStatus::default()
    });
    if args.json {
        let mut value = serde_json::to_value(&status)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("running".into(), running.into());
        }
        println!("{value}");
    } else {
        print!("{}", service::describe(&status, running));
    }
    Ok(if running { ExitCode::SUCCESS } else { ExitCode::from(3) })
}
