-- Work to be done at least once. `ops` claims; the work itself runs in a scope of the job's account, and what
-- it writes commits only while `attempt` is still the one that was claimed (the fence).
create table jobs (
    tenant_id    uuid not null,
    id           uuid not null,
    kind         text collate "C" not null check (kind ~ '^[a-z][a-z0-9_]{0,47}$'),
    -- of two waiting jobs of one kind and key the second is not added
    key          text collate "C" not null check (char_length(key) <= 200),
    arguments    jsonb not null default '{}',
    state        text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    run_at       timestamptz not null,
    -- rises with every claim and never falls: the fence
    attempt      integer not null default 0,
    -- claims since it was added or last ended
    tries        integer not null default 0,
    max_attempts integer not null check (max_attempts > 0),
    -- seconds until a recurring job runs again after it ended
    recurs       integer check (recurs > 0),
    lease_until  timestamptz,
    -- why the latest attempt failed: a code
    error        text collate "C" check (error ~ '^[a-z][a-z0-9_]{0,63}$'),
    created_at   timestamptz not null,
    finished_at  timestamptz,
    primary key (tenant_id, id)
) with (fillfactor = 70);
create unique index jobs_pending on jobs (tenant_id, kind, key) where state in ('queued', 'running');
create index jobs_due on jobs (run_at) where state = 'queued';
create index jobs_leased on jobs (lease_until) where state = 'running';
call tenancy.bulk_table('jobs');
create policy ops on jobs for all to ops using (true) with check (true);
grant select, update on jobs to ops;

-- Answers to repeat for a repeated Idempotency-Key. `answer` is null where it showed a secret: such a reply is
-- not kept, and a repetition is told so.
create table idempotency_keys (
    tenant_id    uuid not null,
    principal    text collate "C" not null,
    key          text collate "C" not null check (char_length(key) between 1 and 200),
    request_hash bytea not null check (octet_length(request_hash) = 32),
    status       integer not null,
    answer       bytea,
    created_at   timestamptz not null,
    primary key (tenant_id, principal, key)
);
create index idempotency_keys_at on idempotency_keys (tenant_id, created_at);
call tenancy.bulk_table('idempotency_keys');
