-- Limits by sender: how many invitations an account with all below it, and an operator, caused of late.

-- The operator who invited, in person or by a token.
alter table invitations add column sent_by uuid;
create index invitations_sent_by on invitations (sent_by, created_at) where sent_by is not null;
create index invitations_sent on invitations (lineage, created_at);
grant select (sent_by) on invitations to app;
-- whoever counts sees neither to whom nor what
create policy ops_count on invitations for select to ops using (true);
grant select (lineage, created_at, sent_by) on invitations to ops;
grant select (created_at) on accounts to ops;
grant select (created_at) on operators to ops;
