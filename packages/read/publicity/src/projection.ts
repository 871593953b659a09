import type { DividendPayload } from "@huimin/dividend/events";
import type { Projection } from "@huimin/projector";
import type { Pool } from "pg";

export const PUBLICITY_SCHEMA = "publicity";

const insert = (schema: string): string => `
INSERT INTO ${schema}.board (district, content_hash, pool, year, draft, village, posted, position)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::text[], $7::bigint[], $8::bigint[])
ON CONFLICT DO NOTHING`;
const COLUMNS = 7;

/** Sheets that were made, by the hash of what they say. What became of their list is read from the pool's own stream. */
export const publicityProjection: Projection = {
  name: PUBLICITY_SCHEMA,
  version: 1,
  handles: new Set(["PublicityBoardsMade"]),
  tables: (schema) => `
CREATE TABLE ${schema}.board (
  district text NOT NULL,
  content_hash text COLLATE "C" NOT NULL,
  pool text NOT NULL,
  year integer NOT NULL,
  draft integer NOT NULL,
  village text NOT NULL,
  posted bigint NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (district, content_hash)
);
`,
  indexes: () => "",
  open: (schema) => ({
    async apply(batch, { client, district }) {
      const made = batch.flatMap(({ type, payload, position }) => {
        if (type !== "PublicityBoardsMade") return [];
        const { pool, year, draft, posted, boards } = payload as DividendPayload<"PublicityBoardsMade">;
        return boards.map(({ village, contentHash }) => [contentHash, pool, year, draft, village, posted, position]);
      });
      if (made.length === 0) return undefined;
      await client.query(insert(schema), [district, ...Array.from({ length: COLUMNS }, (_, column) => made.map((row) => row[column]))]);
      return undefined;
    },
  }),
};

/** Where a sheet belongs. */
export interface FoundBoard {
  readonly pool: string;
  readonly year: number;
  readonly draft: number;
  readonly village: string;
  readonly posted: number;
}

/** Hex digits of a sheet's hash that its web address has: too many to be guessed, few enough for a code on a board. */
export const ADDRESS_DIGITS = 32;

const FIND = `SELECT pool, year, draft, village, posted FROM publicity.board
WHERE district = $1 AND content_hash COLLATE "C" >= $2 AND content_hash COLLATE "C" < ($2 || 'g') LIMIT 1`;

/** The sheet of a web address. */
export async function findBoard(pool: Pick<Pool, "query">, district: string, digits: string): Promise<FoundBoard | undefined> {
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  const { rows } = await pool.query<FoundBoard & { posted: string }>(FIND, [district, digits]);
  return rows[0] && { ...rows[0], posted: Number(rows[0].posted) };
}
