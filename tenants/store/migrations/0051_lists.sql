-- Every list pages: what is sorted by name has its sort key as a column, as accounts have, and an index in that order.

alter table sites add column sort_key text collate "C" not null generated always as (tenancy.sort_key(name)) stored;
create index sites_name on sites (sort_key, id) where deleted_at is null;

alter table device_groups add column sort_key text collate "C" not null generated always as (tenancy.sort_key(name)) stored;
create index device_groups_sorted on device_groups (sort_key, id);

-- What is counted where another is added.
create index collector_tokens_waiting on collector_tokens (tenant_id, expires_at) where used_at is null;
