-- The call log: one row per call, written by the call's own object and never by a request.
CREATE TABLE call (
  id TEXT PRIMARY KEY,
  site TEXT,
  started_at INTEGER NOT NULL, -- Unix milliseconds
  updated_at INTEGER NOT NULL, -- Unix milliseconds
  revision INTEGER NOT NULL,   -- the object's count of changes: an older write never replaces a newer one
  outcome TEXT NOT NULL,
  tracking_number TEXT,
  source TEXT,
  record TEXT NOT NULL         -- the call as GET /v1/calls answers it, JSON
) STRICT;

CREATE INDEX call_by_start ON call (started_at DESC, id DESC);
CREATE INDEX call_by_update ON call (updated_at);

-- Sites: the configuration as its owner wrote it. What is published stands in KV.
CREATE TABLE site (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, -- Unix milliseconds
  document TEXT NOT NULL       -- JSON
) STRICT;

-- Every version of every site, for looking back.
CREATE TABLE site_version (
  site TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL, -- Unix milliseconds
  document TEXT NOT NULL,      -- JSON
  PRIMARY KEY (site, version)
) STRICT, WITHOUT ROWID;

-- Which site a tracking number belongs to: a number has one owner.
CREATE TABLE number (
  number TEXT PRIMARY KEY,
  site TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Webhooks that could not be understood or had no call object to go to. Kept, so that nothing is lost.
CREATE TABLE raw_event (
  id INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL, -- Unix milliseconds
  carrier TEXT NOT NULL,
  hook TEXT NOT NULL,
  reason TEXT NOT NULL,
  query TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
