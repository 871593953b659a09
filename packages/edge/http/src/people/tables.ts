import type { Role } from "@huimin/decider";
import type { ColumnType, Generated } from "kysely";

/** `people.account` (see migrations.ts): one row per person of a district. */
export interface AccountTable {
  district: string;
  user_id: string;
  login: string;
  display_name: string;
  password_hash: string;
  roles: ColumnType<Role[], readonly Role[], readonly Role[]>;
  administrator: boolean;
  active: Generated<boolean>;
  must_change: boolean;
  /** Wrong passwords in a row. */
  failures: Generated<number>;
  locked_until: Date | null;
  created_at: Date;
}

interface SessionTable {
  district: string;
  /** SHA-256 of the token. */
  token_hash: Buffer;
  user_id: string;
  created_at: Date;
  seen_at: Date;
  expires_at: Date;
}

/** Who changed whose rights; rows are only ever added. */
interface ChangeTable {
  district: string;
  at: Date;
  by_user: string;
  user_id: string;
  what: string;
}

export interface PeopleTables {
  "people.account": AccountTable;
  "people.session": SessionTable;
  "people.change": ChangeTable;
}
