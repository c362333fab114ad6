-- Raised once when a condition begins to hold, cleared once when it ceases.
create table alerts (
    tenant_id       uuid not null,
    lineage         text collate "C" not null,
    id              uuid not null,
    device_id       uuid not null,
    enrollment_id   uuid not null,
    driver          text collate "C" not null,
    condition       text collate "C" not null check (condition ~ '^[a-z][a-z0-9_]{0,47}$'),
    -- '' for a condition that is not kept per row
    row_key         text collate "C" not null check (char_length(row_key) <= 64),
    severity        text not null check (severity in ('info', 'warning', 'critical')),
    raised_at       timestamptz not null,
    cleared_at      timestamptz,
    -- how often it came back shortly after it had been cleared
    flaps           integer not null default 0,
    acknowledged_at timestamptz,
    acknowledged_by text,
    primary key (tenant_id, id),
    foreign key (tenant_id, device_id) references devices (tenant_id, id),
    foreign key (tenant_id, enrollment_id) references enrollments (tenant_id, id)
);
create unique index alerts_open on alerts (tenant_id, enrollment_id, condition, row_key) where cleared_at is null;
create index alerts_id on alerts (id);
create index alerts_list on alerts (lineage, raised_at desc, id desc);
create index alerts_list_open on alerts (lineage, raised_at desc, id desc) where cleared_at is null;
create index alerts_device on alerts (tenant_id, device_id, raised_at desc);
create index alerts_enrollment on alerts (tenant_id, enrollment_id, condition, row_key, cleared_at desc);
call tenancy.tree_table('alerts');
