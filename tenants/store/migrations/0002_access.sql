-- Who may do what: operators, their grants and sessions, and API tokens.

-- Tells a subtree's grants and tokens apart from nothing else: three roles, ordered by what they permit.
create domain access_role as text check (value in ('owner', 'technician', 'viewer'));

-- One global identity each. Not of any account: who may see one follows from grants.
create table operators (
    id            uuid primary key,
    email         text not null check (char_length(email) between 3 and 254),
    -- compared in this form only: trimmed and in lower case, made in Rust
    email_key     text collate "C" not null unique,
    name          text not null check (char_length(name) between 1 and 200),
    locale        text not null default 'en' check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    -- argon2id in PHC string format; null for somebody who cannot sign in by password
    password_hash text,
    created_at    timestamptz not null default now(),
    last_seen_at  timestamptz
);

create table grants (
    tenant_id   uuid not null,
    lineage     text collate "C" not null,
    id          uuid not null,
    operator_id uuid not null references operators (id),
    role        access_role not null,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, operator_id)
);
create index grants_lineage on grants (lineage);
create index grants_operator on grants (operator_id);
call tenancy.tree_table('grants');

create policy door on grants for select to door using (true);
grant select (tenant_id, lineage, operator_id, role) on grants to door;

-- An operator is seen by those who see one of its grants, and by itself. Anybody may be added; nobody but
-- oneself changes a name or a password, since the identity may hold grants elsewhere.
call tenancy.protect('operators');
create policy granted on operators for select to app
    using (exists (select from grants g where g.operator_id = operators.id) or id = tenancy.operator());
create policy added on operators for insert to app with check (true);
create policy own on operators for update to app
    using (id = tenancy.operator()) with check (id = tenancy.operator());
grant select (id, email, name, locale, created_at, last_seen_at), insert, update (name, locale, password_hash) on operators to app;

create policy door on operators for select to door using (true);
create policy door_update on operators for update to door using (true) with check (true);
grant select (id, email, email_key, name, locale, password_hash), update (last_seen_at) on operators to door;

-- A signed-in browser. The token itself is nowhere; its SHA-256 finds the row.
create table sessions (
    id           uuid primary key,
    operator_id  uuid not null references operators (id),
    token_hash   bytea not null unique check (octet_length(token_hash) = 32),
    -- where the sign-in came from, as the operator is shown it
    source       text check (char_length(source) <= 200),
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz
);
create index sessions_operator on sessions (operator_id, created_at);
create index sessions_expiry on sessions (expires_at);

call tenancy.protect('sessions');
create policy own on sessions for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select (id, operator_id, source, created_at, last_seen_at, expires_at, revoked_at), insert, update (revoked_at)
    on sessions to app;
create policy door_select on sessions for select to door using (true);
create policy door_update on sessions for update to door using (true) with check (true);
grant select (id, operator_id, token_hash, created_at, last_seen_at, expires_at, revoked_at), update (last_seen_at)
    on sessions to door;
create policy ops_select on sessions for select to ops using (true);
create policy ops_delete on sessions for delete to ops using (true);
grant select (id, expires_at), delete on sessions to ops;

create table api_tokens (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    id           uuid not null,
    name         text not null check (char_length(name) between 1 and 200),
    role         access_role not null,
    -- SHA-256 of a secret of 256 random bits: unique, and its being unique tells nobody anything
    token_hash   bytea not null unique check (octet_length(token_hash) = 32),
    created_by   uuid references operators (id),
    created_at   timestamptz not null,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    primary key (tenant_id, id)
);
create index api_tokens_lineage on api_tokens (lineage, id);
create index api_tokens_creator on api_tokens (created_by);
call tenancy.tree_table('api_tokens');
revoke select, update, delete on api_tokens from app;
grant select (tenant_id, lineage, id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at),
    update (revoked_at) on api_tokens to app;
create policy door_select on api_tokens for select to door using (true);
create policy door_update on api_tokens for update to door using (true) with check (true);
grant select (tenant_id, lineage, id, role, token_hash, created_by, expires_at, last_used_at, revoked_at),
    update (last_used_at) on api_tokens to door;
