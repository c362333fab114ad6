//! Dealers with customers with devices, as many as asked for, written by SQL alone.

use bailiwick_access::{Access, Principal};
use bailiwick_store::{AccountId, Store, testing};
use sqlx::{AssertSqlSafe, PgConnection};

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub dealers: u32,
    /// Of each dealer.
    pub customers: u32,
    /// Of each customer.
    pub devices: u32,
}

/// Entries of the audit that each account has, all of this month.
pub const AUDIT_ENTRIES: u32 = 50;

pub struct Fleet {
    pub store: Store,
    pub access: Access,
    /// One in the middle.
    pub dealer: AccountId,
    /// One of that dealer's.
    pub customer: AccountId,
}

impl Fleet {
    pub async fn new(size: Size) -> Self {
        let database = testing::database().await;
        let mut superuser = database.superuser().await;
        fill(&mut superuser, size).await;
        tell_plans(&mut superuser).await;
        let account = async |superuser: &mut PgConnection, lineage: String| {
            sqlx::query_scalar("select tenant_id from accounts where lineage = $1")
                .bind(lineage)
                .fetch_one(superuser)
                .await
                .expect("is there")
        };
        let (nth, first) = (size.dealers / 2, size.dealers / 2 * size.customers);
        let dealer = account(&mut superuser, format!("/d{nth:06}/")).await;
        let customer = account(&mut superuser, format!("/d{nth:06}/c{:06}/", first + 1)).await;
        // opened anew, so that its connections tell their plans
        let store = database.reopen().await.expect("opens");
        let access = Access::new(store.clone()).await.expect("access opens");
        Self { store, access, dealer, customer }
    }

    /// The platform itself, for which nothing is out of sight.
    pub fn everyone() -> Principal {
        Principal::system("plans")
    }
}

/// Every statement's plan comes back as a notice, with how many rows each step had and how long it took.
async fn tell_plans(superuser: &mut PgConnection) {
    let name: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(&mut *superuser).await.expect("a name");
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_format = 'json'",
        "auto_explain.log_level = 'notice'",
        // a plan is not to depend on how many processors there are
        "max_parallel_workers_per_gather = 0",
        "jit = off",
    ] {
        let set = format!("load 'auto_explain'; alter database {name} set {setting}");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut *superuser).await.expect("sets");
    }
}

/// Foreign keys are not looked at while rows are written (`session_replication_role`): what is written here fits.
async fn fill(superuser: &mut PgConnection, size: Size) {
    let Size { dealers, customers, devices } = size;
    let all = format!(
        "set session_replication_role = replica;
         create temporary table places as
             select gen_random_uuid() as tenant_id, null::uuid as parent_id, 'd' || lpad(d::text, 6, '0') as key,
                    '/d' || lpad(d::text, 6, '0') || '/' as lineage, 'dealer' as kind, d as dealer, 0 as n
             from generate_series(0, {dealers} - 1) d;
         insert into places
             select gen_random_uuid(), d.tenant_id, 'c' || lpad(c::text, 6, '0'),
                    d.lineage || 'c' || lpad(c::text, 6, '0') || '/', 'customer', d.dealer, c
             from places d, generate_series(d.dealer * {customers}, (d.dealer + 1) * {customers} - 1) c;
         insert into accounts (tenant_id, lineage, key, parent_id, kind, name)
             select tenant_id, lineage, key, coalesce(parent_id, '00000000-0000-7000-8000-000000000000'), kind,
                    substr(md5(key), 1, 8) || ' ' || kind || ' ' || key
             from places;

         insert into sites (tenant_id, lineage, id, name, poll_seconds, sweep_seconds, created_at)
             select tenant_id, lineage, gen_random_uuid(), 'Site ' || s, 60, 3600, now()
             from places, generate_series(1, 2) s where kind = 'customer';
         insert into devices (tenant_id, lineage, id, site_id, driver, reported_name, manufacturer, model, serial, address,
                              state, count_1, level_1, alerts_open, first_seen_at, last_seen_at, expected_by, retired_at)
             select p.tenant_id, p.lineage, gen_random_uuid(), s.id, 'printer-snmp',
                    'printer ' || substr(md5(p.n || '-' || i), 1, 10), 'Maker', 'Model ' || i % 40,
                    'SN' || p.n * 1000 + i, '10.' || i / 250 || '.0.' || i % 250,
                    case when i % 9 = 0 then 'busy' else 'idle' end, i * 1000, i % 101 * 1000, 0,
                    now() - interval '400 days' * random(),
                    now() - interval '1 hour' * random() - case when i % 20 = 0 then interval '30 days' else interval '0' end,
                    now() + interval '5 minutes', case when i % 50 = 49 then now() end
             from places p
             join (select distinct on (tenant_id) tenant_id, id from sites) s using (tenant_id),
                  generate_series(1, {devices}) i
             where p.kind = 'customer';
         insert into alerts (tenant_id, lineage, id, device_id, enrollment_id, driver, condition, row_key, severity,
                             raised_at, cleared_at)
             select tenant_id, lineage, gen_random_uuid(), id, gen_random_uuid(), driver, 'jam', '',
                    (array['info', 'warning', 'critical'])[1 + k % 3], now() - interval '90 days' * random(),
                    case when k % 20 <> 0 then now() end
             from (select d.*, row_number() over () as k from devices d) d where retired_at is null;

         insert into operators (id, email, email_key, name)
             select gen_random_uuid(), o || '@example.org', o || '@example.org', 'Operator ' || substr(md5(o::text), 1, 6)
             from generate_series(1, {dealers} * ({customers} + 1) * 2) o;
         insert into grants (tenant_id, lineage, id, operator_id, role)
             select p.tenant_id, p.lineage, gen_random_uuid(), o.id, 'technician'
             from (select *, row_number() over (order by lineage) - 1 as k from places) p
             join (select id, row_number() over (order by email) - 1 as k from operators) o on o.k / 2 = p.k;

         insert into audit_entries (tenant_id, at, id, actor, action, object_kind, object_id, detail, salt)
             select tenant_id, date_trunc('month', now()) + (now() - date_trunc('month', now())) * random(),
                    gen_random_uuid(), 'system:test', 'device.updated',
                    'device', i::text, '{{}}', decode(md5(i::text), 'hex')
             from places, generate_series(1, {AUDIT_ENTRIES}) i;
         drop table places;
         set session_replication_role = origin"
    );
    sqlx::raw_sql(AssertSqlSafe(all)).execute(&mut *superuser).await.expect("is written");
    sqlx::raw_sql("vacuum analyze").execute(superuser).await.expect("is analysed");
}
