export { sql } from 'kysely';
export type { Selectable } from 'kysely';
export {
  brokenForeignKey,
  brokenUniqueConstraint,
  openDatabase,
  openPool,
  tables,
  transact,
  unavailable,
  type Database,
  type JsonColumn,
  type Pool,
  type Reader,
  type Transaction,
} from './connection.ts';
export { contains, listPage, type Listed, type Page } from './list.ts';
export { migrate, type Migration } from './migrate.ts';
export { anyOf, inOrderOf, ofEach, type OwnedId } from './owned.ts';
