-- What was handed out ends with the right of who handed it out, and a secret goes to nobody who may not write it.

-- Who made a token that enrolls a collector, as an actor: what it may do is asked again when the token is used. Tokens
-- from before name nobody and enroll nothing any more; they last a day.
alter table collector_tokens
    add column made_by text collate "C" check (char_length(made_by) <= 200),
    add column revoked_at timestamptz;
grant select (made_by, revoked_at) on collector_tokens to door;

-- Each time that the communities of a site are set, they have a new version.
alter table sites add column communities_version bigint not null default 0;

-- Who answers for a collector, as an actor: whoever made its token, or who vouched for it since. Communities of a version
-- that the collector was not given yet are given while that actor may write them. Collectors from before have those that
-- are set now.
alter table collectors
    add column vouched_by text collate "C" check (char_length(vouched_by) <= 200),
    add column communities_version bigint default 0,
    add column secrets_withheld_at timestamptz;
alter table collectors alter column communities_version drop default;
