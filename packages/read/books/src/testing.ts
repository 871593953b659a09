import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { LoanEventType, LoanPayload } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import type { SubsidyEventType, SubsidyPayload } from "@huimin/subsidy/events";

/*
 * Facts as stored events, for specs and benches: what the write side would have recorded. No rule of the field is
 * checked here.
 */

type Recorded = { readonly on: string; readonly at?: string; readonly period?: string };

/** A log under construction; positions and stream versions as a store would hand them out. */
export class FactLog {
  readonly district: string;
  readonly events: StoredEvent[] = [];
  readonly #versions = new Map<string, number>();

  constructor(district = "410803") {
    this.district = district;
  }

  /** Records an event with value date `on`, at `at` (default: nine o'clock of that day). */
  record(type: string, stream: string, payload: unknown, { on, at, period }: Recorded): StoredEvent {
    const position = this.events.length + 1;
    const streamVersion = (this.#versions.get(stream) ?? 0) + 1;
    this.#versions.set(stream, streamVersion);
    const recordedAt = at ?? `${on}T09:00:00.000+08:00`;
    const event: StoredEvent = {
      district: this.district,
      position,
      eventId: `00000000-0000-7000-8000-${String(position).padStart(12, "0")}`,
      stream,
      streamVersion,
      type,
      schemaVersion: 1,
      valueDate: on,
      recordedAt,
      period: period ?? recordedAt.slice(0, 7),
      actor: "spec",
      role: "BANK",
      channel: "system",
      commandId: `c${position}`,
      correlationId: `c${position}`,
      payload,
    };
    this.events.push(event);
    return event;
  }

  loan<T extends LoanEventType>(type: T, payload: LoanPayload<T> & { loan: string }, when: Recorded): StoredEvent {
    return this.record(type, `loan/${payload.loan}`, payload, when);
  }

