/* A district with households, an enterprise and a bank for specs: facts by events, commands run against them. */
import { type CommandContext, SpecificationWorld } from "@huimin/decider";
import {
  dividedStake,
  type Holder,
  type LoanState,
  loanStream,
  loanTimelineFold,
  openPrincipalNow,
  type StakeShare,
  stakesNow,
  withRealignment,
} from "@huimin/loan/events";
import { type Fen, formatAmount } from "@huimin/money";
import type { UnpaidDividends } from "./commands-end.ts";
import { batchFold, batchStream } from "./events.ts";
import { EnrolHousehold, EntrustStakes, ProposeBatch, RecordBatchDisbursement, SignBatchContract } from "./index.ts";

type Body = Readonly<Record<string, unknown>>;
type Sender = Partial<CommandContext>;

export const K1: Sender = { actor: "bank:K1", role: "BANK" };
export const K2: Sender = { actor: "bank:K2", role: "BANK" };
export const FOF: Sender = { actor: "u-fof", role: "FOF" };
export const VIL: Sender = { actor: "u-village", role: "VIL" };
export const ENT: Sender = { actor: "u-enterprise", role: "ENT" };
export const POV: Sender = { actor: "u-pov", role: "POV" };
export const FIN_R: Sender = { actor: "u-checker", role: "FIN-R" };
export const SYS: Sender = { actor: "system", role: "SYS" };

export const CONSENT = "a".repeat(64);

export interface Item {
  readonly loan: string;
  readonly household: string;
  readonly amount: string;
}

/** Three loans of 100,000.00 together: 50,000 / 30,000 / 20,000. */
export const ITEMS: readonly Item[] = [
  { loan: "L1", household: "H1", amount: "50000.00" },
  { loan: "L2", household: "H2", amount: "30000.00" },
  { loan: "L3", household: "H3", amount: "20000.00" },
];
export const SIGNED_ON = "2017-03-01";
export const DUE = "2020-03-01";

export class World extends SpecificationWorld {
  /** What the books say of the batch's dividends. */
  unpaid: UnpaidDividends = [];

  constructor() {
    super(K1);
    this.log.resolvers.set("birthDate", ({ personId }) =>
      personId?.endsWith("young") ? "2010-05-01" : personId?.endsWith("unknown") ? undefined : "1975-05-01",
    );
    this.log.resolvers.set("unpaidDividends", () => this.unpaid);
    for (const household of ["H1", "H2", "H3", "H4"]) this.household(household);
    for (const bank of ["K1", "K2"]) this.fact(`bank/${bank}`, "BankRegistered", "2014-01-01", { bank, name: bank });
    const enterprise = { enterprise: "E1", name: "E1", creditCode: "91410899MA9DEM01XL", roles: ["carrier"] };
    this.fact("enterprise/E1", "EnterpriseRegistered", "2014-01-01", enterprise);
  }

  household(household: string, splitFrom?: string): this {
    const members = ["head", "young", "unknown"].map((who) => ({
      personId: `${household}-${who}`,
      relation: who === "head" ? "head" : "child",
      name: "sealed:n",
      idNumber: "sealed:i",
    }));
    const payload = { household, village: "V1", members, head: `${household}-head`, ...(splitFrom ? { splitFrom } : {}) };
    return this.fact(`household/${household}`, "HouseholdRegistered", "2014-01-01", payload);
  }

  bankrupt(on: string): this {
    return this.fact("enterprise/E1", "EnterpriseBankruptcyFiled", on, { enterprise: "E1", document: "D1" });
  }

  /** R2: the stake of `source` by weights, as the register's split records it. Nothing where it has none. */
  divide(loan: string, on: string, source: string, amount: Fen, parts: readonly (Holder & { readonly weight: string })[]): this {
    if (amount <= 0n) return this;
    const state = this.loan(loan);
    const text = ({ household, village, amount: part }: StakeShare) => ({ household, village, amount: formatAmount(part) });
    const payload = {
      ...state.subject,
      source,
      before: [{ household: source, village: "V1", amount: formatAmount(amount) }],
      after: dividedStake(amount, parts).map(text),
      heads: parts.map(({ household, village, weight }) => ({ household, village, heads: Number(weight) })),
    };
    this.log.record(loanStream(loan), withRealignment(state, loan, [{ type: "StakeDivided", valueDate: on, payload }]));
    return this;
  }

  propose(batch = "B1", valueDate = SIGNED_ON): this {
    this.accept(ProposeBatch, { batch, enterprise: "E1", bank: "K1", cap: "1000000.00", valueDate }, FOF);
    return this;
  }

  enrol(items: readonly Item[] = ITEMS, batch = "B1", valueDate = SIGNED_ON): this {
    for (const { household, amount } of items) this.accept(EnrolHousehold, enrolment(household, amount, { batch, valueDate }), VIL);
    return this;
  }

  /** Proposed, enrolled and signed on one day. */
  signed(items: readonly Item[] = ITEMS, batch = "B1"): this {
    this.propose(batch).enrol(items, batch);
    this.accept(SignBatchContract, contract({ batch, items }));
    return this;
  }

  /** … and drawn and entrusted on the same day. */
  entrusted(items: readonly Item[] = ITEMS, batch = "B1"): this {
    this.signed(items, batch);
    this.accept(RecordBatchDisbursement, { batch, serial: `D-${batch}`, valueDate: SIGNED_ON });
    this.accept(EntrustStakes, { batch, serial: `S-${batch}`, valueDate: SIGNED_ON });
    return this;
  }

  types(stream: string): string[] {
    return this.events(stream).map((event) => event.type);
  }

  loan(loan: string): LoanState {
    return this.events(loanStream(loan)).reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);
  }

  batch(batch = "B1") {
    return this.events(batchStream(batch)).reduce(batchFold.evolve, batchFold.initialState);
  }

  principal(loan: string): string {
    return formatAmount(openPrincipalNow(this.loan(loan)));
  }

  /** Stakes in a loan by household, as booked. */
  stakes(loan: string): Record<string, string> {
    return Object.fromEntries(stakesNow(this.loan(loan)).map(({ household, amount }) => [household, formatAmount(amount)]));
  }
}

export const enrolment = (household: string, amount: string, more: Body = {}): Body => ({
  batch: "B1",
  household,
  amount,
  consentHash: CONSENT,
  signer: `${household}-head`,
  valueDate: SIGNED_ON,
  ...more,
});

export const contract = (more: Body = {}): Body => ({
  batch: "B1",
  valueDate: SIGNED_ON,
  annualRate: "4.75",
  due: DUE,
  repayer: "E1",
  items: ITEMS,
  participationEvidence: true,
  ...more,
});
