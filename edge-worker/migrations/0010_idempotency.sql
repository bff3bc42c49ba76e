-- Requests that carried an Idempotency-Key, for a day: sent again, they are answered again and not done again.
CREATE TABLE idempotent_request (
  actor TEXT NOT NULL,    -- the key that asked
  key TEXT NOT NULL,      -- as it was sent
  request TEXT NOT NULL,  -- a hash of what was asked
  at INTEGER NOT NULL,    -- Unix milliseconds
  status INTEGER,         -- NULL as long as it is being done
  answer TEXT,            -- NULL where the answer is told once
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotent_request_by_time ON idempotent_request (at);
