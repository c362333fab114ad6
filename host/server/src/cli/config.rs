//! `bailiwick config`.

use bailiwick_store::address::Protection;

use crate::config::{Config, ConfigError, DEFAULTS};

/// Shows settings.
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// Prints every key with its default and what it does, as a settings file.
    #[arg(long)]
    print_defaults: bool,
}

pub(super) fn run(show: &Show, settings: impl FnOnce() -> Result<Config, ConfigError>) -> anyhow::Result<()> {
    if show.print_defaults {
        return super::print(DEFAULTS);
    }
    let config = settings()?;
    println!("listen           {}", config.listen);
    println!("public_url       {}", config.public_url);
    println!("data_dir         {}", config.data_dir.display());
    println!("database         {}", database(&config));
    println!("redis            {}", config.redis.as_ref().map_or("none", |redis| way(redis.protection())));
    println!("transport        {}", transport(&config));
    println!("metrics_listen   {}", config.metrics_listen);
    for remark in &config.remarks {
        println!("note: {remark}");
    }
    println!("The settings are valid.");
    Ok(())
}

fn database(config: &Config) -> String {
    config
        .database
        .as_ref()
        .map_or_else(|| "embedded".to_owned(), |address| format!("external, {}", way(address.protection())))
}

fn way(protection: Protection) -> &'static str {
    match protection {
        Protection::Local => "on this machine",
        Protection::VerifiedTls => "by TLS with a verified certificate",
        Protection::Cleartext => "in clear over the network",
    }
}

fn transport(config: &Config) -> String {
    use crate::config::Transport;
    match &config.transport {
        Transport::Tls { certificate, .. } => format!("TLS with {}", certificate.display()),
        Transport::Proxied(proxies) => {
            let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
            format!("behind proxies in {}", proxies.join(", "))
        }
        Transport::Loopback => "plain HTTP on loopback".to_owned(),
    }
}
