-- Permissions are named by what they are for, not by one kind of device. Who could administer messengers can administer
-- people and configure drivers; roles, tokens and denials are carried along.
--
-- Only the owner of a table may lift its policies, and only for the length of this transaction.
alter table roles no force row level security;
alter table api_tokens no force row level security;
alter table restrictions no force row level security;

update roles set permissions = array_remove(permissions, 'administer_messenger') || '{administer_people,configure_drivers}'
    where 'administer_messenger' = any(permissions);
update api_tokens
    set permissions = array_remove(permissions, 'administer_messenger') || '{administer_people,configure_drivers}'
    where 'administer_messenger' = any(permissions);
insert into restrictions (tenant_id, lineage, permission, created_at)
    select r.tenant_id, r.lineage, u.permission, r.created_at
    from restrictions r, unnest('{administer_people,configure_drivers}'::text[]) as u (permission)
    where r.permission = 'administer_messenger'
    on conflict do nothing;
delete from restrictions where permission = 'administer_messenger';

alter table roles force row level security;
alter table api_tokens force row level security;
alter table restrictions force row level security;
