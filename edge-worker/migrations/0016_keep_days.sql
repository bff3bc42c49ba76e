-- For how long a site keeps what, where it does not keep everything for good.
ALTER TABLE site ADD COLUMN keep_days TEXT AS (json_extract(document, '$.keep_days'));
CREATE INDEX site_by_keep_days ON site (id, keep_days) WHERE keep_days IS NOT NULL;

-- Of which calls there is something to forget.
ALTER TABLE call ADD COLUMN webhooks INTEGER NOT NULL DEFAULT 1; -- 1 as long as the call's object has them as they came
CREATE INDEX call_with_webhooks ON call (site, started_at) WHERE webhooks = 1;
CREATE INDEX call_with_transcript ON call (site, started_at) WHERE transcript IS NOT NULL;
