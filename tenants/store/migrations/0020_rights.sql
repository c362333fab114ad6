-- Rights: more roles, roles of one's own, grants with exceptions, what an account denies to those above it, and the
-- platform's operators who look into an account for a time.

alter domain access_role drop constraint access_role_check;
alter domain access_role add constraint access_role_check
    check (value in ('owner', 'admin', 'technician', 'helpdesk', 'billing', 'auditor', 'viewer'));

-- Sign-in and ingress of an account and all below it stop; its data stays.
alter table accounts add column suspended_at timestamptz;
create index accounts_suspended on accounts (lineage) where suspended_at is not null;
grant update (suspended_at) on accounts to app;
grant select (suspended_at) on accounts to door;

-- A role that an account made; usable on the account and on all below it.
create table roles (
    tenant_id   uuid not null,
    lineage     text collate "C" not null,
    id          uuid not null,
    name        text not null check (char_length(name) between 1 and 200),
    permissions text[] not null check (cardinality(permissions) between 1 and 64),
    created_at  timestamptz not null default now(),
    primary key (tenant_id, id)
);
create index roles_lineage on roles (lineage, name);
create index roles_id on roles (id);
call tenancy.tree_table('roles');
create policy door on roles for select to door using (true);
grant select (tenant_id, lineage, id, name, permissions) on roles to door;

-- Either a built-in role or one that was made. What is excluded are accounts, since a branch may move.
alter table grants alter column role drop not null;
alter table grants
    add column role_tenant uuid,
    add column role_id uuid,
    add column excluded uuid[] not null default '{}' check (cardinality(excluded) <= 100),
    add foreign key (role_tenant, role_id) references roles (tenant_id, id),
    add check (num_nonnulls(role, role_id) = 1),
    add check (num_nulls(role_tenant, role_id) in (0, 2));
create index grants_role on grants (role_tenant, role_id) where role_id is not null;
grant select (id, role_tenant, role_id, excluded) on grants to door;

-- What a token permits: a built-in role, or permissions by name.
alter table api_tokens alter column role drop not null;
alter table api_tokens
    add column permissions text[] check (cardinality(permissions) between 1 and 64),
    add check (num_nonnulls(role, permissions) = 1);
grant select (permissions), insert (permissions) on api_tokens to app;
grant select (permissions) on api_tokens to door;

-- A permission that an account denies to everybody whose grant lies above it.
create table restrictions (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    permission text collate "C" not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, permission)
);
create index restrictions_lineage on restrictions (lineage);
create index restrictions_permission on restrictions (permission, lineage);
call tenancy.tree_table('restrictions');
create policy door on restrictions for select to door using (true);
grant select (tenant_id, lineage, permission) on restrictions to door;

-- The platform's operators have no standing sight of accounts: for a time, with a second factor and a reason.
create table elevations (
    tenant_id   uuid not null,
    lineage     text collate "C" not null,
    id          uuid not null,
    operator_id uuid not null references operators (id),
    reason      text not null check (char_length(reason) between 1 and 500),
    began_at    timestamptz not null,
    expires_at  timestamptz not null check (expires_at > began_at),
    ended_at    timestamptz,
    primary key (tenant_id, id)
);
create index elevations_lineage on elevations (lineage, began_at);
create index elevations_operator on elevations (operator_id, expires_at);
call tenancy.tree_table('elevations');
create policy door on elevations for select to door using (true);
grant select (tenant_id, lineage, id, operator_id, expires_at, ended_at) on elevations to door;

-- A session that looks as somebody else does.
alter table sessions
    add column viewing_as uuid references operators (id),
    add column viewing_at uuid,
    add column viewing_until timestamptz,
    add check (num_nulls(viewing_as, viewing_at, viewing_until) in (0, 3));
grant select (viewing_as, viewing_at, viewing_until), update (viewing_as, viewing_at, viewing_until) on sessions to app;
grant select (viewing_as, viewing_at, viewing_until) on sessions to door;
