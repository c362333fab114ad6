-- Operations on the account tree: suspended branches, moves, deletion with its erasure, exports, quotas and what is billed.

-- Of an account that was erased its id, key and place stay, so that none is ever used again; nothing else does.
alter table accounts add column erased_at timestamptz;
alter table accounts drop constraint accounts_name_check;
alter table accounts add constraint accounts_name_check check (
    case when erased_at is null then char_length(name) between 1 and 200 else name = '' and lineage <> '/' end);
grant update (lineage, parent_id, erased_at) on accounts to app;

-- The policies keep an account within the scope; this keeps everything but the two jobs from its place and its end.
create function tenancy.only_by_its_job() returns trigger language plpgsql as $$
begin
    if row(new.lineage, new.parent_id) is distinct from row(old.lineage, old.parent_id)
        and tenancy.actor() is distinct from 'system:account-move' then
        raise exception 'an account is moved by its job alone' using errcode = 'insufficient_privilege';
    end if;
    if new.erased_at is distinct from old.erased_at
        and (old.erased_at is not null or tenancy.actor() is distinct from 'system:account-erasure') then
        raise exception 'an account is erased by its job alone, and once' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger only_by_its_job before update on accounts for each row execute function tenancy.only_by_its_job();

-- Whether a collector's account, or one above, is suspended.
grant select (lineage) on collectors to door;
grant select (lineage) on collector_tokens to door;

-- A move rewrites the lineage of every tree table, and an erasure deletes from every table with tenant_id.
grant update (lineage), delete on api_tokens to app;

-- A move that was asked for, and what became of it.
create table moves (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    id           uuid not null,
    from_parent  uuid not null,
    to_parent    uuid not null,
    state        text not null default 'queued' check (state in ('queued', 'done', 'refused', 'failed')),
    requested_by text not null,
    requested_at timestamptz not null,
    ended_at     timestamptz,
    -- done: how many rows of which table; refused: what stood in its way
    result       jsonb,
    primary key (tenant_id, id)
);
create unique index moves_queued on moves (tenant_id) where state = 'queued';
create index moves_lineage on moves (lineage, requested_at);
call tenancy.tree_table('moves');

-- An account that is to be erased, once its time of grace is over.
create table deletions (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    requested_by  text not null,
    requested_at  timestamptz not null,
    erase_at      timestamptz not null,
    -- whether it was suspended before, and stays so where the deletion is cancelled
    was_suspended boolean not null,
    -- from here on there is no way back
    begun_at      timestamptz,
    -- who held a grant in it when that began
    operators     uuid[] not null default '{}',
    primary key (tenant_id)
);
create index deletions_lineage on deletions (lineage);
create index deletions_due on deletions (erase_at);
call tenancy.tree_table('deletions');

-- Operators whose last grant went with an account are erased with it: by `ops`, since they are nobody's in particular.
create policy ops_select on operators for select to ops using (true);
create policy ops_update on operators for update to ops using (true) with check (true);
create policy ops_delete on operators for delete to ops using (true);
grant select (id), update (email, email_key, name, locale, password_hash, last_seen_at), delete on operators to ops;
create policy ops_update on sessions for update to ops using (true) with check (true);
grant select (operator_id, viewing_as), update (viewing_as, viewing_at, viewing_until) on sessions to ops;

-- What other accounts' entries tell of one that is erased.
create index audit_entries_account on audit_entries (object_id) where object_kind = 'account';

-- What an account and all below it may have; set by somebody above. Null: no limit of its own.
create table quotas (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    devices    integer check (devices >= 0),
    collectors integer check (collectors >= 0),
    operators  integer check (operators >= 0),
    set_by     text not null,
    set_at     timestamptz not null,
    primary key (tenant_id)
);
create index quotas_lineage on quotas (lineage);
call tenancy.tree_table('quotas');
create policy door on quotas for select to door using (true);
grant select (lineage, devices, collectors, operators) on quotas to door;

-- A quota counts a subtree that who adds to it does not see: `ops` counts, and reads no more than counting takes.
create policy ops_count on devices for select to ops using (true);
grant select (lineage, retired_at) on devices to ops;
create policy ops_count on collectors for select to ops using (true);
grant select (lineage, revoked_at) on collectors to ops;
create policy ops_count on grants for select to ops using (true);
grant select (lineage, operator_id) on grants to ops;

-- The most devices of a driver that an account had at any full hour of a day (UTC): what is billed.
create table device_counts (
    tenant_id uuid not null,
    lineage   text collate "C" not null,
    day       date not null,
    driver    text collate "C" not null,
    devices   integer not null check (devices >= 0),
    primary key (tenant_id, day, driver)
) with (fillfactor = 80);
create index device_counts_list on device_counts (lineage, day, driver, tenant_id);
call tenancy.tree_table('device_counts');

-- All that is kept of an account, as a file to be fetched once.
create table exports (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    id           uuid not null,
    state        text not null default 'queued' check (state in ('queued', 'ready', 'fetched', 'expired', 'failed')),
    requested_by text not null,
    requested_at timestamptz not null,
    ready_at     timestamptz,
    expires_at   timestamptz,
    fetched_at   timestamptz,
    bytes        bigint,
    rows         bigint,
    primary key (tenant_id, id)
);
create index exports_lineage on exports (lineage, requested_at);
create unique index exports_queued on exports (tenant_id) where state = 'queued';
call tenancy.tree_table('exports');
