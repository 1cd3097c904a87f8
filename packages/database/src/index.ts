export { type AuditEntry, recordAudit } from './audit.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { MigrationChanged, migrate } from './migrate.ts';
export { one, type Sql, type SqlResult } from './sql.ts';
