-- The audit: entries written in the transaction they tell of, seals made afterwards.

create sequence audit_order;

create table audit_entries (
    tenant_id   uuid not null references accounts (tenant_id),
    at          timestamptz not null default now(),
    id          uuid not null,
    -- The transaction, and the order within it. Nobody may choose them: `app` has no right to the columns.
    transaction xid8 not null default pg_current_xact_id(),
    position    bigint not null default nextval('audit_order'),
    actor       text not null default tenancy.actor(),
    action      text collate "C" not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$' and char_length(action) <= 64),
    object_kind text collate "C" not null check (object_kind ~ '^[a-z_]+$' and char_length(object_kind) <= 64),
    object_id   text collate "C" not null check (char_length(object_id) <= 200),
    -- Everything that may be personal: {as, source, name, before, after, reason}. Erased together with its
    -- salt, after which detail_hash = sha256(salt ‖ detail) tells nothing about what it was.
    detail      jsonb,
    salt        bytea check (octet_length(salt) = 16),
    detail_hash bytea check (octet_length(detail_hash) = 32),
    primary key (tenant_id, at, id),
    check (num_nulls(detail, salt) in (0, 2)),
    check (num_nulls(detail, detail_hash) = 1)
) partition by range (at);
create index audit_entries_transaction on audit_entries (transaction, position);
create index audit_entries_object on audit_entries (tenant_id, object_kind, object_id, at);
create index audit_entries_actor on audit_entries (tenant_id, actor, at);

call tenancy.bulk_table('audit_entries');
-- Append only.
revoke insert, update, delete on audit_entries from app;
grant insert (tenant_id, id, action, object_kind, object_id, detail, salt) on audit_entries to app;
grant usage on sequence audit_order to app;

-- The sealer reads all entries; erasure goes through `ops` and can do nothing else.
create policy ops_select on audit_entries for select to ops using (true);
create policy ops_update on audit_entries for update to ops using (true) with check (true);
grant select, update (detail, salt, detail_hash) on audit_entries to ops;

create function tenancy.only_erase() returns trigger language plpgsql as $$
begin
    if new.detail is null and new.salt is null and old.detail is not null
        and new.detail_hash = sha256(old.salt || convert_to(old.detail::text, 'UTF8')) then
        return new;
    end if;
    raise exception 'an audit entry can only be erased' using errcode = 'insufficient_privilege';
end $$;
create trigger only_erase before update on audit_entries for each row execute function tenancy.only_erase();

-- One row a batch: the Merkle root over the entries of the transactions [first, last), chained and signed.
-- The leaves are kept so that a broken entry can be named; the root vouches for them.
create table audit_seals (
    number    bigint primary key,
    first     xid8 not null,
    last      xid8 not null,
    leaves    bytea not null check (octet_length(leaves) > 0 and octet_length(leaves) % 32 = 0),
    root      bytea not null check (octet_length(root) = 32),
    previous  bytea not null check (octet_length(previous) = 32),
    hash      bytea not null check (octet_length(hash) = 32),
    signature bytea not null check (octet_length(signature) = 64),
    key_id    bytea not null check (octet_length(key_id) = 8),
    sealed_at timestamptz not null,
    check (first < last)
);
call tenancy.protect('audit_seals');
create policy ops_select on audit_seals for select to ops using (true);
create policy ops_insert on audit_seals for insert to ops with check (true);
grant select, insert on audit_seals to ops;
-- Which entries are sealed, and no more than that, is everybody's business.
create policy app_select on audit_seals for select to app using (true);
grant select (number, last) on audit_seals to app;
