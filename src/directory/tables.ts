import { tables, type JsonColumn, type Reader, type Selectable } from '../database/index.ts';
import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';

interface UserTable {
  organization_id: Id;
  id: Id;
  email: string;
  name: string | null;
  managed_apple_id: string | null;
  tags: string[];
  language: string | null;
  metadata: JsonColumn<JsonObject>;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface SegmentTreeTable {
  organization_id: Id;
  last_id: number;
}

interface SegmentTable {
  organization_id: Id;
  id: number;
  parent_id: number | null;
  name: string;
  icon: string | null;
  color: string | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface GroupTable {
  organization_id: Id;
  id: Id;
  display_name: string;
  description: string | null;
  mail_nickname: string;
  mail_enabled: boolean;
  security_enabled: boolean;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface GroupUserTable {
  organization_id: Id;
  group_id: Id;
  user_id: Id;
}

interface DirectoryTables {
  directory_user: UserTable;
  directory_segment_tree: SegmentTreeTable;
  directory_segment: SegmentTable;
  directory_group: GroupTable;
  directory_group_user: GroupUserTable;
}

export type UserRow = Selectable<UserTable>;
export type SegmentRow = Selectable<SegmentTable>;
export type GroupRow = Selectable<GroupTable>;

export function directoryTables(reader: Reader) {
  return tables<DirectoryTables>(reader);
}
