-- Calls that were deleted, in every database: none of them is written again, by whoever is late. The first one's rows are told by the API.
CREATE TABLE erasure (
  call TEXT PRIMARY KEY,        -- the id that the call had
  site TEXT,
  erased_at INTEGER NOT NULL,   -- Unix milliseconds
  revision INTEGER NOT NULL,    -- the object's count of changes
  carrier TEXT NOT NULL,
  carrier_call TEXT NOT NULL,   -- the carrier's id of the call, by which its object is found
  is_done INTEGER NOT NULL,     -- 0 while something of it is left
  record TEXT NOT NULL          -- what is left, JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_by_time ON erasure (erased_at, call);
