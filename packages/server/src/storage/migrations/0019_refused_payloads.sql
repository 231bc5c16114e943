-- How many payloads were refused: one that is wrong in several places counts in `count` at each, and here at one.
alter table refusals add column payloads int not null default 0;
update refusals set payloads = count;
