-- What each collector used, by the hour, of what it may: new devices, readings, alerts that were raised. `cut` counts what
-- was left out beyond a limit. The hours are the server's.
create table budgets (
    tenant_id    uuid not null,
    collector_id uuid not null,
    hour         timestamptz not null,
    what         text collate "C" not null check (what ~ '^[a-z][a-z0-9_]{0,31}$'),
    used         bigint not null default 0 check (used >= 0),
    cut          bigint not null default 0 check (cut >= 0),
    primary key (tenant_id, collector_id, hour, what),
    foreign key (tenant_id, collector_id) references collectors (tenant_id, id)
) with (fillfactor = 70);
create index budgets_hour on budgets (tenant_id, hour, what);
call tenancy.bulk_table('budgets');

-- What the device used of its own limits: {"hour", "alerts", "day", "readings"}, hours and days since 1970.
alter table enrollments add column budget jsonb not null default '{}';
-- What was left out of a collector's reports lately, and when last.
alter table collectors add column left_out text[] not null default '{}', add column left_out_at timestamptz;
-- Which limits cut the latest report short; empty where all of it was kept.
alter table enrollments add column partial text[] not null default '{}';
