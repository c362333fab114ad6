-- A grant holds for the version that it was given for, and for others that ask for no more.

-- The version that works at this account, and what the one that was consented to asks and keeps (`Demands`); null for a
-- grant from before there was this column: it was given for the version that works.
alter table driver_grants
    add column digest text collate "C",
    add column consented jsonb;
update driver_grants g set digest = d.digest from drivers d where d.name = g.driver and d.active;
delete from driver_grants where digest is null;
alter table driver_grants
    alter column digest set not null,
    add check (digest ~ '^[0-9a-f]{64}$');
create index driver_grants_driver on driver_grants (driver, lineage);

-- A driver that was uninstalled: its manifest stays, by which what it collected can be read; its component goes.
alter table drivers
    add column uninstalled_at timestamptz,
    alter column component drop not null,
    add check ((component is null) = (uninstalled_at is not null)),
    add check (not active or uninstalled_at is null);
grant update (active, component, uninstalled_at) on drivers to app;

-- One entry of the scope's actor in each of these accounts, which the scope sees. They are written as any other is,
-- within the policies of who calls; this function saves three statements for each account.
create function tenancy.tell_each(places uuid[], what text, kind text, object text, told jsonb) returns void
language plpgsql as $$
declare
    top   uuid := tenancy.tenant();
    place uuid;
begin
    foreach place in array places loop
        perform set_config('app.tenant', place::text, true);
        insert into public.audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt)
        select place, gen_random_uuid(), what, kind, object,
               case when told ->> 'through' = place::text then told - 'through' else told end,
               uuid_send(gen_random_uuid())
        where exists (select from public.accounts where tenant_id = place);
    end loop;
    perform set_config('app.tenant', top::text, true);
end $$;
revoke execute on function tenancy.tell_each from public;
grant execute on function tenancy.tell_each to app;
