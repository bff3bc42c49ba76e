-- Whose visit a call was: by it a visitor's calls are found who asks to be forgotten.
ALTER TABLE call ADD COLUMN visitor TEXT AS (json_extract(record, '$.visitor_id'));
CREATE INDEX call_by_visitor ON call (visitor) WHERE visitor IS NOT NULL;
