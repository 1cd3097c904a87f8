-- The catalogue, what was sent out of it, and combos.

CREATE TABLE gifts (
    id bigserial PRIMARY KEY,
    name text NOT NULL,
    price_minor bigint NOT NULL,
    category text NOT NULL,
    rarity text NOT NULL,
    animation_url text,
    thumbnail_url text,
    wealth_xp_multiplier numeric(8, 4) NOT NULL,
    charm_xp_multiplier numeric(8, 4) NOT NULL,
    is_active boolean NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_by text,
    created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT gifts_price_minor_range CHECK (price_minor BETWEEN 1 AND 9007199254740991),
    CONSTRAINT gifts_wealth_xp_multiplier_not_negative CHECK (wealth_xp_multiplier >= 0),
    CONSTRAINT gifts_charm_xp_multiplier_not_negative CHECK (charm_xp_multiplier >= 0)
);

CREATE UNIQUE INDEX gifts_name_key ON gifts (name);

CREATE TABLE sent_gifts (
    id bigserial PRIMARY KEY,
    journal_id uuid NOT NULL,
    client_id text NOT NULL,
    room_id bigint,
    sender_id bigint NOT NULL,
    recipient_ids bigint[],
    gift_id bigint NOT NULL,
    quantity integer NOT NULL,
    price_minor bigint NOT NULL,
    total_cost_minor bigint NOT NULL,
    combo_id text,
    combo_count integer NOT NULL,
    split_version integer NOT NULL,
    sent_at timestamptz(3) NOT NULL,
    -- No foreign key to gifts: the ledger's word is enough, and history can be rebuilt before the catalogue.
    CONSTRAINT sent_gifts_recipient_ids_named CHECK (recipient_ids IS NOT NULL AND cardinality(recipient_ids) BETWEEN 1 AND 50),
    CONSTRAINT sent_gifts_total_cost_minor_exact CHECK (total_cost_minor = price_minor * quantity * cardinality(recipient_ids)),
    CONSTRAINT sent_gifts_combo_count_positive CHECK (combo_count > 0)
);

CREATE UNIQUE INDEX sent_gifts_journal_id_key ON sent_gifts (journal_id);
CREATE INDEX sent_gifts_room_id_idx ON sent_gifts (room_id, id DESC);
CREATE INDEX sent_gifts_sender_id_idx ON sent_gifts (sender_id, id DESC);

CREATE TABLE gift_transactions (
    id bigserial PRIMARY KEY,
    sent_gift_id bigint NOT NULL,
    sender_id bigint NOT NULL,
    recipient_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    room_id bigint,
    quantity integer NOT NULL,
    total_cost_minor bigint NOT NULL,
    recipient_earnings_minor bigint NOT NULL,
    agency_id bigint,
    agency_commission_minor bigint NOT NULL,
    sent_at timestamptz(3) NOT NULL,
    CONSTRAINT gift_transactions_sent_gift_id_fkey FOREIGN KEY (sent_gift_id) REFERENCES sent_gifts (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT gift_transactions_not_to_self CHECK (sender_id <> recipient_id),
    CONSTRAINT gift_transactions_earnings_within_cost CHECK (
        recipient_earnings_minor >= 0 AND agency_commission_minor >= 0
        AND recipient_earnings_minor + agency_commission_minor <= total_cost_minor
    )
);

CREATE INDEX gift_transactions_recipient_id_idx ON gift_transactions (recipient_id, sent_gift_id DESC);
CREATE INDEX gift_transactions_sent_gift_id_idx ON gift_transactions (sent_gift_id);

CREATE TABLE user_totals (
    user_id bigint PRIMARY KEY,
    spent_minor bigint NOT NULL,
    received_minor bigint NOT NULL,
    CONSTRAINT user_totals_not_negative CHECK (spent_minor >= 0 AND received_minor >= 0)
) WITH (fillfactor = 80);

CREATE TABLE gift_feeds (
    entity text PRIMARY KEY,
    version bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE combos (
    sender_id bigint NOT NULL,
    combo_key text NOT NULL,
    count integer NOT NULL,
    last_at timestamptz(3) NOT NULL,
    PRIMARY KEY (sender_id, combo_key)
);

CREATE INDEX combos_last_at_idx ON combos (last_at);
