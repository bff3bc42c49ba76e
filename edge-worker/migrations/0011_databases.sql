-- In which database the calls of a site are, by its number; of a site that is not listed they are in the first one. This table is
-- used in the first database alone.
CREATE TABLE site_database (
  site TEXT PRIMARY KEY,
  database INTEGER NOT NULL,
  moving_to INTEGER,            -- into which they are being copied
  is_clearing INTEGER NOT NULL DEFAULT 0, -- whether others may still have some of them
  change INTEGER NOT NULL DEFAULT 0,      -- how often any of the above has changed
  copied_to TEXT                -- the last call that was copied, as a cursor
) STRICT, WITHOUT ROWID;
CREATE INDEX site_on_the_move ON site_database (site, database) WHERE moving_to IS NOT NULL OR is_clearing = 1;
