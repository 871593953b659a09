import type { Fen } from "@huimin/money";
import type { Pool } from "pg";

/** A statement or supplement as it was issued. */
export interface RegisteredStatement {
  readonly position: number;
  readonly household: string;
  readonly year: number;
  readonly supplement: number;
  readonly number: string;
  readonly issuedOn: string;
  readonly contentHash: string;
  /** 应发合计 */
  readonly entitled: Fen;
  /** 实发合计 */
  readonly paid: Fen;
}

export interface StatementRegister {
  /** Statements whose content hash begins with these hex digits, oldest first; at most {@link MATCHES_MAX}. */
  byCode(district: string, prefix: string): Promise<RegisteredStatement[]>;
  byHash(district: string, hash: string): Promise<RegisteredStatement | undefined>;
  /** The statement of a year and its supplements, in the order of issue. */
  ofHousehold(district: string, household: string, year: number): Promise<RegisteredStatement[]>;
  /** The last statement of every household of a year, by household. */
  ofYear(district: string, year: number): Promise<ReadonlyMap<string, RegisteredStatement>>;
}

/** Eight hex digits shared by this many statements will not happen in this world's districts; the list stays bounded. */
const MATCHES_MAX = 20;
const HEX = /^[0-9a-f]{8,64}$/;

const COLUMNS =
  'position, household, year, supplement, number, issued_on::text AS "issuedOn", content_hash AS "contentHash", entitled, paid';
const FROM = "FROM statement_register.statement WHERE district = $1";
/** `g` stands after every hex digit: the prefix is a range of the index in byte order. */
const BY_CODE = `SELECT ${COLUMNS} ${FROM} AND content_hash ~>=~ $2 AND content_hash ~<~ ($2 || 'g') ORDER BY position LIMIT ${MATCHES_MAX}`;
const OF_HOUSEHOLD = `SELECT ${COLUMNS} ${FROM} AND household = $2 AND year = $3 ORDER BY supplement`;
const OF_YEAR = `SELECT DISTINCT ON (household) ${COLUMNS} ${FROM} AND year = $2 ORDER BY household, supplement DESC`;

type Row = Omit<RegisteredStatement, "position" | "entitled" | "paid"> & {
  readonly position: string;
  readonly entitled: string;
  readonly paid: string;
};
const read = (row: Row): RegisteredStatement => ({
  ...row,
  position: Number(row.position),
  entitled: BigInt(row.entitled),
  paid: BigInt(row.paid),
});

export function createStatementRegister(pool: Pick<Pool, "query">): StatementRegister {
  const ask = async (sql: string, values: readonly unknown[]): Promise<RegisteredStatement[]> =>
    (await pool.query<Row>(sql, [...values])).rows.map(read);
  const byCode = async (district: string, prefix: string): Promise<RegisteredStatement[]> => {
    const digits = prefix.toLowerCase();
    return HEX.test(digits) ? ask(BY_CODE, [district, digits]) : [];
  };
  return {
    byCode,
    byHash: async (district, hash) => (hash.length === 64 ? (await byCode(district, hash))[0] : undefined),
    ofHousehold: (district, household, year) => ask(OF_HOUSEHOLD, [district, household, year]),
    ofYear: async (district, year) => new Map((await ask(OF_YEAR, [district, year])).map((one) => [one.household, one])),
  };
}
