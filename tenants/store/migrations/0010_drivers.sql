-- Drivers are installed once for the whole platform, so this table has no tenant_id: every scope may read
-- it, and only the platform's own scope may write it.
create table drivers (
    digest       text collate "C" primary key check (digest ~ '^[0-9a-f]{64}$'),
    name         text collate "C" not null check (name ~ '^[a-z][a-z0-9-]{1,40}$'),
    version      text collate "C" not null check (char_length(version) between 1 and 64),
    -- the manifest as JSON; `json` and not `jsonb` since the order of attributes is what operators see
    manifest     json not null,
    component    bytea not null,
    installed_at timestamptz not null,
    installed_by text not null,
    active       boolean not null default true
);
-- Wasm does not compress well enough to pay for it on every download.
alter table drivers alter column component set storage external;
create unique index drivers_active on drivers (name) where active;
create index drivers_name on drivers (name, installed_at);

call tenancy.protect('drivers');
create policy everyone on drivers for select to app using (true);
create policy platform on drivers for all to app
    using (tenancy.scope() = '/') with check (tenancy.scope() = '/');
grant select, insert, update (active) on drivers to app;

-- What an account lets a driver do.
create table driver_grants (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    driver     text collate "C" not null,
    granted    jsonb not null,
    granted_at timestamptz not null,
    granted_by text not null,
    primary key (tenant_id, driver)
);
create index driver_grants_list on driver_grants (lineage, driver);
call tenancy.tree_table('driver_grants');

-- What a customer lets be collected, by ownership and category. No row: the built-in policy.
create table policies (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    policy     jsonb not null,
    updated_at timestamptz not null,
    primary key (tenant_id)
);
create index policies_list on policies (lineage);
call tenancy.tree_table('policies');
