-- A changed credential ends every other proof of its operator, and what stays is looked over by it.

-- Since when an operator is to look over its tokens and passkeys; null where it has.
alter table operators add column review_since timestamptz;
grant select (review_since), update (review_since) on operators to app;

-- The session in which an operator asked to be connected with a provider: without it nothing comes of that.
alter table sign_in_attempts add column session_id uuid;
-- and they end with a credential, whichever account's provider they are at
create policy own on sign_in_attempts for all to app
    using (operator_id = tenancy.operator()) with check (operator_id = tenancy.operator());

-- Whether that session goes on, and what an operator's own tokens are called, wherever they lie.
grant select (name, created_at) on api_tokens to door;
