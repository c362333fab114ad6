-- A token that another token made: it ends no later, and is worth nothing once the other is revoked.
alter table api_tokens add column made_with uuid;
create index api_tokens_made_with on api_tokens (made_with) where made_with is not null;
grant select (made_with), insert (made_with) on api_tokens to app;
grant select (made_with) on api_tokens to door;
