import { readFileSync } from "node:fs";
import { queries } from "@huimin/database";
import { type GeneratedAlways, sql } from "kysely";
import type { Pool } from "pg";

/** What was looked at: a household, a search by number, or a list of many households in a file or on paper. */
export type SubjectKind = "household" | "search" | "payout-file" | "publicity" | "statement" | "statements" | "export";

/** One look at personal data in clear. */
export interface Access {
  readonly actor: string;
  readonly role: string;
  readonly subjectKind: SubjectKind;
  /** Household, batch or list by its number; never a name or an ID number. */
  readonly subject: string;
  readonly fields: readonly string[];
  readonly reason: string;
  readonly correlation: string;
  /** Where the data went, for what left the product: a folder, a bank. */
  readonly place?: string | undefined;
  /** Households in a list, so that each of them can be told who had its data. */
  readonly households?: readonly string[] | undefined;
}

export interface RecordedAccess extends Omit<Access, "households" | "place"> {
  readonly id: number;
  readonly at: string;
  readonly place: string | null;
  /** How many households the list had; null for a single look. */
  readonly households: number | null;
}

export interface AccessLog {
  /** Stored before the data is shown: who can't be logged sees nothing. */
  record(district: string, access: Access): Promise<void>;
  /** Newest first, before the given id. `subject`: also lists in which the household is. */
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
    subject_kind: SubjectKind;
    subject: string;
    fields: readonly string[];
    reason: string;
    correlation: string;
    place: string | null;
    households: number | null;
  };
  access_household: { district: string; household: string; access: string };
}

/** Milliseconds and offset of Shanghai: `2018-05-10T09:30:00.000+08:00`. */
const shanghaiTime = sql<string>`to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"')`;

export function createAccessLog(pool: Pool): AccessLog {
  const db = queries<Tables>(pool);
  return {
    async record(district, { subjectKind, actor, role, subject, fields, reason, correlation, place, households }) {
      const line = { district, actor, role, subject_kind: subjectKind, subject, fields, reason, correlation };
      await db.transaction().execute(async (transaction) => {
        const { id } = await transaction
          .insertInto("access_log")
          .values({ ...line, place: place ?? null, households: households?.length ?? null })
          .returning("id")
          .executeTakeFirstOrThrow();
        if (!households || households.length === 0) return;
        await sql`INSERT INTO access_household (district, household, access)
          SELECT ${district}, household, ${id}::bigint FROM unnest(${[...new Set(households)].sort()}::text[]) AS household`.execute(
          transaction,
        );
      });
    },
    async list(district, { subject, before, limit }) {
      let lines = db
        .selectFrom("access_log")
        .select((eb) => [eb.cast<number>("id", "integer").as("id"), shanghaiTime.as("at"), "actor", "role"])
        .select(["subject_kind as subjectKind", "subject", "fields", "reason", "correlation", "place", "households"])
        .where("district", "=", district);
      if (subject !== undefined)
        lines = lines.where((eb) =>
          eb.or([
            eb("subject", "=", subject),
            eb(
              "access_log.id",
              "in",
              eb
                .selectFrom("access_household as h")
                .select("h.access")
                .where("h.district", "=", district)
                .where("h.household", "=", subject),
            ),
          ]),
        );
      if (before !== undefined) lines = lines.where("id", "<", String(before));
      // The table's own id, not the answer's: its index gives the order.
      return lines.orderBy("access_log.id", "desc").limit(limit).execute();
    },
  };
}

/** Years that a line is kept at least: as the records of impact assessments (PIPL Art. 56). */
export const ACCESS_LOG_YEARS_MIN = 3;

/** Removes lines older than `before`; needs the owner's connection. The database refuses what is younger than the minimum. */
export async function expireAccessLog(owner: Pool, district: string, before: string): Promise<number> {
  const { rowCount } = await owner.query("DELETE FROM access_log WHERE district = $1 AND at < $2::timestamptz", [district, before]);
  return rowCount ?? 0;
}

/** Tables of this service. */
export const registryMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-access-log"].map((name) => ({
  name: `registry/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
