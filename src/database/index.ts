export { sql } from 'kysely';
export type { ColumnType, Generated, Insertable, Selectable, Updateable } from 'kysely';
export {
  brokenForeignKey,
  brokenUniqueConstraint,
  openDatabase,
  tables,
  transact,
  unavailable,
  type Database,
  type DatabaseOptions,
  type JsonColumn,
  type Reader,
  type Transaction,
} from './connection.ts';
export { migrate, type Migration } from './migrate.ts';
