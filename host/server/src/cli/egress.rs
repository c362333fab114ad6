//! `bailiwick egress`: what may be reached from this server.

use bailiwick_egress::{AllowedHost, Destination, hosts};
use bailiwick_store::{AccountId, Actor, Store};
use clap::Subcommand;
use serde_json::{Value, json};

use super::open;
use crate::config::{Config, Outbound};

/// Lists what may be reached.
#[derive(Debug, Subcommand)]
pub(super) enum Egress {
    /// Every host that may be reached, for what and for whom: the platform's of the settings, and the accounts'.
    List {
        /// Prints JSON, one object a line.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Egress, config: Config) -> anyhow::Result<()> {
    let Egress::List { json } = command;
    let store = open::store_beside(&config).await?;
    let accounts = accounts(&store).await;
    store.close().await;
    let accounts = accounts?;
    super::print(&if json { as_json(&config.outbound, &accounts) } else { as_text(&config.outbound, &accounts) })
}

async fn accounts(store: &Store) -> anyhow::Result<Vec<AllowedHost>> {
    let mut scope = store.scope(&Actor::system("command-line"), AccountId::ROOT).await?;
    Ok(hosts::all(&mut scope).await?)
}

fn as_text(platform: &Outbound, accounts: &[AllowedHost]) -> String {
    let line = |what: &str, which: &str, whom: &str| format!("{what:<13} {which:<40} {whom}\n");
    let of_platform = platform.hosts.iter().map(|d| line(d.purpose.name(), &d.to_string(), "the platform (settings)"));
    let of_accounts = accounts.iter().map(|allowed| {
        let whom = format!("{} ({}) and all below it", allowed.account_name, allowed.account);
        line(allowed.destination.purpose.name(), &allowed.destination.to_string(), &whom)
    });
    let networks = platform.private_networks.iter();
    let networks = networks.map(|n| line("network", &n.to_string(), "although it is not public (settings)"));
    of_platform.chain(of_accounts).chain(networks).collect()
}

fn as_json(platform: &Outbound, accounts: &[AllowedHost]) -> String {
    let line = |destination: &Destination, whom: Value| {
        let (purpose, host, port) = (destination.purpose, destination.host(), destination.port());
        format!("{}\n", json!({ "purpose": purpose, "host": host, "port": port, "for": whom }))
    };
    let of_platform = platform.hosts.iter().map(|destination| line(destination, json!("platform")));
    let of_accounts = accounts.iter().map(|allowed| {
        line(&allowed.destination, json!({ "account_id": allowed.account, "account_name": allowed.account_name }))
    });
    let networks = platform.private_networks.iter().map(|network| format!("{}\n", json!({ "network": network })));
    of_platform.chain(of_accounts).chain(networks).collect()
}

#[cfg(test)]
mod tests {
    use bailiwick_egress::{HostId, Purpose};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn everything_that_may_be_reached_is_listed() {
        let outbound = Outbound {
            hosts: vec!["smtp=mail.example.com:465".parse().expect("a destination")],
            private_networks: vec!["10.1.0.0/16".parse().expect("a network")],
            authorities: None,
        };
        let accounts = [AllowedHost {
            id: HostId::new(),
            destination: Destination::new(Purpose::Webhook, "hooks.example.com", 443).expect("a destination"),
            account: AccountId::ROOT,
            account_name: "Dealer".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
        }];
        let text = as_text(&outbound, &accounts);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("smtp") && lines[0].contains("mail.example.com:465"), "{text}");
        assert!(
            lines[1].starts_with("webhook")
                && lines[1].contains("hooks.example.com:443")
                && lines[1].contains("Dealer")
        );
        assert!(lines[2].contains("10.1.0.0/16"));
        for line in as_json(&outbound, &accounts).lines() {
            let value: Value = serde_json::from_str(line).expect("JSON");
            assert!(
                value["for"].is_string() || value["for"]["account_name"] == "Dealer" || value["network"].is_string()
            );
        }
    }
}
