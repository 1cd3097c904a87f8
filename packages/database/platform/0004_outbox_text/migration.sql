-- Headers and payload are JSON that our own encoder has made and nobody in the database looks into: to check each of
-- them again was a third of what writing an event cost.
ALTER TABLE platform.outbox ALTER COLUMN headers TYPE text, ALTER COLUMN payload TYPE text;
ALTER TABLE platform.outbox_sent ALTER COLUMN headers TYPE text, ALTER COLUMN payload TYPE text;

-- A row above 2 KB would be compressed here, which takes longer than all else that is done with it, and is gone in a
-- moment. In outbox_sent, where it stays for days, it is.
ALTER TABLE platform.outbox SET (toast_tuple_target = 8160);
