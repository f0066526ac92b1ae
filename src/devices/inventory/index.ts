export { inventoryOf, saveInventory, type InventoryPart } from './inventory.ts';
export { inventoryMigrations } from './migrations/index.ts';
