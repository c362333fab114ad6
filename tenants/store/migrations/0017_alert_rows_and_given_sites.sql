-- What the row of an alert was called when it was raised: 'Port 7' says more than '1.1'.
alter table alerts add column row_name text check (char_length(row_name) between 1 and 256);

-- Whether an operator said where a device is. Where nobody did, it is where it is reported from.
alter table devices add column site_given boolean not null default false;
