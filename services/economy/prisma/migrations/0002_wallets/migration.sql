-- Holds, limits, debts, and what people do with wallets beyond gifts.

-- Debt: what a user owes after a clawback. Its balance is zero or below.
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_known CHECK (kind BETWEEN 1 AND 5);
ALTER TABLE accounts ADD CONSTRAINT accounts_debt_not_positive CHECK (kind <> 5 OR balance_minor <= 0);

-- The keys of a journal's entries become one value (16 bytes each: account id and seq, big-endian), which is a third of
-- the work to send and to store. A change of type, and not new values: journals stay append-only.
ALTER TABLE journals DROP CONSTRAINT journals_entry_keys;
CREATE FUNCTION entry_keys_of(account_ids bigint[], seqs bigint[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(int8send(account_id) || int8send(seq), '' ORDER BY position)
      FROM unnest(account_ids, seqs) WITH ORDINALITY AS key (account_id, seq, position)
$$;
ALTER TABLE journals ALTER COLUMN account_ids TYPE bytea USING entry_keys_of(account_ids, seqs);
ALTER TABLE journals RENAME COLUMN account_ids TO entry_keys;
ALTER TABLE journals ALTER COLUMN entry_keys SET NOT NULL;
ALTER TABLE journals DROP COLUMN seqs;
DROP FUNCTION entry_keys_of;

-- A journal may change a hold, and then it need not move anything. The ledger itself adds legs that repay debts.
ALTER TABLE journals ADD COLUMN hold text;
ALTER TABLE journals ADD CONSTRAINT journals_entry_keys CHECK (
    octet_length(entry_keys) % 16 = 0
    AND octet_length(entry_keys) BETWEEN CASE WHEN hold IS NULL THEN 16 ELSE 0 END AND 16 * 256
);
-- Only for verifying: few journals have one.
CREATE INDEX journals_hold_idx ON journals (batch) WHERE hold IS NOT NULL;

-- How many events of the outbox are no journals: the last outbox id less this is the count of journals.
ALTER TABLE ledger_head ADD COLUMN notices bigint NOT NULL DEFAULT 0;

-- Raised by whoever changes an account, behind the head's lock: what a replica knows of accounts is true as long as it
-- has not moved. The engine does it itself; for every other writer a trigger does, before a row is locked, in the order
-- in which batches take their locks.
ALTER TABLE ledger_head ADD COLUMN version bigint NOT NULL DEFAULT 0;
CREATE FUNCTION raise_ledger_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_head SET version = version + 1 WHERE id = 1;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_raise_version BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts
    FOR EACH STATEMENT WHEN (current_setting('fanfare.ledger_engine', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION raise_ledger_version();

-- A part of a balance that is set aside, named by the journal that reserved it. The journals say what became of it;
-- this is where it stands.
CREATE TABLE holds (
    id uuid PRIMARY KEY,
    account_id bigint NOT NULL,
    operation text NOT NULL,
    minor bigint NOT NULL,
    captured_minor bigint NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'open',
    -- The journal that resolved it.
    resolved_by uuid,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    resolved_at timestamptz(3),
    CONSTRAINT holds_minor_positive CHECK (minor > 0),
    CONSTRAINT holds_captured_at_most_held CHECK (captured_minor BETWEEN 0 AND minor),
    CONSTRAINT holds_status_known CHECK (status IN ('open', 'captured', 'voided', 'expired')),
    CONSTRAINT holds_captured_says_what CHECK ((status = 'captured') = (captured_minor > 0)),
    CONSTRAINT holds_resolved_says_when CHECK (
        (status = 'open') = (resolved_by IS NULL) AND (resolved_by IS NULL) = (resolved_at IS NULL)
    )
);
CREATE INDEX holds_expires_at_open_idx ON holds (expires_at) WHERE status = 'open';
CREATE INDEX holds_account_id_idx ON holds (account_id, created_at DESC, id DESC);
CREATE INDEX holds_operation_idx ON holds (operation, created_at DESC, id DESC);

-- A hold is resolved once, whoever writes.
CREATE FUNCTION holds_resolved_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'open' OR NEW.minor <> OLD.minor OR NEW.account_id <> OLD.account_id THEN
        RAISE EXCEPTION 'hold % was resolved before', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holds_resolved_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER holds_resolved_once BEFORE UPDATE ON holds FOR EACH ROW EXECUTE FUNCTION holds_resolved_once();
CREATE TRIGGER holds_kept BEFORE DELETE OR TRUNCATE ON holds FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- How much of a maximum is used up in a window: what a user earns in a day, what a seller gives in a day.
CREATE TABLE limit_counters (
    key text PRIMARY KEY,
    used_minor bigint NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    CONSTRAINT limit_counters_used_not_negative CHECK (used_minor >= 0)
);
CREATE INDEX limit_counters_expires_at_idx ON limit_counters (expires_at);

-- `deciding` says that an approval is on its way to the ledger; it is finished by whoever finds it.
CREATE TABLE coin_requests (
    id uuid PRIMARY KEY,
    user_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    seller_id bigint NOT NULL,
    note text NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    -- How often an approval was begun. The ledger's id of an approval hangs on it.
    attempt bigint NOT NULL DEFAULT 0,
    -- 0 for the platform itself; `decider` is the same as audit rows name it.
    decided_by bigint,
    decider text,
    decided_as text,
    reason text NOT NULL DEFAULT '',
    correlation_id text NOT NULL,
    tenant_id text,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    decided_at timestamptz(3),
    CONSTRAINT coin_requests_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT coin_requests_status_known CHECK (status IN ('pending', 'deciding', 'approved', 'rejected')),
    CONSTRAINT coin_requests_decision_says_who CHECK (
        num_nulls(decided_by, decider, decided_as, decided_at) = CASE WHEN status = 'pending' THEN 4 ELSE 0 END
    ),
    CONSTRAINT coin_requests_decided_as_known CHECK (decided_as IN ('admin', 'seller'))
);
CREATE INDEX coin_requests_user_id_idx ON coin_requests (user_id, created_at DESC, id DESC);
CREATE INDEX coin_requests_created_at_idx ON coin_requests (created_at DESC, id DESC);
CREATE INDEX coin_requests_open_idx ON coin_requests (seller_id, created_at DESC, id DESC)
    WHERE status IN ('pending', 'deciding');
CREATE INDEX coin_requests_open_created_at_idx ON coin_requests (created_at DESC, id DESC)
    WHERE status IN ('pending', 'deciding');
CREATE INDEX coin_requests_user_open_idx ON coin_requests (user_id) WHERE status IN ('pending', 'deciding');
CREATE INDEX coin_requests_decided_by_idx ON coin_requests (decided_by, created_at DESC, id DESC);
CREATE INDEX coin_requests_deciding_idx ON coin_requests (decided_at) WHERE status = 'deciding';

CREATE TABLE coin_sellers (
    user_id bigint PRIMARY KEY,
    daily_limit_minor bigint NOT NULL,
    request_limit_minor bigint NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT coin_sellers_limits_not_negative CHECK (daily_limit_minor >= 0 AND request_limit_minor >= 0)
);

-- What providers have confirmed, so that a payment is never given back more than once.
CREATE TABLE payments (
    payment_id text PRIMARY KEY,
    user_id bigint NOT NULL,
    coins_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0,
    fiat_currency text NOT NULL,
    fiat_minor bigint NOT NULL,
    provider text NOT NULL,
    provider_ref text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT payments_coins_positive CHECK (coins_minor > 0),
    CONSTRAINT payments_refunded_at_most_paid CHECK (refunded_minor BETWEEN 0 AND coins_minor)
);
CREATE INDEX payments_user_id_idx ON payments (user_id, created_at DESC);

CREATE TABLE payment_refunds (
    payment_id text NOT NULL,
    provider_ref text NOT NULL,
    coins_minor bigint NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (payment_id, provider_ref),
    CONSTRAINT payment_refunds_coins_positive CHECK (coins_minor > 0)
);

CREATE TABLE point_items (
    id text PRIMARY KEY,
    name text NOT NULL,
    price_minor bigint NOT NULL,
    is_active boolean NOT NULL,
    updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT point_items_price_positive CHECK (price_minor > 0)
);

-- Credited views that wait to be shown as one. Rows come and go: see points.merged.
CREATE TABLE view_notices (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journal_id uuid NOT NULL UNIQUE,
    user_id bigint NOT NULL,
    video_id text NOT NULL,
    video_title text NOT NULL,
    minor bigint NOT NULL,
    -- Of the video when it was looked at; 0 when nobody told.
    total_views bigint NOT NULL DEFAULT 0,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
