import { tables, type JsonColumn, type Reader } from '../../database/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';

interface InventoryTable {
  organization_id: Id;
  device_id: Id;
  part: string;
  content: JsonColumn<JsonObject>;
  reported_at: Date;
}

interface InventoryTables {
  devices_inventory: InventoryTable;
}

export function inventoryTables(reader: Reader) {
  return tables<InventoryTables>(reader);
}
