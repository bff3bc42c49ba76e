-- Of a webhook that could not be understood, the field by which that was.
ALTER TABLE raw_event ADD COLUMN field TEXT;
