-- What the platform may reach for an account, mail on its way out, invitations, and forgotten passwords.

-- A host that may be reached for the account and all below it.
create table egress_hosts (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    id         uuid not null,
    purpose    text collate "C" not null check (purpose ~ '^[a-z][a-z_]{0,31}$'),
    -- a name in lower-case ASCII, or an address
    host       text collate "C" not null check (char_length(host) between 1 and 253 and host = lower(host)),
    port       integer not null check (port between 1 and 65535),
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, purpose, host, port)
);
create index egress_hosts_lineage on egress_hosts (lineage, id);
call tenancy.tree_table('egress_hosts');
revoke update on egress_hosts from app;
grant update (lineage) on egress_hosts to app;
create policy door on egress_hosts for select to door using (true);
grant select (lineage, purpose, host, port) on egress_hosts to door;

-- A mail on its way. There is no text in it: it is written when it is sent, from what it is about, and the secret of
-- its link is made then, so nothing here opens anything.
create table outbox (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    id         uuid not null,
    kind       text collate "C" not null check (kind ~ '^[a-z][a-z_]{0,31}$'),
    recipient  text not null check (char_length(recipient) between 3 and 254),
    locale     text collate "C" not null check (locale ~ '^[a-z]{2}$'),
    -- what it is about, such as the invitation
    subject_id uuid,
    state      text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    tries      integer not null default 0,
    error      text collate "C" check (error ~ '^[a-z][a-z0-9_]{0,63}$'),
    created_at timestamptz not null,
    ended_at   timestamptz,
    primary key (tenant_id, id)
);
create index outbox_lineage on outbox (lineage, id);
create index outbox_subject on outbox (tenant_id, subject_id);
call tenancy.tree_table('outbox');

-- An offer of a role to whoever reads the mail of an address.
create table invitations (
    tenant_id   uuid not null,
    lineage     text collate "C" not null,
    id          uuid not null,
    email       text not null check (char_length(email) between 3 and 254),
    email_key   text collate "C" not null,
    -- as who invites calls the invited; who is new may choose another
    name        text check (char_length(name) between 1 and 200),
    role        access_role,
    -- one that an account made; without a foreign key, since it may be deleted: then nothing is given
    role_id     uuid,
    excluded    uuid[] not null default '{}' check (cardinality(excluded) <= 100),
    locale      text collate "C" not null check (locale ~ '^[a-z]{2}$'),
    -- the actor; what it may give is asked again when the invitation is accepted
    invited_by  text collate "C" not null check (char_length(invited_by) <= 200),
    -- of the link that was mailed last
    token_hash  bytea unique check (octet_length(token_hash) = 32),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    accepted_at timestamptz,
    revoked_at  timestamptz,
    primary key (tenant_id, id),
    check (num_nonnulls(role, role_id) = 1)
);
create unique index invitations_open on invitations (tenant_id, email_key)
    where accepted_at is null and revoked_at is null;
create index invitations_lineage on invitations (lineage, id);
call tenancy.tree_table('invitations');
revoke select, update, delete on invitations from app;
grant select (tenant_id, lineage, id, email, email_key, name, role, role_id, excluded, locale, invited_by,
              created_at, expires_at, accepted_at, revoked_at),
    update (token_hash, lineage, accepted_at, revoked_at), delete on invitations to app;
create policy door on invitations for select to door using (true);
grant select (tenant_id, id, token_hash, accepted_at, revoked_at, expires_at) on invitations to door;

-- A right to set a new password, once, of whoever reads the operator's mail.
create table password_resets (
    id          uuid primary key,
    operator_id uuid not null references operators (id),
    token_hash  bytea not null unique check (octet_length(token_hash) = 32),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index password_resets_operator on password_resets (operator_id, created_at);
create index password_resets_expiry on password_resets (expires_at);
call tenancy.protect('password_resets');
-- the platform makes them, and the operator uses its own
create policy added on password_resets for insert to app with check (true);
create policy own on password_resets for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select (id, operator_id, created_at, expires_at, used_at), insert, update (used_at) on password_resets to app;
create policy door on password_resets for select to door using (true);
grant select (id, operator_id, token_hash, created_at, expires_at, used_at) on password_resets to door;
create policy ops_select on password_resets for select to ops using (true);
create policy ops_delete on password_resets for delete to ops using (true);
grant select (id, expires_at), delete on password_resets to ops;
grant select (operator_id) on password_resets to ops;
