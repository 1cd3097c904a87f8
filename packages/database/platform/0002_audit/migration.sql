-- One row for every command of an administrator or moderator, written in the command's own transaction.
CREATE TABLE platform.audit_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    caller text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    reason text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    correlation_id text NOT NULL,
    tenant_id text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX audit_entries_target_idx ON platform.audit_entries (target, id);
