-- The ledger. Every rule the fold keeps is kept here a second time, so that no other writer can break it.

-- Every batch rewrites the busy accounts and the head: free space in the page keeps those updates off the index.
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    kind smallint NOT NULL,
    owner_id bigint NOT NULL,
    currency smallint NOT NULL,
    balance_minor bigint NOT NULL,
    held_minor bigint NOT NULL,
    floor_minor bigint NOT NULL,
    seq bigint NOT NULL,
    frozen boolean NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT accounts_id_computed CHECK (id = ((owner_id << 6) | (kind << 2) | currency)),
    CONSTRAINT accounts_kind_known CHECK (kind BETWEEN 1 AND 4),
    CONSTRAINT accounts_currency_known CHECK (currency BETWEEN 0 AND 2),
    CONSTRAINT accounts_owner_id_range CHECK (owner_id BETWEEN 0 AND 9007199254740991),
    CONSTRAINT accounts_held_not_negative CHECK (held_minor >= 0),
    CONSTRAINT accounts_balance_above_floor CHECK (balance_minor - held_minor >= floor_minor)
) WITH (fillfactor = 70);

CREATE TABLE journals (
    id uuid PRIMARY KEY,
    batch bigint NOT NULL,
    operation text NOT NULL,
    intent text NOT NULL,
    context text NOT NULL,
    reason text NOT NULL,
    user_id bigint NOT NULL,
    coin_minor bigint NOT NULL,
    diamond_minor bigint NOT NULL,
    point_minor bigint NOT NULL,
    account_ids bigint[],
    seqs bigint[],
    tenant_id text,
    posted_at timestamptz(3) NOT NULL,
    CONSTRAINT journals_entry_keys CHECK (
        account_ids IS NOT NULL AND seqs IS NOT NULL
        AND cardinality(account_ids) BETWEEN 1 AND 64 AND cardinality(account_ids) = cardinality(seqs)
    ),
    CONSTRAINT journals_context_size CHECK (octet_length(context) <= 4096)
);

CREATE TABLE entries (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    journal_id uuid NOT NULL,
    minor bigint NOT NULL,
    balance_after_minor bigint NOT NULL,
    action text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (account_id, seq),
    CONSTRAINT entries_minor_range CHECK (minor BETWEEN -9007199254740991 AND 9007199254740991)
);

CREATE TABLE batches (
    number bigint PRIMARY KEY,
    hash bytea NOT NULL,
    journal_ids uuid[],
    CONSTRAINT batches_hash_size CHECK (octet_length(hash) = 32),
    CONSTRAINT batches_not_empty CHECK (journal_ids IS NOT NULL AND cardinality(journal_ids) > 0)
);

CREATE TABLE ledger_head (
    id smallint PRIMARY KEY,
    batch bigint NOT NULL,
    outbox_id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT ledger_head_single CHECK (id = 1)
) WITH (fillfactor = 10);

INSERT INTO ledger_head (id, batch, outbox_id, hash) VALUES (1, 0, 0, decode(repeat('00', 32), 'hex'));

CREATE TABLE refusals (
    journal_id uuid PRIMARY KEY,
    intent text NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    message text NOT NULL,
    details jsonb NOT NULL,
    refused_at timestamptz(3) NOT NULL
);

CREATE INDEX refusals_refused_at_idx ON refusals (refused_at);

-- Ends the statement, and with it the transaction: the commit is already on its way when the writer could look.
CREATE FUNCTION ledger_fail(problem text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: %', problem USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Debits equal credits in every asset of every journal, once per statement over all its rows. A deferred trigger per
-- row would halve the throughput.
CREATE FUNCTION entries_sum_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM inserted GROUP BY journal_id, account_id & 3 HAVING sum(minor) <> 0
    ) THEN
        RAISE EXCEPTION 'entries of a journal do not sum to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_sum_to_zero';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entries_sum_to_zero AFTER INSERT ON entries
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION entries_sum_to_zero();

-- What was posted stays as it was: neither the service's role nor a person with its password can change it unseen.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journals
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER batches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batches
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- An owner has no privileges but those it leaves itself.
REVOKE UPDATE, DELETE, TRUNCATE ON journals, entries, batches FROM CURRENT_USER;
