-- Current values. `ended_at` is null while the attribute stands in the latest report, whose time is then
-- its time too (enrollments.reported_at); a value that did not change is not written again.
create table facts (
    tenant_id     uuid not null,
    enrollment_id uuid not null,
    attribute     text collate "C" not null check (attribute ~ '^[a-z][a-z0-9_]{0,47}$'),
    -- a scalar as it is; a table as {"rows": [{"key", "cells": {column: value}}]}
    value         jsonb not null,
    changed_at    timestamptz not null,
    ended_at      timestamptz,
    primary key (tenant_id, enrollment_id, attribute),
    foreign key (tenant_id, enrollment_id) references enrollments (tenant_id, id)
) with (fillfactor = 80);
call tenancy.bulk_table('facts');

-- Points of meters.
create table readings (
    tenant_id uuid not null,
    device_id uuid not null,
    -- two drivers of one device may have meters of one name
    driver    text collate "C" not null,
    meter     text collate "C" not null check (meter ~ '^[a-z][a-z0-9_]{0,47}$'),
    -- '' for a meter that is not kept per row
    row_key   text collate "C" not null check (char_length(row_key) <= 64),
    at        timestamptz not null,
    value     double precision not null,
    -- a counter that stands lower than before: a new part or a reset
    reset     boolean not null default false,
    primary key (tenant_id, device_id, driver, meter, row_key, at)
) partition by range (at);
call tenancy.bulk_table('readings');
-- Reports may be 90 days old.
select tenancy.add_partitions('readings', now(), 4, 3);

-- Sums of what billed counters rose by, a day and account, so that a dealer's totals need no reading of a customer.
create table usage_days (
    tenant_id uuid not null,
    lineage   text collate "C" not null,
    driver    text collate "C" not null,
    meter     text collate "C" not null check (meter ~ '^[a-z][a-z0-9_]{0,47}$'),
    day       date not null,
    amount    double precision not null,
    primary key (tenant_id, driver, meter, day)
) with (fillfactor = 70);
create index usage_days_list on usage_days (lineage, day);
call tenancy.tree_table('usage_days');
