-- What an account looks like to those who meet it; each part that is absent is inherited from above.
create table brandings (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    name          text check (char_length(name) between 1 and 60),
    accent        text check (accent ~ '^#[0-9a-f]{6}$'),
    support_email text check (char_length(support_email) between 3 and 254),
    support_url   text check (char_length(support_url) between 9 and 500 and support_url ~ '^https://'),
    -- The portal's host name, in lower case. Public by its nature: that one is taken tells nothing.
    host          text collate "C" unique check (char_length(host) between 4 and 253),
    -- PNG, made by the platform from what was uploaded; named by its SHA-256 wherever it is shown.
    logo          bytea check (octet_length(logo) between 60 and 262144),
    logo_hash     bytea check (octet_length(logo_hash) = 32),
    changed_at    timestamptz not null default now(),
    primary key (tenant_id),
    check (num_nulls(logo, logo_hash) in (0, 2))
);
create index brandings_lineage on brandings (lineage);
create index brandings_logo on brandings (logo_hash) where logo_hash is not null;
call tenancy.tree_table('brandings');
create policy door on brandings for select to door using (true);
grant select (lineage, name, accent, support_email, support_url, host, logo, logo_hash) on brandings to door;
