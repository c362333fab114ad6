-- The accounts that an export's file tells of: it is not handed out once one of them is not there any more.
alter table exports add column accounts uuid[];
