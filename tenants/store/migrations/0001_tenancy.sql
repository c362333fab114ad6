-- The account tree and the one rule by which every other table is isolated.
--
-- Two table classes. A *tree table* has (tenant_id uuid, lineage text collate "C") and is visible where its
-- lineage lies in the subtree app.scope. A *bulk table* has tenant_id only and is visible where it equals
-- app.tenant. Make a table, then hand it to `tenancy.tree_table` or `tenancy.bulk_table`: they write the
-- policy, so that its text is the same everywhere (a test compares it).
--
-- The settings are set by `SET LOCAL` in Scope. After a commit they read '' and not NULL, hence nullif;
-- both see nothing.

create schema tenancy;
grant usage on schema tenancy to app, door, ops;

-- All of these are single SQL expressions, so that the planner inlines them into the query and an index on
-- lineage is used as a range scan.
create function tenancy.scope() returns text language sql stable parallel safe
    return nullif(current_setting('app.scope', true), '') collate "C";

-- A lineage ends in '/', and '0' is the character after it: [scope, scope_end) is exactly the subtree.
create function tenancy.scope_end() returns text language sql stable parallel safe
    return left(nullif(current_setting('app.scope', true), ''), -1) || '0' collate "C";

create function tenancy.tenant() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.tenant', true), '')::uuid;

-- Who acts, in the stable text form of `Actor`, such as 'operator:<uuid>' or 'system:retention'.
create function tenancy.actor() returns text language sql stable parallel safe
    return nullif(current_setting('app.actor', true), '');

-- The operator who acts in person; null for everyone else, also for a token: a token does not manage its maker.
create function tenancy.operator() returns uuid language sql stable parallel safe
    return substring(current_setting('app.actor', true) from '^operator:([0-9a-f-]{36})$')::uuid;

-- Subtrees cut out of the scope (prefixes of lineages).
create function tenancy.excluded() returns text[] language sql stable parallel safe
    return coalesce(nullif(current_setting('app.excluded', true), ''), '{}')::text[];

create procedure tenancy.protect(target regclass) language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
end $$;

-- Makes `target` a tree table: policy, fence against a lineage that is not the account's, rights of `app`.
-- Indexes stay with the table's own migration: a list index starts with lineage.
create procedure tenancy.tree_table(target regclass) language plpgsql as $$
begin
    call tenancy.protect(target);
    execute format(
        'create policy scope on %s for all to app
             using (lineage >= tenancy.scope() and lineage < tenancy.scope_end()
                    and not (lineage ^@ any ((select tenancy.excluded())::text[])))
             with check (lineage >= tenancy.scope() and lineage < tenancy.scope_end()
                    and not (lineage ^@ any ((select tenancy.excluded())::text[])))', target);
    execute format(
        'alter table %s add foreign key (tenant_id, lineage) references accounts (tenant_id, lineage)
             deferrable initially immediate', target);
    execute format('grant select, insert, update, delete on %s to app', target);
end $$;

-- Makes `target` a bulk table: visible only in a scope bound to its account.
create procedure tenancy.bulk_table(target regclass) language plpgsql as $$
begin
    call tenancy.protect(target);
    execute format(
        'create policy bound on %s for all to app
             using (tenant_id = tenancy.tenant()) with check (tenant_id = tenancy.tenant())', target);
    execute format('grant select, insert, update, delete on %s to app', target);
end $$;

-- Adds the monthly partitions of a table that is partitioned by range of a timestamptz, from `behind` months
-- before the month of `at` to `ahead` months after it. A partition gives nobody any right of its own.
create function tenancy.add_partitions(target regclass, at timestamptz, behind int, ahead int) returns int
language plpgsql as $$
declare
    first date := date_trunc('month', at at time zone 'UTC')::date;
    month date;
    part text;
    added int := 0;
begin
    for step in -behind..ahead loop
        month := first + make_interval(months => step);
        part := (select relname from pg_class where oid = target) || to_char(month, '_YYYY_MM');
        if to_regclass('public.' || quote_ident(part)) is null then
            execute format(
                'create table public.%I partition of %s for values from (%L) to (%L)', part, target,
                month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
            call tenancy.protect(('public.' || quote_ident(part))::regclass);
            added := added + 1;
        end if;
    end loop;
    return added;
end $$;

-- The tree. tenant_id is the account's own id, so that accounts obey the rule of all tables.
create table accounts (
    tenant_id  uuid primary key,
    lineage    text collate "C" not null,
    key        text collate "C" not null,
    parent_id  uuid references accounts (tenant_id),
    -- the lineage that the parent must have; makes a wrong path impossible
    parent_lineage text collate "C" generated always as
        (case when lineage = '/' then null else left(lineage, -(length(key) + 1)) end) stored,
    kind       text not null check (kind in ('platform', 'dealer', 'customer')),
    name       text not null check (char_length(name) between 1 and 200),
    created_at timestamptz not null default now(),
    unique (tenant_id, lineage),
    -- Keys are random, so a collision tells nothing; they must be unique since the ingress path and the
    -- lineage are made of them.
    unique (key),
    check ((kind = 'platform') = (lineage = '/')),
    check ((parent_id is null) = (lineage = '/')),
    check (case when lineage = '/' then key = ''
                else key ~ '^[0-9a-z]{4,16}$' and lineage ~ ('^/([0-9a-z]{4,16}/)*' || key || '/$') end),
    foreign key (parent_id, parent_lineage) references accounts (tenant_id, lineage) deferrable initially immediate
);
create index accounts_lineage on accounts (lineage);
create index accounts_parent on accounts (parent_id, name);

call tenancy.protect('accounts');
create policy scope on accounts for all to app
    using (lineage >= tenancy.scope() and lineage < tenancy.scope_end()
           and not (lineage ^@ any ((select tenancy.excluded())::text[])))
    with check (lineage >= tenancy.scope() and lineage < tenancy.scope_end()
           and not (lineage ^@ any ((select tenancy.excluded())::text[])));
-- How a scope learns its own lineage.
create policy self on accounts for select to app using (tenant_id = tenancy.tenant());
-- An account's place never changes by hand: a move is a job of its own.
grant select, insert, update (name) on accounts to app;

-- Exact keys only: ingress key and id to account.
create policy door on accounts for select to door using (true);
grant select (tenant_id, lineage, key, kind) on accounts to door;
create policy ops on accounts for select to ops using (true);
grant select (tenant_id, lineage, kind) on accounts to ops;

-- The root is made here, once, by its owner, who is subject to policies too (FORCE).
create policy root on accounts for insert to migrator with check (lineage = '/');
insert into accounts (tenant_id, lineage, key, kind, name)
    values ('00000000-0000-7000-8000-000000000000', '/', '', 'platform', 'Platform');
drop policy root on accounts;
