-- A site that is deleted is shown no more; its row stays for what was revoked or retired there.
alter table sites add column deleted_at timestamptz;
