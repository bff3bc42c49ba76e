-- As what a report counts a call, a bit for each: reports count the calls of each number that these make, and not call by call.
ALTER TABLE call ADD COLUMN counted_as INTEGER AS (
  ((outcome = 'answered') << 0)
  | ((outcome = 'missed') << 1)
  | ((outcome = 'voicemail') << 2)
  | ((outcome = 'abandoned') << 3)
  | ((first_call IS 1) << 4)
  | ((duration IS NOT NULL) << 5)
  | ((lead_status IS 'good_lead') << 6)
  | ((spam IS 1) << 7)
  | ((flagged_as_spam IS 1) << 8)
  | ((attribution IS 'unattributed') << 9)
);

-- A report reads this index alone. What is added up stands before what calls are chosen by.
DROP INDEX call_report;
CREATE INDEX call_report ON call (
  started_at, site, counted_as, duration, value, currency, source, medium, channel, campaign, keywords, landing_page, tracking_number,
  outcome, first_call, lead_status, spam, flagged_as_spam, attribution
);
