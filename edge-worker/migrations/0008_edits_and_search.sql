-- What people add to calls, out of the record itself.
ALTER TABLE call ADD COLUMN lead_status TEXT AS (json_extract(record, '$.lead_status'));
ALTER TABLE call ADD COLUMN spam INTEGER AS (coalesce(json_extract(record, '$.spam'), 0));
CREATE INDEX call_by_lead_status ON call (lead_status, started_at DESC, id DESC) WHERE lead_status IS NOT NULL;
CREATE INDEX call_marked_as_spam ON call (started_at DESC, id DESC) WHERE spam = 1;

-- By which words a call is found. The index knows a call by a number of its own, as rows may be numbered anew by an export and import.
ALTER TABLE call ADD COLUMN search_row INTEGER;
UPDATE call SET search_row = rowid;
CREATE UNIQUE INDEX call_by_search_row ON call (search_row);
CREATE VIRTUAL TABLE call_search USING fts5 (
  number, name, note, words, page,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO call_search (rowid, number, name, note, words, page)
SELECT
  search_row,
  concat_ws(' ', json_extract(record, '$.customer_phone_number'), json_extract(record, '$.formatted_customer_phone_number'),
    replace(replace(replace(replace(json_extract(record, '$.formatted_customer_phone_number'), ' ', ''), '-', ''), '(', ''), ')', '')),
  coalesce(json_extract(record, '$.customer_name'), ''),
  '',
  concat_ws(' ', json_extract(transcript, '$.transcript'), json_extract(record, '$.call_summary')),
  coalesce(json_extract(record, '$.landing_page_url'), '')
FROM call;
