-- What reports count, out of the record itself.
ALTER TABLE call ADD COLUMN value REAL AS (json_extract(record, '$.value'));
ALTER TABLE call ADD COLUMN currency TEXT AS (json_extract(record, '$.currency'));
-- Which share of the call each touch before it has, by each model, as JSON; NULL where there was none. Of calls logged before this
-- nothing is known but the touch that has the credit, in the columns of the call itself.
ALTER TABLE call ADD COLUMN credits TEXT;

-- A report reads this index alone: no record of its calls is looked into.
CREATE INDEX call_report ON call (
  started_at, site, outcome, source, medium, channel, campaign, keywords, landing_page, tracking_number, first_call, duration,
  lead_status, spam, flagged_as_spam, attribution, value, currency
);
