import type { RowMessage } from "../recorder.ts";

/*
 * What of a bulk may be booked at the same time. Items keep their order wherever one could depend on another: messages
 * about one loan follow each other; messages about households or enterprises (applications, drawings, accounts) follow
 * each other by household and loan; a message about something larger (a batch, a claim, a fund) waits for all before it, and
 * all after it wait for it. A change from one sort of message to another is such a border too.
 */

export type Sort = "loan" | "party" | "payout" | "alone";

/** Fields that name what a message is about; two that share a value under one of them keep their order. */
const LOAN_FIELDS = ["loan", "newLoan", "topUpOf"] as const;
const PARTY_FIELDS = ["household", "enterprise"] as const;

const named = ({ body }: RowMessage, fields: readonly string[]): string[] =>
  fields.flatMap((field) =>
    typeof body[field] === "string" ? [`${field === "newLoan" || field === "topUpOf" ? "loan" : field} ${body[field]}`] : [],
  );

export function sortOf(row: RowMessage): Sort {
  const { body } = row;
  if (body.batch !== undefined || body.loans !== undefined) return "alone";
  if (typeof body.payoutBatch === "string") return "payout";
  if (named(row, PARTY_FIELDS).length > 0 && body.pool === undefined && body.ref === undefined) return "party";
  return typeof body.loan === "string" ? "loan" : "alone";
}

/** What the message is about; it follows those before it that are about one of the same. */
export const subjectsOf = (row: RowMessage): readonly string[] => named(row, [...LOAN_FIELDS, ...PARTY_FIELDS]);

/** Neighbours of one sort, in their order; an `alone` is a run of itself. */
export function* runsOf(rows: readonly RowMessage[]): Generator<{ readonly sort: Sort; readonly rows: readonly RowMessage[] }> {
  let run: RowMessage[] = [];
  let sort: Sort = "alone";
  for (const row of rows) {
    const own = sortOf(row);
    if (run.length > 0 && (own !== sort || own === "alone")) {
      yield { sort, rows: run };
      run = [];
    }
    sort = own;
    run.push(row);
  }
  if (run.length > 0) yield { sort, rows: run };
}

/**
 * Does the work of each row, at most `atOnce` at a time, those about the same subject one after the other. A fault ends it:
 * nothing new is begun, and it is thrown when what is under way has ended.
 */
export async function inOrder<T>(rows: readonly RowMessage[], atOnce: number, work: (row: RowMessage) => Promise<T>): Promise<T[]> {
  const last = new Map<string, Promise<unknown>>();
  const results: T[] = [];
  const under = new Set<Promise<unknown>>();
  let fault: { readonly error: unknown } | undefined;
  for (const [index, row] of rows.entries()) {
    while (under.size >= atOnce) await Promise.race(under);
    if (fault) break;
    const subjects = subjectsOf(row);
    const before = Promise.all(subjects.flatMap((subject) => last.get(subject) ?? []));
    const done: Promise<void> = before.then(async () => {
      if (fault) return;
      try {
        results[index] = await work(row);
      } catch (error) {
        fault ??= { error };
      }
    });
    for (const subject of subjects) last.set(subject, done);
    const counted = done.then(() => {
      under.delete(counted);
    });
    under.add(counted);
  }
  await Promise.all(under);
  if (fault) throw fault.error;
  return results;
}
