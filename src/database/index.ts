export { sql } from 'kysely';
export type { Selectable } from 'kysely';
export {
  openDatabase,
  openPool,
  tables,
  type Database,
  type JsonColumn,
  type Pool,
  type Reader,
  type Transaction,
} from './connection.ts';
export { contains, listPage, type Listed, type Page } from './list.ts';
export { migrate, type Migration } from './migrate.ts';
export { anyOf, inOrderOf, ofEach, type OwnedId } from './owned.ts';
export { brokenForeignKey, brokenUniqueConstraint, unavailable } from './sql-errors.ts';
export { enclose, endsTransaction, transact } from './transaction.ts';
