-- Members: people who sign in to the console. One who is removed stays, so that the audit can be read.
CREATE TABLE member (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL COLLATE NOCASE,
  role TEXT NOT NULL,          -- owner, editor, viewer
  sites TEXT,                  -- a JSON list; NULL for the whole account
  created_at INTEGER NOT NULL, -- Unix milliseconds, as all instants here
  updated_at INTEGER NOT NULL,
  signed_in_at INTEGER,
  removed_at INTEGER
) STRICT;
-- One address is one member, as long as they are one.
CREATE UNIQUE INDEX member_by_email ON member (email) WHERE removed_at IS NULL;

-- Keys of the REST API. Of the keys themselves hashes stand here alone.
CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,         -- read, write, admin
  sites TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT;

-- Members' own ways into the console, and the invitations that bring them.
CREATE TABLE sign_in_key (
  hash TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_key_by_member ON sign_in_key (member);

CREATE TABLE invitation (
  hash TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  open_until INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_by_member ON invitation (member);

-- Browsers that are signed in, by a keyed hash of what their cookie holds.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  member TEXT,                 -- NULL for whoever signed in with API_KEY
  signed_in_by TEXT NOT NULL,  -- deployment_key, sign_in_key, access
  browser TEXT NOT NULL,       -- what it calls itself, for its member to know it by
  began_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX session_by_member ON session (member);

-- Who did what. Nothing that the worker does changes a row.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,    -- deployment_key, api_key, member
  actor_id TEXT,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  site TEXT,                   -- NULL for what is the account's
  subject TEXT NOT NULL,
  difference TEXT              -- JSON
) STRICT;
CREATE INDEX audit_by_site ON audit (site, id);
CREATE INDEX audit_by_actor ON audit (actor_id, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit is not changed');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit is not deleted from');
END;
