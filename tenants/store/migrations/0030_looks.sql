-- Looks from above: that somebody whose role lies above an account looked into it, noted in the account's own audit.

-- Notes a look of the scope's actor: in the scope's own account where `here` says since when one is enough, and in every
-- account below that the scope sees where `below` does. Who is noted already since then, by the same way, is not noted again;
-- below, the tokens of one operator count as one. Entries are
-- written as any other is, within the policies of who calls; this function saves a statement for each account.
create function tenancy.note_look(what text, told jsonb, here timestamptz, below timestamptz) returns bigint
language plpgsql as $$
declare
    top     uuid := tenancy.tenant();
    who     text := tenancy.actor();
    owner   text := nullif(split_part(who, '/', 2), '');
    called  text := (select name from public.accounts where tenant_id = top);
    places  uuid[];
    place   uuid;
    noted   bigint := 0;
    written bigint;
begin
    -- calls that come at once note it once; two that merely share the number wait for each other
    perform pg_advisory_xact_lock(hashtextextended(concat_ws('/', who, top, what), 7221748));
    places := array(select tenant_id from public.accounts
                    where erased_at is null and case when tenant_id = top then here else below end is not null
                    order by lineage);
    foreach place in array places loop
        perform set_config('app.tenant', place::text, true);
        insert into public.audit_entries (tenant_id, id, action, object_kind, object_id, detail, salt)
        select place, gen_random_uuid(), what, 'account', top,
               case when told ->> 'through' = place::text then told - 'through' else told end
                   || jsonb_build_object('name', called),
               uuid_send(gen_random_uuid())
        where not exists (
            select from public.audit_entries e
            where e.tenant_id = place and e.action = what and e.object_kind = 'account' and e.object_id = top::text
              and (e.actor = who or (place <> top and split_part(e.actor, '/', 2) = owner))
              and e.at >= case when place = top then here else below end
              and e.detail ->> 'as' is not distinct from told ->> 'as'
              and coalesce(e.detail ->> 'through', place::text) = told ->> 'through');
        get diagnostics written = row_count;
        noted := noted + written;
    end loop;
    perform set_config('app.tenant', top::text, true);
    return noted;
end $$;
revoke execute on function tenancy.note_look from public;
grant execute on function tenancy.note_look to app;
