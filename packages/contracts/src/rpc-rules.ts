/** What the protos say of an RPC beside its shape; what the words mean is in fanfare/common/v1/options.proto. */
import { rules } from './generated/rules.ts';

/** The least that a caller must be. */
export type Access = 'public' | 'user' | 'moderator' | 'admin' | 'internal';

/** Protobuf's idempotency_level: what is `unknown` must not be sent twice. */
export type Idempotency = 'unknown' | 'no_side_effects' | 'idempotent';

export interface RpcRule {
  readonly access: Access;
  readonly idempotency: Idempotency;
}

/** @throws for a path of which no proto of ours says who may call it: whoever serves or calls that must not start */
export function ruleOf(path: string): RpcRule {
  const rule = rules[path];
  if (rule === undefined) throw new Error(`${path}: its proto does not say who may call it`);
  return rule;
}
