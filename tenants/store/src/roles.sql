-- The four roles, and who may reach this database at all. Run by a login that may create roles, before the
-- migrations; harmless to run again.
--   migrator  owns every table and runs the migrations
--   app       serves requests and jobs inside a Scope; owns nothing, bypasses nothing
--   door      resolves exact keys to a principal before a scope is known
--   ops       claims jobs, seals the audit
do $$
declare
    name text;
begin
    foreach name in array array['migrator', 'app', 'door', 'ops'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format(
                'create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit', name);
        end if;
        -- from 16 on who makes a role is a member of it, but without SET ROLE
        if not pg_has_role(current_user, name,
                           case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end) then
            execute format('grant %I to current_user', name);
        end if;
    end loop;
    -- Settings take effect when a session logs in as the role; sessions that SET ROLE set them by themselves.
    alter role app set plan_cache_mode = force_custom_plan;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to app, door, ops', current_database());
    execute format('grant connect, create on database %I to migrator', current_database());
end $$;
revoke all on schema public from public;
grant usage, create on schema public to migrator;
grant usage on schema public to app, door, ops;
