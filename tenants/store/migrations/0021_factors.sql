-- Second factors of operators: a time-based one-time password, codes for when it is lost, and what a sign-in has to
-- show between its two steps. All of them are an operator's own, as its sessions are.

-- RFC 6238. One an operator; it counts once it was confirmed by a code.
create table second_factors (
    operator_id   uuid primary key references operators (id),
    id            uuid not null,
    -- sealed under the installation's key, for this operator and this id
    secret        bytea not null check (octet_length(secret) between 28 and 200),
    created_at    timestamptz not null,
    confirmed_at  timestamptz,
    -- the newest time step whose code was taken: a code is good once
    last_step     bigint not null default 0,
    -- wrong codes since the time beside it
    failures      int not null default 0,
    failing_since timestamptz
);
call tenancy.protect('second_factors');
create policy own on second_factors for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select, insert, delete, update (confirmed_at, last_step, failures, failing_since) on second_factors to app;
create policy door on second_factors for select to door using (true);
grant select (operator_id, confirmed_at) on second_factors to door;

-- Single-use codes, by their SHA-256 over the operator and 80 random bits.
create table recovery_codes (
    operator_id uuid not null references operators (id),
    code_hash   bytea not null check (octet_length(code_hash) = 32),
    primary key (operator_id, code_hash)
);
call tenancy.protect('recovery_codes');
create policy own on recovery_codes for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select, insert, delete on recovery_codes to app;

-- The right password was given and a code is to follow.
create table sign_in_challenges (
    id          uuid primary key,
    operator_id uuid not null references operators (id),
    token_hash  bytea not null unique check (octet_length(token_hash) = 32),
    expires_at  timestamptz not null,
    attempts    int not null default 0
);
create index sign_in_challenges_operator on sign_in_challenges (operator_id);
create index sign_in_challenges_expiry on sign_in_challenges (expires_at);
call tenancy.protect('sign_in_challenges');
create policy own on sign_in_challenges for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());
grant select (id, operator_id, expires_at, attempts), insert, delete, update (attempts) on sign_in_challenges to app;
create policy door on sign_in_challenges for select to door using (true);
grant select (id, operator_id, token_hash, expires_at) on sign_in_challenges to door;
create policy ops_select on sign_in_challenges for select to ops using (true);
create policy ops_delete on sign_in_challenges for delete to ops using (true);
grant select (id, expires_at), delete on sign_in_challenges to ops;

-- Who is erased leaves none of this behind.
create policy ops_select on second_factors for select to ops using (true);
create policy ops_delete on second_factors for delete to ops using (true);
grant select (operator_id), delete on second_factors to ops;
create policy ops_select on recovery_codes for select to ops using (true);
create policy ops_delete on recovery_codes for delete to ops using (true);
grant select (operator_id), delete on recovery_codes to ops;
grant select (operator_id) on sign_in_challenges to ops;
