import { type Call, callerKey } from '@fanfare/kit';
import type { Sql } from './sql.ts';

export interface AuditEntry {
  /** `wallet.grant`, `user.ban`: entity and verb. */
  readonly action: string;
  /** What it was done to: `user:7`. */
  readonly target: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Records an administrator's command. Call it inside the command's transaction: no command without its row. */
export async function recordAudit(tx: Sql, call: Call, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into platform.audit_entries (caller, action, target, reason, details, correlation_id, tenant_id)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      callerKey(call.caller),
      entry.action,
      entry.target,
      entry.reason,
      JSON.stringify(entry.details ?? {}),
      call.correlationId,
      call.caller.tenantId ?? null,
    ],
  );
}
