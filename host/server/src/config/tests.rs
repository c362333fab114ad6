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
    for key in settings::KEYS {
        let documented = DEFAULTS.lines().any(|l| l.trim_start_matches("# ").starts_with(&format!("{key} =")));
        assert!(documented, "{key} is not documented in defaults.toml");
    }
}

#[test]
fn every_documented_key_is_a_setting() {
    for line in DEFAULTS.lines() {
        let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") else { continue };
        if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            assert!(settings::KEYS.contains(&key), "{key} is documented, but no setting");
        }
    }
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
    refused("database_connections = 1", "database_connections");
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
    let config = parse("database_url = 'postgres://u:hunter2@h/d'").expect("ok");
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
    assert!(parse("redis_url = ''").expect("empty is none").redis_url.is_none());
    for good in ["redis://cache", "rediss://:secret@cache:6380/1", "redis+unix:///run/redis.sock"] {
        assert!(parse(&format!("redis_url = '{good}'")).expect(good).redis_url.is_some());
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
    let config = parse("egress_hosts = 'oidc=Login.Example.com, webhook=h.example:8443'").expect("ok");
    let hosts: Vec<_> = config.outbound.hosts.iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["login.example.com:443", "h.example:8443"]);
    refused("egress_hosts = ['login.example.com']", "egress_hosts");
    refused("egress_private_networks = ['inside']", "egress_private_networks");
}
