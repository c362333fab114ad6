-- In which order due jobs are done. It is no time to wait for: a job whose turn lies ahead is done at once where nothing
-- stands before it. Who adds many jobs places each behind the one before, so that the job of somebody else, which is
-- placed at the time it is added, comes between them.
alter table jobs add column turn timestamptz;
update jobs set turn = run_at;
alter table jobs alter column turn set not null;
drop index jobs_due;
create index jobs_due on jobs (turn) where state = 'queued';
-- the last turn of an account's waiting jobs of one kind
create index jobs_turns on jobs (tenant_id, kind, turn) where state = 'queued';
