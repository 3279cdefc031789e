-- Where the doses of a product differ (Sputnik V), which dose a lot is for; 0 where there is no such thing or it was not asked yet.

ALTER TABLE lots ADD COLUMN component BIGINT NOT NULL DEFAULT 0;
