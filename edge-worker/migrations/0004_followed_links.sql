-- Links between a site's domains that have been followed, by the signature they carry, until they end by themselves.
CREATE TABLE followed_link (name TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX followed_link_until ON followed_link (until);
