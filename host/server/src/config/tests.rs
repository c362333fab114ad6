//! Where settings come from, and what each wrong one says.

use super::*;

fn parse(toml: &str) -> Result<Config, ConfigError> {
    let settings: Settings = Figment::from(Toml::string(DEFAULTS))
        .merge(Toml::string(toml))
        .extract()
        .map_err(|e| ConfigError::Shape(Box::new(e)))?;
    Config::try_from(settings)
}

fn refused(toml: &str, key: &str) {
    let error = parse(toml).expect_err(toml);
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    let error = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    assert!(error.contains(key), "{toml}: the error must name {key}: {error}");
}

#[test]
fn defaults_are_whole_and_document_every_key() {
    let config = parse("").expect("the defaults are valid");
    assert_eq!(config.transport, Transport::Loopback);
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    for key in settings::keys() {
        let documented = DEFAULTS.lines().any(|l| l.trim_start_matches("# ").starts_with(&format!("{key} =")));
        assert!(documented, "{key} is not documented in defaults.toml");
    }
}

#[test]
fn every_documented_key_is_a_setting() {
    for line in DEFAULTS.lines() {
        let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") else { continue };
        if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            assert!(settings::keys().contains(&key), "{key} is documented, but no setting");
        }
    }
}

/// Another value for every setting, with what it needs beside it.
const OTHERWISE: &[(&str, &str)] = &[
    ("listen", "listen = '127.0.0.1:8081'"),
    ("public_url", "public_url = 'http://localhost:8080'"),
    ("data_dir", "data_dir = '/elsewhere'"),
    ("sealing_key", "sealing_key = '/elsewhere.key'"),
    ("audit_key", "audit_key = '/elsewhere.key'"),
    ("database_url", "database_url = 'postgres://u@db/d'"),
    ("database_ca", "database_url = 'postgres://u@db/d'\ndatabase_ca = '/missing.pem'"),
    ("redis_url", "redis_url = 'rediss://cache'"),
    ("redis_ca", "redis_url = 'rediss://cache'\nredis_ca = '/missing.pem'"),
    ("allow_cleartext", "allow_cleartext = ['redis']"),
    ("tls_certificate", "tls_certificate = '/x.pem'"),
    ("tls_key", "tls_key = '/x.key'"),
    ("trusted_proxies", "trusted_proxies = ['192.0.2.1']"),
    ("metrics_listen", "metrics_listen = '127.0.0.1:9091'"),
    ("product_name", "product_name = 'Other'"),
    ("smtp_url", "mail_from = 'b@example.com'\nsmtp_url = 'smtps://mail.example.com'"),
    ("mail_from", "smtp_url = 'smtps://mail.example.com'\nmail_from = 'b@example.com'"),
    ("egress_private_networks", "egress_private_networks = ['10.0.0.0/8']"),
    ("egress_ca", "egress_ca = '/ca.pem'"),
    ("connections", "connections = 700"),
    ("connections_per_source", "connections_per_source = 7"),
    ("sign_in_per_minute", "sign_in_per_minute = 7"),
    ("calls_per_minute", "calls_per_minute = 7"),
    ("account_per_minute", "account_per_minute = 7"),
    ("source_per_minute", "source_per_minute = 7"),
    ("collector_per_minute", "collector_per_minute = 7"),
    ("token_days", "token_days = 7"),
    ("invitations_per_day_at_first", "invitations_per_day_at_first = 7"),
    ("invitations_per_day", "invitations_per_day = 70"),
    ("invitations_per_operator_per_day", "invitations_per_operator_per_day = 7"),
    ("body_memory_mib", "body_memory_mib = 32"),
    ("database_connections", "database_connections = 7"),
    ("account_work", "account_work = 2"),
    ("account_waiting", "account_waiting = 7"),
    ("work_wait_seconds", "work_wait_seconds = 7"),
    ("request_timeout_seconds", "request_timeout_seconds = 7"),
    ("shutdown_seconds", "shutdown_seconds = 7"),
    ("driver_threads", "driver_threads = 7"),
    ("deletion_grace_days", "deletion_grace_days = 7"),
    ("log", "log = 'warn'"),
    ("log_format", "log_format = 'json'"),
];

/// What the settings come to: values, or what is wrong.
fn outcome(toml: &str) -> String {
    parse(toml).map_or_else(|error| error.to_string(), |config| format!("{config:?}"))
}

#[test]
fn every_setting_is_read() {
    let listed: Vec<&str> = OTHERWISE.iter().map(|(key, _)| *key).collect();
    assert_eq!(listed, settings::keys(), "each setting stands in this table, with another value");
    for (key, toml) in OTHERWISE {
        let (without, _) = toml.rsplit_once('\n').unwrap_or_default();
        assert_ne!(outcome(toml), outcome(without), "{key} changes nothing");
    }
}

