-- How often a kept webhook was tried, when it is tried again, and why it was not taken in. One that is set aside waits for a word.
ALTER TABLE raw_event ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE raw_event ADD COLUMN next_try_at INTEGER; -- Unix milliseconds; at once if there is none
ALTER TABLE raw_event ADD COLUMN set_aside_at INTEGER; -- Unix milliseconds
ALTER TABLE raw_event ADD COLUMN error TEXT;
