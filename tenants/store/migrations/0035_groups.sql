-- A group: devices of one account that belong together, as its operators say.
create table device_groups (
    tenant_id  uuid not null,
    lineage    text collate "C" not null,
    id         uuid not null,
    name       text not null check (char_length(name) between 1 and 200),
    created_at timestamptz not null,
    primary key (tenant_id, id)
);
create unique index device_groups_name on device_groups (tenant_id, lower(name));
create index device_groups_id on device_groups (id);
create index device_groups_list on device_groups (lineage, name, id);
call tenancy.tree_table('device_groups');

create table device_group_members (
    tenant_id uuid not null,
    lineage   text collate "C" not null,
    group_id  uuid not null,
    device_id uuid not null,
    since     timestamptz not null,
    primary key (tenant_id, group_id, device_id),
    foreign key (tenant_id, group_id) references device_groups (tenant_id, id),
    foreign key (tenant_id, device_id) references devices (tenant_id, id)
);
create index device_group_members_device on device_group_members (tenant_id, device_id);
create index device_group_members_lineage on device_group_members (lineage, group_id);
call tenancy.tree_table('device_group_members');
