-- A device, with what its list shows. These columns repeat facts, so that a list reads one table; ingest
-- keeps them. No index holds a column that changes with every report: then PostgreSQL updates in place (HOT).
create table devices (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    id            uuid not null,
    site_id       uuid,
    driver        text collate "C" not null,
    ownership     text not null default 'company' check (ownership in ('company', 'personal')),
    -- given by an operator
    given_name    text check (char_length(given_name) between 1 and 200),
    -- told by the driver
    reported_name text check (char_length(reported_name) <= 256),
    manufacturer  text check (char_length(manufacturer) <= 256),
    model         text check (char_length(model) <= 256),
    serial        text check (char_length(serial) <= 64),
    address       text collate "C" check (char_length(address) <= 64),
    name          text not null generated always as
        (coalesce(given_name, reported_name, model, serial, address, '')) stored,
    -- What its driver's headlines show, in slots by role, so that any list sorts by them: what it does, levels in
    -- thousandths, counts and texts.
    state         text collate "C" check (state ~ '^[a-z][a-z0-9_]{0,31}$'),
    level_1       bigint,
    level_2       bigint,
    count_1       bigint,
    count_2       bigint,
    text_1        text collate "C" check (char_length(text_1) <= 256),
    text_2        text collate "C" check (char_length(text_2) <= 256),
    -- whether a level is low
    low           boolean not null default false,
    -- all of them by key, and the component whose manifest says what they are
    headlines     jsonb not null default '{}',
    shown_by      text collate "C",
    alerts_open   integer not null default 0 check (alerts_open >= 0),
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    -- when the next report is overdue
    expected_by   timestamptz not null,
    retired_at    timestamptz,
    merged_into   uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, site_id) references sites (tenant_id, id)
) with (fillfactor = 70);
create index devices_id on devices (id);
create index devices_list on devices (lineage, name, id) where retired_at is null;
-- For scopes so large that sorting them costs more than walking past what is outside.
create index devices_name on devices (name, id) where retired_at is null;
create index devices_site on devices (tenant_id, site_id);
call tenancy.tree_table('devices');

-- What tells a device from others. A value belongs to one device of an account.
create table device_identities (
    tenant_id  uuid not null,
    kind       text collate "C" not null check (kind ~ '^[a-z][a-z0-9_]{0,47}$'),
    value      text collate "C" not null check (char_length(value) between 1 and 64),
    device_id  uuid not null,
    since      timestamptz not null,
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, device_id) references devices (tenant_id, id)
);
create index device_identities_device on device_identities (tenant_id, device_id);
call tenancy.bulk_table('device_identities');

-- A device's standing relation to its account through one driver, and what the next report is compared with.
create table enrollments (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    id           uuid not null,
    device_id    uuid not null,
    driver       text collate "C" not null,
    digest       text collate "C" not null,
    -- counts changes; effects apply only to the version that they were computed from
    version      bigint not null default 1,
    state        text not null default 'active' check (state in ('active', 'retired')),
    site_id      uuid,
    collector_id uuid,
    address      text collate "C" check (char_length(address) <= 64),
    created_at   timestamptz not null,
    reported_at  timestamptz,
    -- hashes of the facts as they stand, so that only what changed is written
    fingerprints bytea not null default '',
    -- last point of each meter: {meter: {row: [unix ms, value]}}
    meters       jsonb not null default '{}',
    -- the conditions that hold: `key` or `key/row`
    conditions   text[] not null default '{}',
    primary key (tenant_id, id),
    unique (tenant_id, device_id, driver),
    foreign key (tenant_id, device_id) references devices (tenant_id, id)
) with (fillfactor = 70);
create index enrollments_id on enrollments (id);
create index enrollments_list on enrollments (lineage, created_at, id);
create index enrollments_address on enrollments (tenant_id, site_id, address);
call tenancy.tree_table('enrollments');
