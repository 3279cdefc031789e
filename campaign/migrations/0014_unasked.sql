-- Indexes that no query asks for, and that every injection had to write.

DROP INDEX doses_by_unit_day;
DROP INDEX doses_by_lot;
