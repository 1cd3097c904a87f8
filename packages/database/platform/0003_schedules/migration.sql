-- What the scheduler of @fanfare/kit/schedule keeps for each job. A run holds its row's lock and moves last_tick_at in
-- the same transaction, so that one replica at a time runs a tick, and a tick whose runner died is run again.
CREATE TABLE platform.schedules (
    name text PRIMARY KEY,
    -- The newest tick that is over; before the first one, when the job was first seen.
    last_tick_at timestamptz(3) NOT NULL,
    -- Since the last success.
    failures integer NOT NULL DEFAULT 0,
    -- No replica tries again before this.
    retry_at timestamptz(3),
    CONSTRAINT schedules_failures_say_when CHECK (failures >= 0 AND (failures = 0) = (retry_at IS NULL))
);