#[test]
fn no_page_names_a_variable_that_is_no_setting() {
    let others = ["BAILIWICK_CONFIG", "BAILIWICK_BLESS", "BAILIWICK_TEST_CONNECTIONS"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md"), root.join("THREAT-MODEL.md"), root.join("ARCHITECTURE.md")];
    let mut folders = vec![root.join("docs"), root.join("deploy")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { pages.push(path) }
        }
    }
    let mut seen = 0;
    for page in pages {
        // pictures have no text
        let Ok(text) = std::fs::read_to_string(&page) else { continue };
        for rest in text.split("BAILIWICK_").skip(1) {
            let key: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let name = format!("BAILIWICK_{key}");
            let known = key.is_empty() || settings::keys().contains(&key.to_lowercase().as_str());
            assert!(known || others.contains(&name.as_str()), "{}: {name}", page.display());
            seen += usize::from(!key.is_empty());
        }
    }
    assert!(seen > 0, "pages name settings");
}

#[test]
fn the_two_keys_are_two_files() {
    let config = parse("data_dir = '/d'\nsealing_key = '/run/secrets/sealing'").expect("ok");
    assert_eq!((config.sealing_key, config.audit_key), ("/run/secrets/sealing".into(), "/d/audit.key".into()));
    refused("sealing_key = '/k'\naudit_key = '/k'", "audit_key");
}

#[test]
fn what_the_way_to_the_database_cannot_keep_is_refused() {
    for (wrong, told) in [
        ("database_url = 'postgres://u:p@db/d?sslmode=disable'", "allow_cleartext"),
        ("database_url = 'postgres://u:p@db/d?sslmode=prefer'", "sslmode"),
        ("database_url = 'postgres://u:p@db/d?sslrootcert=/ca.pem'", "database_ca"),
        ("database_url = 'postgres://u:p@db/d?channel_binding=require'", "channel_binding"),
        ("database_url = 'postgres:///d?host=/run/postgresql&sslmode=require'", "socket"),
        ("database_ca = '/missing.pem'", "database_ca"),
        ("redis_url = 'redis://cache'", "allow_cleartext"),
        ("redis_url = 'rediss://cache/#insecure'", "redis_ca"),
        ("allow_cleartext = ['everything']", "allow_cleartext"),
    ] {
        refused(wrong, told);
    }
    let clear = "database_url = 'postgres://u:p@db/d?sslmode=disable'\nallow_cleartext = 'database'";
    let remarks = parse(clear).expect("allowed by name").remarks;
    assert!(remarks.iter().any(|remark| remark.contains("database goes in clear")), "{remarks:?}");
}

#[test]
fn plain_http_beyond_loopback_is_refused() {
    refused("listen = '0.0.0.0:8080'", "listen");
    refused("listen = '[::]:8080'", "listen");
    refused("listen = '10.1.2.3:80'", "plain HTTP");
    let proxied = parse("listen = '0.0.0.0:8080'\ntrusted_proxies = ['10.0.0.0/8', '192.0.2.1']").expect("proxied");
    assert!(matches!(proxied.transport, Transport::Proxied(ref nets) if nets.len() == 2));
    assert!(proxied.transport.secure());
}

#[test]
fn nobody_trusts_everybody() {
    refused("listen = '0.0.0.0:8080'\ntrusted_proxies = ['0.0.0.0/0']", "trusted_proxies");
    refused("listen = '0.0.0.0:8080'\ntrusted_proxies = ['10.0.0.0/8', '::/0']", "every address");
    refused("egress_private_networks = ['0.0.0.0/0']", "egress_private_networks");
}

#[test]
fn figures_have_a_port_of_their_own() {
    refused("listen = '127.0.0.1:8080'\nmetrics_listen = '127.0.0.1:8080'", "metrics_listen");
    refused("listen = '127.0.0.1:8080'\nmetrics_listen = '0.0.0.0:8080'", "metrics_listen");
    parse("listen = '127.0.0.1:0'\nmetrics_listen = '127.0.0.1:0'").expect("any two ports");
}

#[test]
fn a_log_filter_is_one() {
    refused("log = 'info,bailiwick=loud'", "log");
    parse("log = 'warn,bailiwick::ingress=trace'").expect("a filter");
}

#[test]
fn certificate_and_key_come_together() {
    refused("tls_certificate = '/x.pem'", "tls_key");
    refused("tls_key = '/x.key'", "tls_certificate");
    refused("tls_certificate = '/x.pem'\ntls_key = '/x.key'\ntrusted_proxies = ['10.0.0.0/8']", "trusted_proxies");
    let tls = parse("listen = '0.0.0.0:443'\ntls_certificate = '/x.pem'\ntls_key = '/x.key'").expect("tls");
    assert_eq!(tls.public_url, "https://0.0.0.0:443");
}

