import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate, startEmbedded } from "@huimin/database";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { type Projection, projectionMigrations } from "@huimin/projector";
import { Pool } from "pg";

/*
 * A district's history for the benches of the read side: many own loans through the same quarters, each quarter with
 * interest settled and paid, subsidy accrued and paid, and a part repaid. Loans take turns inside a quarter, as in a
 * bank's settlement run, so neighbouring events seldom touch the same balance: the dear case.
 */

export const BENCH_DISTRICT = "410803";
/** Events of a loan in a quarter after the first. */
export const EVENTS_PER_QUARTER = 5;

export interface HistorySize {
  readonly loans: number;
  readonly quarters: number;
}

export const eventsOf = ({ loans, quarters }: HistorySize): number => loans * (1 + quarters * EVENTS_PER_QUARTER);

interface Write {
  readonly stream: string;
  readonly event: NewEvent;
}

const dayOf = (quarter: number): string => `${2017 + Math.floor(quarter / 4)}-${String((quarter % 4) * 3 + 3).padStart(2, "0")}-21`;

let sequence = 0;

function eventOf(type: string, valueDate: string, payload: unknown): NewEvent {
  sequence += 1;
  const id = sequence.toString(16).padStart(12, "0");
  return {
    eventId: `01900000-0000-7000-8000-${id}`,
    type,
    schemaVersion: 1,
    valueDate,
    recordedAt: `${valueDate}T08:00:00.000+08:00`,
    period: valueDate.slice(0, 7),
    actor: "bank:K1",
    role: "BANK",
    channel: "bank-api",
    commandId: `01900000-0000-7000-9000-${id}`,
    correlationId: `01900000-0000-7000-9000-${id}`,
    payload,
  };
}

/** The events in order of recording. Nothing is held: any length costs the same memory. */
export function* history({ loans, quarters }: HistorySize): Generator<Write> {
  const parties = (n: number) => ({
    loan: `L${n}`,
    household: householdOf(n),
    bank: n % 3 === 0 ? "K2" : "K1",
    village: `4108030102${String(n % 13).padStart(2, "0")}`,
  });
  for (let n = 1; n <= loans; n++) {
    const opened = {
      ...parties(n),
      ...{ amount: "50000.00", annualRate: "4.75", yearBase: 360, contractDate: "2017-03-21", due: "2020-03-21" },
      ...{ method: "interest-only-then-bullet", creditGroup: householdOf(n), borrower: `p${n}`, serial: `D${n}`, penaltySurcharge: "50" },
    };
    yield { stream: `loan/L${n}`, event: eventOf("LoanDisbursed", dayOf(0), opened) };
  }
  for (let quarter = 1; quarter <= quarters; quarter++) {
    const [from, on] = [dayOf(quarter - 1), dayOf(quarter)];
    const claim = `${on.slice(0, 4)}Q${Math.ceil(Number(on.slice(5, 7)) / 3)}`;
    for (let n = 1; n <= loans; n++) {
      const subject = parties(n);
      const subsidised = { ...subject, model: 3, payee: subject.household };
      const amount = `${550 + (n % 50)}.${String((n + quarter) % 100).padStart(2, "0")}`;
      const settlement = { from, toExcl: on, interest: amount, subsidy: amount };
      const loan = `loan/L${n}`;
      const subsidy = `subsidy/L${n}`;
      yield {
        stream: loan,
        event: eventOf("InterestSettled", on, { ...subject, from, toExcl: on, days: 91, kind: "normal", amount, bearer: "household" }),
      };
      yield { stream: loan, event: eventOf("InterestPaid", on, { ...subject, amount, payer: "household", serial: `I${n}-${quarter}` }) };
      yield { stream: subsidy, event: eventOf("SubsidyAccrued", on, { ...subsidised, claim, settlements: [settlement], amount }) };
      yield { stream: subsidy, event: eventOf("SubsidyPaid", on, { ...subsidised, amount }) };
      const repayment = { ...subject, principal: "500.00", interest: "0.00", penalty: "0.00", serial: `R${n}-${quarter}` };
      yield { stream: loan, event: eventOf("RepaymentReceived", on, repayment) };
    }
  }
}

export const householdOf = (n: number): string => `410803010207-${String(n).padStart(6, "0")}`;

const REQUEST_EVENTS = 200;
const REQUESTS_IN_FLIGHT = 16;

/** Appends a history to the log, in order, in big requests. */
export async function fillLog(store: EventStore, writes: Iterable<Write>): Promise<number> {
  let events = 0;
  let group: Write[] = [];
  let flying: Promise<unknown>[] = [];
  const send = (): void => {
    const byStream = Map.groupBy(group, (write) => write.stream);
    const request = [...byStream].map(([stream, list]) => ({
      stream,
      expect: { kind: "any" as const },
      events: list.map((write) => write.event),
    }));
    flying.push(store.append(BENCH_DISTRICT, { writes: request, asserts: [], keys: [], answer: null }));
    group = [];
  };
  for (const write of writes) {
    group.push(write);
    events += 1;
    if (group.length === REQUEST_EVENTS) send();
    if (flying.length === REQUESTS_IN_FLIGHT) {
      await Promise.all(flying);
      flying = [];
    }
  }
  if (group.length > 0) send();
  await Promise.all(flying);
  return events;
}

/** A server with an empty log and read models, gone after the work. */
export async function withReadServer<T>(
  projections: readonly Projection[],
  work: (context: { pool: Pool; store: EventStore }) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(path.join(tmpdir(), "huimin-bench-"));
  if (process.getuid?.() === 0) await chmod(home, 0o755); // the server then runs as another user
  const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: false });
  const pool = new Pool({ connectionString: server.url("postgres"), max: 8 });
  pool.on("error", () => undefined);
  try {
    const client = await pool.connect();
    await migrate(client, [...eventStoreMigrations, ...projectionMigrations(projections)]);
    client.release();
    const store = createPostgresStore({ connectionString: server.url("postgres") });
    const result = await work({ pool, store });
    await store.close();
    return result;
  } finally {
    await pool.end();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Highest resident memory of this process while `work` runs, in MB, sampled. */
export async function peakMemory<T>(work: () => Promise<T>): Promise<{ result: T; peakMb: number }> {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  try {
    const result = await work();
    return { result, peakMb: Math.round(peak / 2 ** 20) };
  } finally {
    clearInterval(timer);
  }
}
