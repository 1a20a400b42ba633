-- Which run of its computer wrote a row: two computers may have one name by mistake.

ALTER TABLE board ADD COLUMN run text NOT NULL DEFAULT '';
