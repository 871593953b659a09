import type { StoredEvent } from "@huimin/event-store";
import type { PoolClient } from "pg";
import { CHART } from "../chart.ts";
import { dimsKey } from "../dimensions.ts";
import { dimsHash, periodNumber } from "../projection.ts";
import { postingOf } from "../rules/index.ts";
import { Finding, type InvariantResult } from "./types.ts";

/** What the rules say of an event, in the words of the table. */
function expectedLines(event: StoredEvent): string[] {
  const { entries, text } = postingOf(event);
  const recorded = String(Date.parse(event.recordedAt));
  return entries.map((entry, index) =>
    [
      index + 1,
      CHART[entry.account].no,
      periodNumber(event.period),
      event.valueDate,
      recorded,
      entry.debit,
      entry.credit,
      dimsHash(dimsKey(entry.dims)).id,
      event.type,
      text,
    ].join("|"),
  );
}

interface Row {
  position: string;
  line: string;
}

/** Each event's lines are those of its rule, and no line is without an event: the journal against the log. */
export class JournalCheck {
  readonly #finding = new Finding(
    "journal-is-the-log",
    "分录与事件一致",
    "The journal holds exactly the lines that the rules give for the log",
  );
  readonly #client: PoolClient;
  readonly #schema: string;
  readonly #district: string;

  constructor(client: PoolClient, schema: string, district: string) {
    this.#client = client;
    this.#schema = schema;
    this.#district = district;
  }

  async see(batch: readonly StoredEvent[], from: number, to: number): Promise<void> {
    const { rows } = await this.#client.query<Row>(
      `SELECT position, concat_ws('|', line_no, account, period, to_char(value_date, 'YYYY-MM-DD'), (extract(epoch FROM recorded_at) * 1000)::bigint, debit, credit, dims, event_type, summary) AS line
       FROM ${this.#schema}.journal_line WHERE district = $1 AND position > $2 AND position <= $3 ORDER BY position, line_no`,
      [this.#district, from, to],
    );
    let next = 0;
    for (const event of batch) {
      this.#finding.checked += 1;
      const stored: string[] = [];
      while (next < rows.length && Number((rows[next] as Row).position) <= event.position) {
        const row = rows[next] as Row;
        if (Number(row.position) === event.position) stored.push(row.line);
        else this.#finding.fail(`position ${row.position}: a line without an event`);
        next += 1;
      }
      if (stored.join("\n") !== expectedLines(event).join("\n"))
        this.#finding.fail(`position ${event.position}: the lines of ${event.type} are not those of its rule`);
    }
    for (; next < rows.length; next++) this.#finding.fail(`position ${(rows[next] as Row).position}: a line without an event`);
  }

  async finish(last: number): Promise<void> {
    const beyond = await this.#client.query<{ n: string }>(
      `SELECT count(*) AS n FROM ${this.#schema}.journal_line WHERE district = $1 AND position > $2`,
      [this.#district, last],
    );
    if (Number(beyond.rows[0]?.n) > 0) this.#finding.fail(`${beyond.rows[0]?.n} lines after position ${last}, the end of the log`);
  }

  result(): InvariantResult {
    return this.#finding.result();
  }
}
