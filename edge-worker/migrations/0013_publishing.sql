-- What a site's tracking numbers are, and whether KV says so: publishing goes on from there, whatever broke off.
ALTER TABLE number ADD COLUMN pool TEXT;                            -- that it is in, or was when it was last listed; NULL if in none
ALTER TABLE number ADD COLUMN state TEXT NOT NULL DEFAULT 'listed'; -- listed; kept: no longer listed; leaving: its site was deleted
ALTER TABLE number ADD COLUMN is_written INTEGER NOT NULL DEFAULT 0; -- 1 if KV is known to have site and pool
CREATE INDEX number_by_site ON number (site, number);

-- The numbers so far, out of the latest version that lists each.
UPDATE number SET pool = listed.pool, state = iif(listed.version = (SELECT version FROM site WHERE id = number.site), 'listed', 'kept')
FROM (
  SELECT site, number, pool, MAX(version) AS version FROM (
    SELECT site, version, entry.value AS number, json_extract(pool.value, '$.id') AS pool
    FROM site_version, json_each(site_version.document, '$.pools') AS pool, json_each(pool.value, '$.numbers') AS entry
    UNION ALL
    SELECT site, version, entry.value, json_extract(pool.value, '$.id')
    FROM site_version, json_each(site_version.document, '$.pools') AS pool, json_each(pool.value, '$.overflow_by_channel') AS entry
    UNION ALL
    SELECT site, version, json_extract(pool.value, '$.overflow'), json_extract(pool.value, '$.id')
    FROM site_version, json_each(site_version.document, '$.pools') AS pool
    UNION ALL
    SELECT site, version, json_extract(source.value, '$.number'), NULL
    FROM site_version, json_each(site_version.document, '$.source_numbers') AS source
  ) GROUP BY site, number
) AS listed WHERE number.site = listed.site AND number.number = listed.number;
UPDATE number SET state = 'leaving' WHERE site NOT IN (SELECT id FROM site);

-- How far the publication of each site is. One that has no row is as it was published before this.
CREATE TABLE publication (
  site TEXT PRIMARY KEY,
  version INTEGER,                      -- that is to be published; NULL once the site is deleted
  published INTEGER,                    -- whose snapshot stands in KV; NULL if none does
  closing TEXT,                         -- what a deletion has still to end, JSON
  is_leaving INTEGER NOT NULL DEFAULT 0, -- 1 if it may have numbers that are leaving
  holder TEXT,                          -- who is at it, and for how long nobody else may be
  held_until INTEGER NOT NULL DEFAULT 0 -- Unix milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX publication_unfinished ON publication (held_until) WHERE version IS NULL OR version IS NOT published OR is_leaving = 1;
INSERT INTO publication (site, is_leaving) SELECT DISTINCT site, 1 FROM number WHERE state = 'leaving';

-- The origins of pages, by which a browser's preflight is answered.
CREATE TABLE site_origin (origin TEXT NOT NULL, site TEXT NOT NULL, PRIMARY KEY (origin, site)) STRICT, WITHOUT ROWID;
CREATE INDEX site_origin_by_site ON site_origin (site);
INSERT OR IGNORE INTO site_origin (origin, site) SELECT origin.value, site.id FROM site, json_each(site.document, '$.origins') AS origin;
CREATE TRIGGER site_is_added AFTER INSERT ON site BEGIN
  INSERT OR IGNORE INTO site_origin (origin, site) SELECT value, NEW.id FROM json_each(NEW.document, '$.origins');
END;
CREATE TRIGGER site_is_changed AFTER UPDATE OF document ON site BEGIN
  DELETE FROM site_origin WHERE site = NEW.id;
  INSERT OR IGNORE INTO site_origin (origin, site) SELECT value, NEW.id FROM json_each(NEW.document, '$.origins');
END;
CREATE TRIGGER site_is_deleted AFTER DELETE ON site BEGIN
  DELETE FROM site_origin WHERE site = OLD.id;
END;

-- The time zones of all sites, for calls that are listed without naming one.
ALTER TABLE site ADD COLUMN time_zone TEXT AS (json_extract(document, '$.time_zone'));
CREATE INDEX site_by_time_zone ON site (time_zone, id);
