-- Single sign-on: an account's provider, the domains of its addresses, and who is who there.

-- One provider an account. Its id is renewed when issuer or client change: whatever came by the one before ends with it.
create table sign_in_connections (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    id            uuid not null,
    -- exactly as the provider names itself
    issuer        text collate "C" not null check (char_length(issuer) between 9 and 500 and issuer ~ '^https://'),
    client_id     text collate "C" not null check (char_length(client_id) between 1 and 300),
    -- sealed under the installation's key for this account and this id; a public client has none
    secret        bytea check (octet_length(secret) between 28 and 1100),
    -- beside openid, email and profile
    scopes        text[] not null default '{}' check (cardinality(scopes) <= 10),
    -- the claim that the mapping reads
    claim         text collate "C" not null check (char_length(claim) between 1 and 100),
    -- [{"value": …, "role": …}], the first that fits counts
    mapping       jsonb not null default '[]',
    -- whom none fits; none gives no access
    default_role  text collate "C" check (char_length(default_role) between 1 and 64),
    -- whether those whom it made may have a password beside it
    passwords     text collate "C" not null check (passwords in ('allowed', 'refused')),
    changed_at    timestamptz not null,
    primary key (tenant_id)
);
create index sign_in_connections_lineage on sign_in_connections (lineage);
call tenancy.tree_table('sign_in_connections');
create policy door on sign_in_connections for select to door using (true);
grant select (tenant_id, lineage, id, passwords) on sign_in_connections to door;

-- A domain is asked for by whoever likes, and counts once who runs the platform confirmed it: for one account alone.
create table sign_in_domains (
    tenant_id    uuid not null,
    lineage      text collate "C" not null,
    domain       text collate "C" not null check (char_length(domain) between 3 and 253 and domain = lower(domain)),
    asked_at     timestamptz not null,
    confirmed_at timestamptz,
    primary key (tenant_id, domain)
);
create unique index sign_in_domains_confirmed on sign_in_domains (domain) where confirmed_at is not null;
create index sign_in_domains_lineage on sign_in_domains (lineage);
call tenancy.tree_table('sign_in_domains');
create policy door on sign_in_domains for select to door using (true);
grant select (tenant_id, lineage, domain, confirmed_at) on sign_in_domains to door;

-- Who an operator is at the provider. Those of a provider before stay, so that whom it made is known.
create table sign_in_identities (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    connection_id uuid not null,
    subject       text collate "C" not null check (char_length(subject) between 1 and 255),
    operator_id   uuid not null references operators (id),
    -- 'made': there was no such operator before; 'linked': one that was there took it up itself
    origin        text collate "C" not null check (origin in ('made', 'linked')),
    created_at    timestamptz not null,
    -- its role was taken by hand: the provider gives it none again
    barred_at     timestamptz,
    primary key (tenant_id, connection_id, subject)
);
create index sign_in_identities_lineage on sign_in_identities (lineage);
create index sign_in_identities_operator on sign_in_identities (operator_id);
call tenancy.tree_table('sign_in_identities');
create policy door on sign_in_identities for select to door using (true);
grant select (tenant_id, connection_id, subject, operator_id, origin, barred_at) on sign_in_identities to door;

-- A browser was sent to the provider and is to come back.
create table sign_in_attempts (
    tenant_id     uuid not null,
    lineage       text collate "C" not null,
    id            uuid not null,
    connection_id uuid not null,
    -- of the secret in the browser's cookie, from which state, nonce and verifier follow
    token_hash    bytea not null unique check (octet_length(token_hash) = 32),
    -- who takes the identity up, where somebody who is signed in does
    operator_id   uuid references operators (id),
    redirect_uri  text not null check (char_length(redirect_uri) between 9 and 500),
    return_to     text not null check (char_length(return_to) between 1 and 500),
    expires_at    timestamptz not null,
    primary key (tenant_id, id)
);
create index sign_in_attempts_lineage on sign_in_attempts (lineage);
create index sign_in_attempts_operator on sign_in_attempts (operator_id) where operator_id is not null;
call tenancy.tree_table('sign_in_attempts');
create policy door on sign_in_attempts for select to door using (true);
grant select (tenant_id, id, token_hash, expires_at) on sign_in_attempts to door;

-- Which provider gave a role; by hand where none did.
alter table grants add column connection_id uuid;
create index grants_connection on grants (tenant_id, connection_id) where connection_id is not null;
grant select (connection_id) on grants to door;

-- By which provider a session began: it reaches that account and what lies below, and ends with the provider.
alter table sessions add column sign_in_at uuid, add column connection_id uuid,
    add check (num_nulls(sign_in_at, connection_id) in (0, 2));
grant select (sign_in_at, connection_id), update (sign_in_at, connection_id) on sessions to app;
grant select (sign_in_at, connection_id) on sessions to door;
alter table sign_in_challenges add column sign_in_at uuid, add column connection_id uuid,
    add check (num_nulls(sign_in_at, connection_id) in (0, 2));
grant select (sign_in_at, connection_id) on sign_in_challenges to app;
grant select (sign_in_at, connection_id) on sign_in_challenges to door;
