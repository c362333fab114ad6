-- What the platform's own lists walk in their order: their scope is everything, so that a range of lineages narrows
-- nothing. Measured at 10,000 customers and 1,000,000 devices, newest open alerts: 112 ms without, 0.7 ms with it.
create index alerts_open_newest on alerts (raised_at desc, id desc) where cleared_at is null;
create index accounts_name on accounts (name, tenant_id);
