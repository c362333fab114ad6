-- Passkeys of operators (WebAuthn): a key pair whose private half stays with its owner.

create table passkeys (
    id            uuid primary key,
    operator_id   uuid not null references operators (id),
    -- the host name under which it was made; it is good under this one only
    party         text collate "C" not null check (char_length(party) between 1 and 253),
    -- made by the authenticator, at random, at least 16 bytes of it (WebAuthn 3, 4): that it is unique tells nothing
    credential_id bytea not null unique check (octet_length(credential_id) between 16 and 1023),
    name          text not null check (char_length(name) between 1 and 60),
    -- the public key, and what was agreed at its making
    key           bytea not null check (octet_length(key) between 16 and 4096),
    -- what changes with use: the counter of signatures and whether it is backed up
    state         bytea not null check (octet_length(state) = 7),
    created_at    timestamptz not null,
    last_used_at  timestamptz
);
create index passkeys_operator on passkeys (operator_id, created_at);
call tenancy.protect('passkeys');
create policy own on passkeys for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select, insert, delete, update (name, state, last_used_at) on passkeys to app;
create policy door on passkeys for select to door using (true);
grant select (id, operator_id, party, credential_id, key, state) on passkeys to door;
create policy ops_select on passkeys for select to ops using (true);
create policy ops_delete on passkeys for delete to ops using (true);
grant select (operator_id), delete on passkeys to ops;

-- Challenges that were answered, until they would be over anyway: each is answered once. Those that are not answered
-- stand nowhere.
create table answered_challenges (
    challenge_hash bytea primary key check (octet_length(challenge_hash) = 32),
    operator_id    uuid not null references operators (id),
    expires_at     timestamptz not null
);
create index answered_challenges_operator on answered_challenges (operator_id);
create index answered_challenges_expiry on answered_challenges (expires_at);
call tenancy.protect('answered_challenges');
create policy own on answered_challenges for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select (challenge_hash), insert on answered_challenges to app;
create policy ops_select on answered_challenges for select to ops using (true);
create policy ops_delete on answered_challenges for delete to ops using (true);
grant select (operator_id, expires_at), delete on answered_challenges to ops;

-- What the sign-in came from, as its operator is shown it: `Firefox, Linux`.
alter table sessions add column device text check (char_length(device) between 1 and 60);
grant select (device) on sessions to app;

-- Who signs in was seen.
grant update (last_seen_at) on operators to app;