  subsidy<T extends SubsidyEventType>(type: T, payload: SubsidyPayload<T>, when: Recorded): StoredEvent {
    const { loan, bank, quarter } = payload as { loan?: string; bank?: string; quarter?: string };
    const stream =
      quarter !== undefined ? `claim/${bank}-${quarter}` : loan !== undefined ? `subsidy/${loan}` : `subsidy-fund/${when.on.slice(0, 4)}`;
    return this.record(type, stream, payload, when);
  }
}

/** A reader over recorded facts; it refuses to append. */
export function readOnlyStore(logs: readonly FactLog[]): EventStore {
  const of = (district: string): readonly StoredEvent[] => logs.find((log) => log.district === district)?.events ?? [];
  const slice = (district: string, stream: string, afterVersion = 0) => {
    const events = of(district).filter((event) => event.stream === stream);
    return { stream, version: events.length, events: events.filter((event) => event.streamVersion > afterVersion) };
  };
  return {
    append: () => Promise.reject(new Error("this log is only read")),
    readStream: async (district, stream, afterVersion) => slice(district, stream, afterVersion),
    readStreams: async (district, wanted) => wanted.map(({ stream, afterVersion }) => slice(district, stream, afterVersion)),
    readAll: async (district, afterPosition, limit, categories) =>
      of(district)
        .slice(afterPosition)
        .filter((event) => !categories || categories.includes(event.stream.split("/")[0] as string))
        .slice(0, limit),
    readPage: async (district, afterPosition, { events: limit }) => {
      const events = of(district).slice(afterPosition, afterPosition + limit);
      return { events, more: events.length === limit };
    },
    head: async (district) => of(district).length,
    findKey: async () => undefined,
    findKeys: async (_district, keys) => keys.map(() => undefined),
    readLeaves: () => Promise.reject(new Error("this log has no leaves")),
    close: async () => undefined,
  };
}

export interface Parties {
  readonly loan: string;
  readonly household: string;
  readonly bank: string;
  readonly village: string;
}

/** Fields that a first drawing carries besides its amount and dates. */
export const terms = (parties: Parties, amount: string, annualRate: string, contractDate: string, due: string) => ({
  ...parties,
  amount,
  annualRate,
  yearBase: 360 as const,
  contractDate,
  due,
  method: "interest-only-then-bullet",
  creditGroup: parties.household,
  borrower: `person-of-${parties.household}`,
  serial: `D-${parties.loan}`,
  penaltySurcharge: "50",
});

/** T2 of domain 8: 50,000 at 4.75 %, prepaid in mid-quarter twice, subsidised in full. Adds 13 events. */
export function prepaidInMidQuarter(
  log = new FactLog(),
  parties: Parties = { loan: "L001", household: "H101", bank: "K1", village: "V1" },
): FactLog {
  const subject = { ...parties, model: 3 };
  const payee = parties.household;
  const settle = (from: string, toExcl: string, days: number, amount: string): void => {
    log.loan("InterestSettled", { ...parties, from, toExcl, days, kind: "normal", amount, bearer: "household" }, { on: toExcl });
    log.loan("InterestPaid", { ...parties, amount, payer: "household" }, { on: toExcl });
  };
  const accrue = (claim: string, on: string, amount: string, settlements: [string, string, string, string?][]): void => {
    const lines = settlements.map(([from, toExcl, interest, prepayment]) => ({
      from,
      toExcl,
      interest,
      subsidy: interest,
      ...(prepayment === undefined ? {} : { prepayment }),
    }));
    log.subsidy("SubsidyAccrued", { ...subject, payee, claim, settlements: lines, amount }, { on });
  };
  log.subsidy("SubsidyFundsAppropriated", { amount: "2000.00", source: "区" }, { on: "2017-03-01" });
  log.loan("LoanDisbursed", terms(parties, "50000.00", "4.75", "2017-03-10", "2020-03-10"), { on: "2017-03-10" });
  settle("2017-03-10", "2017-03-21", 11, "72.57");
  accrue("2017Q1", "2017-03-21", "72.57", [["2017-03-10", "2017-03-21", "72.57"]]);
  log.subsidy("SubsidyPaid", { ...subject, payee, amount: "72.57" }, { on: "2017-04-18" });
  log.loan(
    "LoanPrepaid",
    {
      ...parties,
      principal: "20000.00",
      interestFrom: "2017-03-21",
      interestToExcl: "2017-05-08",
      days: 48,
      interest: "126.67",
      serial: `P1-${parties.loan}`,
    },
    { on: "2017-05-08" },
  );
  settle("2017-03-21", "2017-06-21", 92, "364.17");
  accrue("2017Q2", "2017-06-21", "490.84", [
    ["2017-03-21", "2017-05-08", "126.67", `P1-${parties.loan}`],
    ["2017-03-21", "2017-06-21", "364.17"],
  ]);
  log.subsidy("SubsidyPaid", { ...subject, payee, amount: "490.84" }, { on: "2017-07-18" });
  log.loan(
    "LoanPrepaid",
    {
      ...parties,
      principal: "30000.00",
      interestFrom: "2017-06-21",
      interestToExcl: "2017-08-15",
      days: 55,
      interest: "217.71",
      serial: `P2-${parties.loan}`,
    },
    { on: "2017-08-15" },
  );
  accrue("2017Q3", "2017-09-21", "217.71", [["2017-06-21", "2017-08-15", "217.71", `P2-${parties.loan}`]]);
  return log;
}

/** T4 of domain 8: a subsidy at the wrong rate, found after the year was closed. Ends 17 events later. */
export function wrongRateAfterClose(
  log = new FactLog(),
  parties: Parties = { loan: "L003", household: "H102", bank: "K1", village: "V1" },
): FactLog {
  const subject = { ...parties, model: 3 };
  const payee = parties.household;
  const quarters = [
    ["2017Q1", "2017-01-16", "2017-03-21", "253.33", "232.00"],
    ["2017Q2", "2017-03-21", "2017-06-21", "364.17", "333.50"],
    ["2017Q3", "2017-06-21", "2017-09-21", "364.17", "333.50"],
    ["2017Q4", "2017-09-21", "2017-12-21", "360.21", "329.88"],
    ["2018Q1", "2017-12-21", "2018-01-16", "102.92", "94.25"],
  ] as const;
  log.subsidy("SubsidyFundsAppropriated", { amount: "3000.00", source: "区" }, { on: "2017-01-10" });
  log.loan("LoanDisbursed", terms(parties, "30000.00", "4.35", "2017-01-16", "2018-01-16"), { on: "2017-01-16" });
  for (const [claim, from, toExcl, amount, interest] of quarters) {
    log.subsidy(
      "SubsidyAccrued",
      { ...subject, payee, claim, settlements: [{ from, toExcl, interest, subsidy: amount }], amount, claimedRate: "4.75" },
      { on: toExcl },
    );
    log.subsidy("SubsidyPaid", { ...subject, payee, amount }, { on: toExcl });
  }
  log.record("PeriodClosed", "period/ledger", { period: "2017-12" }, { on: "2018-01-20" });
  const decided = { ...subject, obligor: payee, reason: "wrong-rate" as const, rateWas: "4.75", rateIs: "4.35" };
  const byClaim = (year: string) =>
    quarters
      .filter(([claim]) => claim.startsWith(year))
      .map(([claim, from, toExcl, was, is]) => ({ claim, from, toExcl, was, is, clawback: formatAmount(fen(was) - fen(is)) }));
  const at = "2018-02-06T08:14:00.000+08:00";
  log.subsidy(
    "SubsidyClawbackDecided",
    { ...decided, total: "113.00", priorYears: "113.00", sameYear: "0.00", byClaim: byClaim("2017"), accrualsOf: 2017 },
    { on: "2017-12-20", at },
  );
  log.subsidy(
    "SubsidyClawbackDecided",
    { ...decided, total: "8.67", priorYears: "0.00", sameYear: "8.67", byClaim: byClaim("2018"), accrualsOf: 2018 },
    { on: "2018-01-16", at },
  );
  log.record("PriorYearAdjustmentTransferred", "period/ledger", { amount: "113.00", fiscalYear: 2018 }, { on: "2018-02-28" });
  log.subsidy("SubsidyClawbackReceived", { ...subject, obligor: payee, amount: "121.67" }, { on: "2018-03-15" });
  return log;
}
