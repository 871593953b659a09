import { readFileSync } from "node:fs";
import { queries } from "@huimin/database";
import { type GeneratedAlways, sql } from "kysely";
import type { Pool } from "pg";

/** One look at personal data in clear. */
export interface Access {
  readonly actor: string;
  readonly role: string;
  readonly subjectKind: "household" | "search";
  /** Household number; never a name or an ID number. */
  readonly subject: string;
  readonly fields: readonly string[];
  readonly reason: string;
  readonly correlation: string;
}

export interface RecordedAccess extends Access {
  readonly id: number;
  readonly at: string;
}

export interface AccessLog {
  /** Stored before the data is shown: who can't be logged sees nothing. */
  record(district: string, access: Access): Promise<void>;
  /** Newest first, before the given id. */
  list(
    district: string,
    filter: { readonly subject?: string | undefined; readonly before?: number | undefined; readonly limit: number },
  ): Promise<RecordedAccess[]>;
}

interface Tables {
  access_log: {
    district: string;
    /** bigint: text on the way out. */
    id: GeneratedAlways<string>;
    at: GeneratedAlways<Date>;
    actor: string;
    role: string;
    subject_kind: Access["subjectKind"];
    subject: string;
    fields: readonly string[];
    reason: string;
    correlation: string;
  };
}

/** Milliseconds and offset of Shanghai: `2018-05-10T09:30:00.000+08:00`. */
const shanghaiTime = sql<string>`to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"')`;

export function createAccessLog(pool: Pool): AccessLog {
  const db = queries<Tables>(pool);
  return {
    async record(district, { subjectKind, actor, role, subject, fields, reason, correlation }) {
      await db
        .insertInto("access_log")
        .values({ district, actor, role, subject_kind: subjectKind, subject, fields, reason, correlation })
        .execute();
    },
    async list(district, { subject, before, limit }) {
      let lines = db
        .selectFrom("access_log")
        .select((eb) => [eb.cast<number>("id", "integer").as("id"), shanghaiTime.as("at"), "actor", "role"])
        .select(["subject_kind as subjectKind", "subject", "fields", "reason", "correlation"])
        .where("district", "=", district);
      if (subject !== undefined) lines = lines.where("subject", "=", subject);
      if (before !== undefined) lines = lines.where("id", "<", String(before));
      // The table's own id, not the answer's: its index gives the order.
      return lines.orderBy("access_log.id", "desc").limit(limit).execute();
    },
  };
}

/** Tables of this service. */
export const registryMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-access-log"].map((name) => ({
  name: `registry/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