#[test]
fn public_url_agrees_with_the_transport() {
    refused("public_url = 'https://example.com'", "public_url");
    refused("public_url = 'http://user@example.com'", "public_url");
    refused("public_url = 'http://example.com/path'", "public_url");
    refused("public_url = 'ftp://example.com'", "public_url");
    let tls = "tls_certificate = '/x.pem'\ntls_key = '/x.key'\n";
    refused(&format!("{tls}public_url = 'http://example.com'"), "public_url");
    assert_eq!(parse("public_url = 'http://localhost:8080/'").expect("ok").public_url, "http://localhost:8080");
}

#[test]
fn wrong_values_name_their_key() {
    refused("listen = 'here'", "listen");
    refused("metrics_listen = '9090'", "metrics_listen");
    refused("trusted_proxies = ['everyone']", "trusted_proxies");
    refused("sign_in_per_minute = 0", "sign_in_per_minute");
    refused("request_timeout_seconds = 0", "request_timeout_seconds");
    refused("connections_per_source = 0", "connections_per_source");
    refused("connections = -1", "connections");
    refused("database_connections = 1", "database_connections");
    refused("database_connections = 65", "database_connections");
    parse("database_url = 'postgres://u@localhost/d'\ndatabase_connections = 65").expect("a database of one's own");
    refused("driver_threads = 257", "driver_threads");
    refused("account_work = 0", "account_work");
    refused("account_waiting = 0", "account_waiting");
    refused("work_wait_seconds = 0", "work_wait_seconds");
    refused("lissten = '127.0.0.1:1'", "lissten");
    refused("calls_per_minute = 'many'", "calls_per_minute");
    refused("data_dir = ''", "data_dir");
}

#[test]
fn lists_come_with_commas_too() {
    let config = parse("listen = '0.0.0.0:1'\ntrusted_proxies = '10.0.0.0/8, 192.0.2.7'").expect("ok");
    assert!(matches!(config.transport, Transport::Proxied(ref nets) if nets.len() == 2));
}

#[test]
fn the_database_url_is_not_shown() {
    let config = parse("database_url = 'postgres://u:hunter2@h/d'\nredis_url = 'rediss://u:hunter2@h'").expect("ok");
    assert!(config.database.is_some() && config.redis.is_some());
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_database_url_of_another_kind_is_refused_without_showing_it() {
    refused("database_url = 'mysql://u:hunter2@h/d'", "database_url");
    let error = parse("database_url = 'hunter2'").expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn misspelt_variables_are_told() {
    let variables = ["BAILIWICK_LISSTEN", "BAILIWICK_LISTEN", "BAILIWICK_CONFIG", "HOME"];
    let remarks = strangers(variables.into_iter().map(|name| (name.into(), "x".into())));
    assert_eq!(remarks, ["BAILIWICK_LISSTEN is no setting of the server and has no effect"]);
}

#[test]
fn an_error_in_a_file_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bailiwick.toml");
    std::fs::write(&path, "calls_per_minute = 'many'").expect("written");
    let ConfigError::Shape(error) = Config::load(Some(&path)).expect_err("refused") else { panic!("another error") };
    assert!(error.to_string().contains("bailiwick.toml"), "{error}");
}

#[test]
fn a_redis_is_named_by_its_address_which_no_error_shows() {
    assert!(parse("redis_url = ''").expect("empty is none").redis.is_none());
    for good in ["redis://localhost", "rediss://:secret@cache:6380/1", "redis+unix:///run/redis.sock"] {
        assert!(parse(&format!("redis_url = '{good}'")).expect(good).redis.is_some());
    }
    let error = parse("redis_url = 'http://:secret@cache'").expect_err("no Redis");
    assert!(error.to_string().contains("redis_url") && !format!("{error:?}{error}").contains("secret"));
}

#[test]
fn the_mail_relay_is_reachable_and_no_secret_of_it_is_shown() {
    let config = parse("smtp_url = 'smtps://u:hunter2@mail.example.com'\nmail_from = 'B <b@example.com>'").expect("ok");
    assert_eq!(config.outbound.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["mail.example.com:465"]);
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(parse("").expect("ok").mail.is_none());
    for wrong in ["smtps://u:hunter2@h?tls=off", "smtp://u:hunter2@h?tls=off", "https://u:hunter2@h", "hunter2"] {
        let error = parse(&format!("smtp_url = '{wrong}'\nmail_from = 'b@example.com'")).expect_err("refused");
        let told = format!("{error} {error:?}");
        assert!(told.contains("smtp_url") && !told.contains("hunter2"), "{told}");
    }
    refused("smtp_url = 'smtps://mail.example.com'", "mail_from");
    refused("smtp_url = 'smtps://mail.example.com'\nmail_from = \"b@example.com\\r\\nBcc: x@y.z\"", "mail_from");
    refused("product_name = \"A\\nB\"", "product_name");
}

#[test]
fn what_may_be_reached_is_parsed_at_start() {
    refused("egress_private_networks = ['inside']", "egress_private_networks");
}
