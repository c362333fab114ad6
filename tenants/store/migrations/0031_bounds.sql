-- Bounds: what was imposed from above is lifted from there, and a view is told to every account that it looks through.

-- The account of the grant that suspended it, or that asked for its deletion: only whose grant lies as high lifts that.
-- Null in rows from before: lifted by whoever stands above the account.
alter table accounts add column suspended_through uuid;
grant update (suspended_through) on accounts to app;
alter table deletions add column through uuid;

-- The accounts, beside the one that is viewed at, whose grants a view looks through: they were told, and no other is shown.
alter table sessions add column viewing_through uuid[] not null default '{}';
grant select (viewing_through), update (viewing_through) on sessions to app;
grant select (viewing_through) on sessions to door;
