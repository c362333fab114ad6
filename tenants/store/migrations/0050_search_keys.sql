-- What a device is found by, folded as names are sorted: whatever the case and the accents, and "strasse" finds a Straße.
-- The parts stand on lines of their own, so that a search never matches across two of them. A column, since folding costs
-- more than looking, and a list looks at every row of its scope.

alter table devices add column search_key text collate "C" not null generated always as
    (tenancy.sort_key(coalesce(given_name, reported_name, '') || E'\n' || coalesce(model, '') || E'\n'
                      || coalesce(serial, '') || E'\n' || coalesce(address, ''))) stored;
