-- A table declares its keys' pattern, of at most 155 characters. Rows that stand have 64 at most, so none is looked at.
alter table readings drop constraint readings_row_key_check;
alter table readings add constraint readings_row_key_check check (char_length(row_key) <= 155) not valid;
alter table alerts drop constraint alerts_row_key_check;
alter table alerts add constraint alerts_row_key_check check (char_length(row_key) <= 155) not valid;
