-- A customer's place: which addresses a collector there may report, and how often it polls.
create table sites (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    id            uuid not null,
    name          text not null check (char_length(name) between 1 and 200),
    address       text check (char_length(address) <= 500),
    ranges        text[] not null default '{}' check (cardinality(ranges) <= 256),
    poll_seconds  integer not null check (poll_seconds between 10 and 86400),
    sweep_seconds integer not null check (sweep_seconds between 30 and 604800),
    -- SNMP communities, sealed under the installation's key with (tenant_id, id) as associated data
    communities   bytea,
    created_at    timestamptz not null,
    primary key (tenant_id, id)
);
create index sites_id on sites (id);
create index sites_list on sites (lineage, name, id);
call tenancy.tree_table('sites');
