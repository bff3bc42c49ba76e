-- What was said in a call, JSON: apart from the record, so that lists stay short. It goes with the call.
ALTER TABLE call ADD COLUMN transcript TEXT;
