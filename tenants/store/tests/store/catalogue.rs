//! What the database's own catalogue says about isolation: every table, whoever added it.
//!
//! Whoever adds a table meets this test. A table with `tenant_id` is made by `tenancy.tree_table` or
//! `tenancy.bulk_table`; anything else stands in a list below, with the reason why nobody learns anything by it.

use std::collections::{BTreeMap, BTreeSet};

use bailiwick_store::testing;
use sqlx::{FromRow, PgConnection};

const TREE: &str = "((lineage >= tenancy.scope()) AND (lineage < tenancy.scope_end()) AND \
                    (NOT (lineage ^@ ANY (( SELECT tenancy.excluded() AS excluded)::text[]))))";
const BULK: &str = "(tenant_id = tenancy.tenant())";

/// Tables that are nobody's in particular.
const WITHOUT_TENANT: [(&str, &str); 11] = [
    ("operators", "one global identity each; seen through grants, own policies"),
    ("sessions", "of an operator; own policies"),
    ("password_resets", "of an operator; own policies"),
    ("second_factors", "of an operator; own policies"),
    ("recovery_codes", "of an operator; own policies"),
    ("sign_in_challenges", "of an operator; own policies"),
    ("passkeys", "of an operator; own policies"),
    ("answered_challenges", "of an operator; own policies"),
    ("audit_seals", "hashes over all accounts; app reads number and range only"),
    ("drivers", "installed for the whole platform; written at the root only"),
    ("installation_keys", "check values of the platform's own keys; migrator alone"),
];

/// Policies for `app` beside the one of the table's class.
const OTHER_APP_POLICIES: [(&str, &str, &str); 15] = [
    ("accounts", "self", "how a scope learns its own lineage: exactly the account it names"),
    ("operators", "granted", "those who hold a grant that the scope sees, and oneself"),
    ("operators", "added", "anybody may be added"),
    ("operators", "own", "oneself"),
    ("sessions", "own", "one's own"),
    ("password_resets", "added", "the platform makes one for whom it mails it to; a row tells nobody anything"),
    ("password_resets", "own", "one's own"),
    ("second_factors", "own", "one's own"),
    ("recovery_codes", "own", "one's own"),
    ("sign_in_challenges", "own", "one's own"),
    ("passkeys", "own", "one's own"),
    ("answered_challenges", "own", "one's own"),
    ("sign_in_attempts", "own", "one's own: they end with a credential, at whichever account's provider they are"),
    ("audit_seals", "app_select", "two columns"),
    ("drivers", "everyone", "what is installed is no secret"),
];

/// Unique keys that do not start with `tenant_id`.
const GLOBAL_KEYS: [(&str, &str); 6] = [
    ("accounts (key)", "random, so a collision tells nothing; ingress finds the account by it"),
    ("api_tokens (token_hash)", "the hash of 256 random bits"),
    ("brandings (host)", "the name of a portal on the internet: that it is taken is public"),
    ("invitations (token_hash)", "the hash of 256 random bits"),
    ("sign_in_attempts (token_hash)", "the hash of 256 random bits"),
    (
        "sign_in_domains (domain) WHERE (confirmed_at IS NOT NULL)",
        "only where who runs the platform confirmed it; the sign-in page tells everybody",
    ),
];

/// Foreign keys from a table with `tenant_id` that do not start with it.
const GLOBAL_REFERENCES: [(&str, &str); 16] = [
    ("accounts (parent_id)", "the tree itself"),
    ("accounts (parent_id, parent_lineage)", "the tree itself"),
    ("grants (operator_id)", "operators are global"),
    ("api_tokens (created_by)", "operators are global"),
    ("elevations (operator_id)", "operators are global"),
    ("sessions (operator_id)", "operators are global"),
    ("sessions (viewing_as)", "operators are global"),
    ("password_resets (operator_id)", "operators are global"),
    ("second_factors (operator_id)", "operators are global"),
    ("recovery_codes (operator_id)", "operators are global"),
    ("sign_in_challenges (operator_id)", "operators are global"),
    ("passkeys (operator_id)", "operators are global"),
    ("answered_challenges (operator_id)", "operators are global"),
    ("sign_in_identities (operator_id)", "operators are global"),
    ("sign_in_attempts (operator_id)", "operators are global"),
    ("grants (role_tenant, role_id)", "a role may be of an account above"),
];

#[derive(FromRow)]
struct Table {
    name: String,
    protected: bool,
    tenant: bool,
    lineage: bool,
    owner: String,
}

