-- A collector belongs to one site. Its key is random and stored hashed (SHA-256).
create table collectors (
    tenant_id       uuid not null,
    lineage         text collate "C" not null,
    id              uuid not null,
    site_id         uuid not null,
    name            text not null check (char_length(name) between 1 and 200),
    key_hash        bytea not null check (octet_length(key_hash) = 32),
    version         text not null check (char_length(version) <= 64),
    created_at      timestamptz not null,
    last_seen_at    timestamptz,
    revoked_at      timestamptz,
    -- what the collector says of itself
    pending         bigint not null default 0,
    dead_letters    bigint not null default 0,
    clock_offset_ms bigint,
    last_sweep      jsonb,
    -- rises when an operator asks for a scan now
    scan_requested  bigint not null default 0,
    primary key (tenant_id, id),
    foreign key (tenant_id, site_id) references sites (tenant_id, id)
) with (fillfactor = 70);
create index collectors_id on collectors (id);
create index collectors_key on collectors (key_hash);
create index collectors_list on collectors (lineage, name, id);
create index collectors_site on collectors (tenant_id, site_id);
call tenancy.tree_table('collectors');
create policy door on collectors for select to door using (true);
grant select (tenant_id, id, site_id, key_hash, revoked_at) on collectors to door;

-- A one-time right to become a collector of a site.
create table collector_tokens (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    id           uuid not null,
    site_id      uuid not null,
    name         text not null check (char_length(name) between 1 and 200),
    token_hash   bytea not null check (octet_length(token_hash) = 32),
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, site_id) references sites (tenant_id, id)
);
create index collector_tokens_hash on collector_tokens (token_hash);
create index collector_tokens_list on collector_tokens (lineage, created_at);
create index collector_tokens_site on collector_tokens (tenant_id, site_id);
call tenancy.tree_table('collector_tokens');
create policy door on collector_tokens for select to door using (true);
grant select (tenant_id, id, token_hash, expires_at, used_at) on collector_tokens to door;

-- How far a collector's spool is committed; moves in the transaction that applies the reports.
create table spools (
    tenant_id    uuid not null,
    collector_id uuid not null,
    spool_id     uuid not null,
    through      bigint not null check (through >= 0),
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    primary key (tenant_id, collector_id, spool_id),
    foreign key (tenant_id, collector_id) references collectors (tenant_id, id)
) with (fillfactor = 70);
call tenancy.bulk_table('spools');

-- Reports set aside: which one and a code, never anything that it said.
create table dead_letters (
    tenant_id    uuid not null,
    collector_id uuid not null,
    spool_id     uuid not null,
    sequence     bigint not null,
    code         text collate "C" not null check (code ~ '^[a-z][a-z0-9_]{0,63}$'),
    at           timestamptz not null,
    primary key (tenant_id, collector_id, spool_id, sequence),
    foreign key (tenant_id, collector_id) references collectors (tenant_id, id)
);
create index dead_letters_at on dead_letters (tenant_id, at);
call tenancy.bulk_table('dead_letters');
