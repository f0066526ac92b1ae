export { sql } from 'kysely';
export type { Generated, RawBuilder, Selectable } from 'kysely';
export {
  openDatabase,
  openPool,
  preparing,
  tables,
  type Database,
  type JsonColumn,
  type Pool,
  type Reader,
  type Transaction,
} from './connection.ts';
export { kept, shared } from './kept.ts';
export { contains, listPage, type Listed, type Page } from './list.ts';
export { migrate, type Migration } from './migrate.ts';
export { anyOf, inOrderOf, ofEach, type OwnedId } from './owned.ts';
export { brokenForeignKey, brokenUniqueConstraint, refuseInUse, unavailable } from './sql-errors.ts';
export { enclose, endsTransaction, transact } from './transaction.ts';
