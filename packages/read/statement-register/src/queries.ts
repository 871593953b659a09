import type { Fen } from "@huimin/money";
import type { NoticeIssued, NoticeKind } from "@huimin/notice/events";
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

/** A notice or certificate as it was issued. */
export interface RegisteredNotice {
  readonly position: number;
  readonly kind: NoticeKind;
  /** Number of the household, loan or donor; `honour` for the roll. */
  readonly subject: string;
  /** 0 where its kind is not of a year. */
  readonly year: number;
  readonly number: string;
  readonly title: string;
  readonly issuedOn: string;
  /** Day of the cut-off, in China. */
  readonly cutoffOn: string;
  readonly contentHash: string;
  readonly shown: NoticeIssued["shown"];
  /** 作废 */
  readonly revokedOn?: string;
}

export interface NoticeRegister {
  /** Notices whose content hash begins with these hex digits, oldest first; at most {@link MATCHES_MAX}. */
  noticesByCode(district: string, prefix: string): Promise<RegisteredNotice[]>;
  /** What one subject was told in notices of one kind (and year), in the order of issue. */
  noticesOf(district: string, of: Pick<RegisteredNotice, "kind" | "subject" | "year">): Promise<RegisteredNotice[]>;
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

const NOTICE_COLUMNS =
  'position, kind, subject, year, number, title, issued_on::text AS "issuedOn", (cutoff AT TIME ZONE \'Asia/Shanghai\')::date::text AS "cutoffOn", content_hash AS "contentHash", shown, revoked_on::text AS "revokedOn"';
const FROM_NOTICES = "FROM statement_register.notice WHERE district = $1";
const NOTICES_BY_CODE = `SELECT ${NOTICE_COLUMNS} ${FROM_NOTICES} AND content_hash ~>=~ $2 AND content_hash ~<~ ($2 || 'g') ORDER BY position LIMIT ${MATCHES_MAX}`;
const NOTICES_OF = `SELECT ${NOTICE_COLUMNS} ${FROM_NOTICES} AND kind = $2 AND subject = $3 AND year = $4 ORDER BY position`;

type NoticeRow = Omit<RegisteredNotice, "position" | "revokedOn"> & { readonly position: string; readonly revokedOn: string | null };

export function createNoticeRegister(pool: Pick<Pool, "query">): NoticeRegister {
  const ask = async (sql: string, values: readonly unknown[]): Promise<RegisteredNotice[]> =>
    (await pool.query<NoticeRow>(sql, [...values])).rows.map(({ position, revokedOn, ...row }) => ({
      ...row,
      position: Number(position),
      ...(revokedOn === null ? {} : { revokedOn }),
    }));
  return {
    async noticesByCode(district, prefix) {
      const digits = prefix.toLowerCase();
      return HEX.test(digits) ? ask(NOTICES_BY_CODE, [district, digits]) : [];
    },
    noticesOf: (district, { kind, subject, year }) => ask(NOTICES_OF, [district, kind, subject, year]),
  };
}

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
