//! The closed list of what a driver can write, against the database's own catalogue.

use std::collections::BTreeSet;

use bailiwick_contract::sinks::{SinkType, sinks};
use bailiwick_store::testing;

/// Columns of the same tables that the host writes by itself: ids, times of its own clock, states of its own.
const HOST: [(&str, &[&str]); 7] = [
    (
        "alerts",
        &[
            "tenant_id",
            "lineage",
            "id",
            "device_id",
            "enrollment_id",
            "driver",
            "severity",
            "raised_at",
            "cleared_at",
            "flaps",
            "acknowledged_at",
            "acknowledged_by",
        ],
    ),
    ("device_identities", &["tenant_id", "device_id", "since"]),
    // the address is the one that the collector polled, within the site's ranges
    (
        "devices",
        &[
            "tenant_id",
            "lineage",
            "id",
            "site_id",
            "site_given",
            "driver",
            "ownership",
            "given_name",
            "address",
            "alerts_open",
            "first_seen_at",
            "last_seen_at",
            "expected_by",
            "retired_at",
            "merged_into",
            // whether a level is at or below what the manifest calls low, and by which component's manifest
            "low",
            "shown_by",
        ],
    ),
    (
        "enrollments",
        &[
            "tenant_id",
            "lineage",
            "id",
            "device_id",
            "driver",
            "digest",
            "version",
            "state",
            "site_id",
            "collector_id",
            "address",
            "created_at",
            "reported_at",
            "budget",
            "partial",
        ],
    ),
    ("facts", &["tenant_id", "enrollment_id", "changed_at", "ended_at"]),
    ("readings", &["tenant_id", "device_id", "driver", "reset"]),
    ("usage_days", &["tenant_id", "lineage", "driver", "day"]),
];

/// Tables into which nothing of a driver goes, not by any path.
const CLOSED: [&str; 45] = [
    "_sqlx_migrations",
    "accounts",
    "api_tokens",
    "audit_entries",
    "audit_leaves",
    "audit_seals",
    "answered_challenges",
    "brandings",
    "budgets",
    "collector_tokens",
    "collectors",
    "dead_letters",
    "deletions",
    "device_counts",
    "device_group_members",
    "device_groups",
    "driver_grants",
    "drivers",
    "egress_hosts",
    "elevations",
    "exports",
    "grants",
    "idempotency_keys",
    "installation_keys",
    "invitations",
    "jobs",
    "moves",
    "operators",
    "outbox",
    "passkeys",
    "password_resets",
    "policies",
    "quotas",
    "recovery_codes",
    "restrictions",
    "roles",
    "second_factors",
    "sessions",
    "sign_in_attempts",
    "sign_in_challenges",
    "sign_in_connections",
    "sign_in_domains",
    "sign_in_identities",
    "sites",
    "spools",
];

#[tokio::test]
async fn every_column_is_a_listed_sink_or_the_hosts_own() {
    let mut connection = testing::database().await.superuser().await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text, format_type(a.atttypid, null)
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let listed = sinks().unwrap();
    let mut open: BTreeSet<(String, String)> = BTreeSet::new();
    for (table, column, kind) in &columns {
        if CLOSED.contains(&table.as_str()) {
            continue;
        }
        let host = HOST.iter().any(|(t, own)| t == table && own.contains(&column.as_str()));
        let sink = listed.iter().find(|sink| sink.table == *table && sink.column == *column);
        assert!(host != sink.is_some(), "{table}.{column} is to stand in exactly one of sinks.toml and this test");
        let Some(sink) = sink else { continue };
        let fits = match sink.kind {
            SinkType::Key => ["text", "text[]", "bytea"].contains(&kind.as_str()),
            SinkType::Scalar => ["text", "jsonb"].contains(&kind.as_str()),
            SinkType::Number => ["double precision", "bigint", "smallint", "jsonb"].contains(&kind.as_str()),
            SinkType::Time => kind == "timestamp with time zone",
            SinkType::Enum | SinkType::Identity => kind == "text",
            SinkType::Sealed | SinkType::Effects => kind == "bytea",
        };
        assert!(fits, "{table}.{column} is {kind}, not a {:?}", sink.kind);
        open.insert((table.clone(), column.clone()));
    }
    let named: BTreeSet<(String, String)> = listed.iter().map(|s| (s.table.clone(), s.column.clone())).collect();
    assert_eq!(named, open, "sinks.toml names a column that the database lacks");
}
