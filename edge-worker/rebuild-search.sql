-- Makes the index of words anew, out of the calls themselves. It stands in docs/deploy.md, under backups.
DROP TABLE IF EXISTS call_search;
UPDATE call SET search_row = (SELECT coalesce(max(search_row), 0) FROM call) + rowid WHERE search_row IS NULL;
CREATE VIRTUAL TABLE call_search USING fts5 (
  number, name, note, words, page,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO call_search (rowid, number, name, note, words, page)
SELECT
  search_row,
  concat_ws(' ', json_extract(record, '$.customer_phone_number'), json_extract(record, '$.formatted_customer_phone_number'),
    replace(replace(replace(replace(json_extract(record, '$.formatted_customer_phone_number'), ' ', ''), '-', ''), '(', ''), ')', ''),
    json_extract(record, '$.customer_address')),
  coalesce(json_extract(record, '$.customer_name'), ''),
  coalesce(json_extract(record, '$.note'), ''),
  concat_ws(' ', json_extract(transcript, '$.transcript'), json_extract(record, '$.call_summary')),
  coalesce(json_extract(record, '$.landing_page_url'), '')
FROM call;