async fn tables(connection: &mut PgConnection) -> Vec<Table> {
    sqlx::query_as(
        "select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as protected,
                exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and attnotnull) as tenant,
                exists (select from pg_attribute where attrelid = c.oid and attname = 'lineage' and attnotnull) as lineage,
                pg_get_userbyid(c.relowner)::text as owner
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
         order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

#[derive(FromRow)]
struct Policy {
    table: String,
    name: String,
    command: String,
    permissive: bool,
    roles: Vec<String>,
    using: Option<String>,
    check: Option<String>,
}

async fn policies(connection: &mut PgConnection) -> Vec<Policy> {
    sqlx::query_as(
        r#"select c.relname::text as table, polname::text as name, polcmd::text as command, polpermissive as permissive,
                  array(select pg_get_userbyid(role)::text from unnest(polroles) role) as roles,
                  pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
           from pg_policy join pg_class c on c.oid = polrelid order by 1, 2"#,
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn every_table_is_protected_and_the_migrators() {
    let mut connection = testing::database().await.superuser().await;
    for table in tables(&mut connection).await {
        assert!(table.protected, "{} has no forced row-level security", table.name);
        assert_eq!(table.owner, "migrator", "{}", table.name);
    }
}

#[tokio::test]
async fn tables_without_a_tenant_are_a_closed_list() {
    let mut connection = testing::database().await.superuser().await;
    let partitions: Vec<String> = sqlx::query_scalar("select relname::text from pg_class where relispartition")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let found: BTreeSet<String> =
        tables(&mut connection).await.into_iter().filter(|table| !table.tenant).map(|table| table.name).collect();
    let listed: BTreeSet<String> = WITHOUT_TENANT.iter().map(|(table, _)| (*table).to_owned()).collect();
    assert_eq!(found, listed);
    assert!(partitions.len() >= 5, "the audit has its months");
}

#[tokio::test]
async fn app_sees_by_the_policy_of_the_tables_class_and_no_other() {
    let mut connection = testing::database().await.superuser().await;
    let partitions: BTreeSet<String> = sqlx::query_scalar("select relname::text from pg_class where relispartition")
        .fetch_all(&mut connection)
        .await
        .unwrap()
        .into_iter()
        .collect();
    let mut by_table: BTreeMap<String, Vec<Policy>> = BTreeMap::new();
    for policy in policies(&mut connection).await {
        assert!(!policy.roles.iter().any(|role| role == "public" || role == "unknown (OID=0)"), "{}", policy.table);
        by_table.entry(policy.table.clone()).or_default().push(policy);
    }
    for table in tables(&mut connection).await {
        let all = by_table.remove(&table.name).unwrap_or_default();
        if partitions.contains(&table.name) {
            assert!(all.is_empty(), "{}: a partition is reached through its parent", table.name);
            continue;
        }
        let other = |policy: &&Policy| {
            OTHER_APP_POLICIES.iter().any(|(table, name, _)| *table == policy.table && *name == policy.name)
        };
        let own: Vec<_> = all
            .iter()
            .filter(|policy| policy.roles.contains(&"app".to_owned()))
            .filter(|policy| !other(policy))
            .collect();
        if !table.tenant {
            let platform = own.iter().all(|policy| policy.using.as_deref() == Some("(tenancy.scope() = '/'::text)"));
            assert!(platform, "{}", table.name);
            continue;
        }
        let (name, text) = if table.lineage { ("scope", TREE) } else { ("bound", BULK) };
        let [policy] = own.as_slice() else {
            panic!("{} has {} policies for app instead of one", table.name, own.len());
        };
        assert_eq!((policy.name.as_str(), policy.command.as_str()), (name, "*"), "{}", table.name);
        assert!(policy.permissive && policy.roles == ["app"]);
        for part in [&policy.using, &policy.check] {
            assert_eq!(part.as_deref(), Some(text), "{}", table.name);
        }
    }
}

#[tokio::test]
async fn keys_start_with_the_tenant() {
    let mut connection = testing::database().await.superuser().await;
    let found: Vec<String> = sqlx::query_scalar(
        "select c.relname || ' ' || substring(pg_get_indexdef(x.indexrelid) from '\\(.*\\)')
         from pg_index x join pg_class c on c.oid = x.indrelid
         where x.indisunique and c.relnamespace = 'public'::regnamespace and not c.relispartition
           and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')
           and not exists (select from pg_attribute where attrelid = c.oid and attnum = x.indkey[0] and attname = 'tenant_id')
         order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(found, GLOBAL_KEYS.map(|(key, _)| key));
    let without: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and not exists (select from pg_index where indrelid = c.oid and indisprimary)",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(without.is_empty(), "without a primary key: {without:?}");
}

#[tokio::test]
async fn references_start_with_the_tenant() {
    let mut connection = testing::database().await.superuser().await;
    let found: BTreeSet<String> = sqlx::query_scalar(
        "select conrelid::regclass || ' ' || substring(pg_get_constraintdef(oid) from '\\([^)]*\\)')
         from pg_constraint
         where contype = 'f' and conparentid = 0 and connamespace = 'public'::regnamespace
           and not exists (select from pg_attribute
                           where attrelid = conrelid and attnum = conkey[1] and attname = 'tenant_id')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let listed: BTreeSet<String> = GLOBAL_REFERENCES.iter().map(|(reference, _)| (*reference).to_owned()).collect();
    assert_eq!(found, listed);
}

/// A tree table's lineage is fenced to its account, and a list over a subtree is a range of an index.
#[tokio::test]
async fn tree_tables_are_fenced_and_indexed_by_lineage() {
    let mut connection = testing::database().await.superuser().await;
    for table in tables(&mut connection).await.into_iter().filter(|table| table.lineage) {
        let (fence, index, collation): (bool, bool, bool) = sqlx::query_as(
            "select exists (select from pg_constraint where conrelid = $1::regclass and contype = 'f'
                     and pg_get_constraintdef(oid) like 'FOREIGN KEY (tenant_id, lineage) REFERENCES accounts(tenant_id, lineage)%')
                     or $1 = 'accounts',
                    exists (select from pg_index x join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
                            where x.indrelid = $1::regclass and a.attname = 'lineage'),
                    exists (select from pg_attribute a join pg_collation c on c.oid = a.attcollation
                            where a.attrelid = $1::regclass and a.attname = 'lineage' and c.collname = 'C')",
        )
        .bind(&table.name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert!(fence, "{}: lineage is not fenced to the account", table.name);
        assert!(index, "{}: no index starts with lineage", table.name);
        assert!(collation, "{}: lineage is not of collation C", table.name);
    }
}

#[tokio::test]
async fn there_is_no_way_round() {
    let mut connection = testing::database().await.superuser().await;
    let roles: Vec<(String, bool)> = sqlx::query_as(
        "select rolname::text,
                rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
                or exists (select from pg_auth_members where member = r.oid)
         from pg_roles r where rolname in ('app', 'door', 'ops', 'migrator') order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(roles.len(), 4);
    assert!(roles.iter().all(|(_, powerful)| !powerful), "{roles:?}");
    for (what, query) in [
        (
            "owned by a serving role",
            "select c.relname::text from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('app', 'door', 'ops')",
        ),
        (
            "security definer",
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')",
        ),
        (
            // a view reads as its owner, past the caller's policies
            "a view",
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')",
        ),
        (
            // policies do not hold back TRUNCATE and REFERENCES
            "a right that policies do not hold back",
            "select table_name || ' ' || privilege_type from information_schema.table_privileges
             where grantee in ('app', 'door', 'ops', 'PUBLIC') and table_schema = 'public'
               and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')",
        ),
        (
            "a right for everybody",
            "select table_name::text from information_schema.column_privileges where grantee = 'PUBLIC' and table_schema = 'public'",
        ),
        (
            // of whatever kind: an owner is held back by no right, and could give itself any
            "owned by a serving role, of any kind",
            "select pg_describe_object(d.classid, d.objid, d.objsubid) from pg_shdepend d
             join pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_authid'::regclass
             where d.deptype = 'o' and r.rolname in ('app', 'door', 'ops')
               and d.dbid in (0, (select oid from pg_database where datname = current_database()))",
        ),
        (
            "a place where a serving role could make something of its own",
            "select r.rolname || ' in ' || n.nspname from pg_namespace n, pg_roles r
             where r.rolname in ('app', 'door', 'ops') and has_schema_privilege(r.oid, n.oid, 'create')
             union all
             select rolname || ' ' || right_ from pg_roles, unnest(array['create', 'temporary']) right_
             where rolname in ('app', 'door', 'ops') and has_database_privilege(oid, current_database(), right_)",
        ),
        (
            // a default that gives rights on tables to come would pass by whoever adds one
            "a right on what is yet to be made",
            "select defaclobjtype::text from pg_default_acl",
        ),
        ("a foreign table or server", "select srvname::text from pg_foreign_server"),
        ("a publication, which sends rows past policies", "select pubname::text from pg_publication"),
        ("a rule", "select rulename::text from pg_rules where schemaname = 'public'"),
    ] {
        let found: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
        assert!(found.is_empty(), "{what}: {found:?}");
    }
}

/// The door reads hashes and ids. What it may write is the time of last use.
#[tokio::test]
async fn the_door_writes_nothing_but_the_time_of_use() {
    let mut connection = testing::database().await.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select table_name || '.' || column_name from information_schema.column_privileges
         where grantee = 'door' and table_schema = 'public' and privilege_type <> 'SELECT' order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(written, ["api_tokens.last_used_at", "operators.last_seen_at", "sessions.last_seen_at"]);
}

/// A move rewrites every tree table and an erasure deletes from every table of accounts, as role `app`; a table that takes
/// these rights away would be left behind. The audit's entries are emptied instead, by `ops`.
#[tokio::test]
async fn every_table_moves_and_is_erased() {
    let mut connection = testing::database().await.superuser().await;
    let stuck: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'lineage'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and not (has_column_privilege('app', c.oid, a.attnum, 'update')
                    and has_column_privilege('app', c.oid, a.attnum, 'select'))",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(stuck.is_empty(), "these would not move: {stuck:?}");
    let kept: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and not (has_table_privilege('app', c.oid, 'delete')
                    and has_column_privilege('app', c.oid, a.attnum, 'select'))
         order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(kept, ["accounts", "audit_entries"], "these would not be erased");
    let credentials: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_constraint k join pg_class c on c.oid = k.conrelid
         where k.contype = 'f' and k.confrelid = 'operators'::regclass
           and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
           and not has_table_privilege('ops', c.oid, 'delete')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(credentials.is_empty(), "an erased operator would leave something in these: {credentials:?}");
}
