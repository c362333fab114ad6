-- One set of keys a database. A process that serves from this database must hold the key files of the first that did;
-- what stands here tells them from others and nothing else: a keyed check value, never the key. Only `migrator` reads it,
-- when a process starts.
create table installation_keys (
    kind        text collate "C" primary key check (kind in ('sealing', 'audit')),
    -- HMAC-SHA256 under the key, the first 16 bytes
    check_value bytea not null check (octet_length(check_value) = 16),
    written_at  timestamptz not null default now()
);
call tenancy.protect('installation_keys');
create policy start on installation_keys for all to migrator using (true) with check (true);
