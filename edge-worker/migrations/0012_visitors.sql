-- How many visitors were given a number: one row for each pool and day in UTC, written by the pool's object about once an hour in which
-- somebody came. The document says when they came, from where and to which number, for reports; of no visitor by name.
CREATE TABLE visitor_count (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  day INTEGER NOT NULL, -- Unix milliseconds of its beginning
  pool TEXT NOT NULL,
  bytes INTEGER NOT NULL, -- of the document, so that a report knows beforehand how much it reads
  document TEXT NOT NULL,
  UNIQUE (site, day, pool)
) STRICT;
CREATE INDEX visitor_count_by_day ON visitor_count (day);
