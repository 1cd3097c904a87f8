export { type Clock, fakeClock, systemClock } from './clock.ts';
export {
  type Addresses,
  ConfigError,
  commonFields,
  DEVELOPMENT_ROOM_TOKEN_SECRET,
  type Environment,
  field,
  type Mode,
  modeOf,
  parseEnvironment,
  Secret,
  serverFields,
} from './config.ts';
export {
  AppError,
  commonErrors,
  type ErrorDetails,
  type ErrorEntry,
  type ErrorKind,
  errorCatalogue,
  type FieldErrors,
  invalid,
  KINDS,
  toAppError,
} from './errors.ts';
export { journalIdOf, newId } from './ids.ts';
export { createLogger, type Logger, silentLogger } from './logger.ts';
export { createMetrics } from './metrics.ts';
export { CURRENCIES, type Currency, formatMinor, isCurrency, MAX_MINOR, type Minor, parseMinor } from './money.ts';
export { opsServer } from './ops-server.ts';
export { decodeCursor, encodeCursor, KEY_PARTS } from './parse/cursor.ts';
export { isId, isOpaqueId, MAX_ID, parseId, parseOpaqueId, UUID } from './parse/ids.ts';
export { type Page, type PageRequest, pageOf, parseIdKey, parseLimit, parsePage } from './parse/page.ts';
export { isStorable, parseReason, parseStorable } from './parse/text.ts';
export {
  anonymous,
  Caller,
  CallerKind,
  callerKey,
  hasRole,
  requireInternal,
  requireKnown,
  requireRole,
  requireUser,
  serviceCaller,
  systemCaller,
  userCaller,
} from './rpc/caller.ts';
export { type CallOptions, type RpcClient, rpcClient } from './rpc/client.ts';
export type { Definition } from './rpc/definition.ts';
export { type Call, type Handlers, rpcServer } from './rpc/server.ts';
export { fromStatus, toStatus } from './rpc/status.ts';
export { type TlsFiles, tlsFilesOf } from './rpc/transport.ts';
export { closing, composeService, type Part, runService, type Service } from './service.ts';
export { isUnavailable } from './unavailable.ts';
