-- Whoever reads an account's audit reads through which account above somebody acted there, by name: of an exact key
-- that stands in an entry, which is all that the door looks up.
grant select (name) on accounts to door;
