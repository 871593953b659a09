import type { DeskDay } from "@huimin/reconciliation-view";
import { accountDay, accountSource } from "@huimin/service-reconciliation";
import { interestFen } from "./bank-core.ts";
import type { Cast } from "./cast.ts";
import { addDays, CNY, yuan } from "./figures.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";
import { settled } from "./world.ts";

/*
 * 银行对账 for December 2020: the lead bank's statements of the risk fund's special account (1002.02), made from the bank's own
 * lines, against the books. One difference is planted: the bank takes a fee that a sealed account does not bear. It is
 * explained, the bank gives it back, the two lines are matched, and every day is closed.
 */

const ACCOUNT = "1002.02";
const BANK = "K1";
export const DESK = `${ACCOUNT}-${BANK}`;
const NUMBER = "41050100000001002";
const FROM = "2020-12-01";
/** November is closed by then: what binds an account does not reach back into it. */
const BOUND_ON = "2020-12-11";
/** 0.35 % a year on the days of the quarter. */
const INTEREST = { on: "2020-12-21", rate: 3_500n, days: 91n } as const;
const FEE = { on: "2020-12-28", fen: 2_500n, returnedOn: "2020-12-30" } as const;
/** Days with lines: the bank sends no statement of a day without one. */
const DAYS = [INTEREST.on, FEE.on, FEE.returnedOn] as const;

interface Line {
  readonly on: string;
  readonly serial: string;
  readonly fen: bigint;
}

/** 对账单 of a day as CSV: one row a line, and the balance after it. */
export function statementOf(day: string, opening: bigint, lines: readonly Line[]): { readonly csv: string; readonly closing: bigint } {
  let balance = opening;
  const rows = lines
    .filter(({ on }) => on === day)
    .map(({ serial, fen }) => {
      balance += fen;
      const [out, into] = fen < 0n ? [yuan(-fen), ""] : ["", yuan(fen)];
      return [NUMBER, day, serial, out, into, yuan(balance)].join(",");
    });
  return { csv: `${["账号,入账日期,流水号,借方金额,贷方金额,余额", ...rows].join("\r\n")}\r\n`, closing: balance };
}

/** What the summary says of it. */
export interface AccountFigures {
  readonly desk: string;
  readonly daysClosed: number;
  readonly found: number;
  readonly explained: number;
  readonly resolved: number;
  readonly open: number;
}

export class AccountStory {
  readonly #cast: Cast;
  readonly #lines: Line[] = [];
  readonly #found = new Set<string>();
  #balance = 0n;
  #closed = 0;
  #explained = 0;
  #resolved = 0;

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  moments(): Moment[] {
    const at = (on: string, order: number, what: string, run: () => Promise<void>): Moment => ({ on, order, what, run });
    return [
      at(BOUND_ON, EVENING, "专户绑定", () => this.#bind()),
      at(INTEREST.on, NOON, "补偿金利息", () => this.#interest()),
      at(FEE.on, NOON, "账户管理费", async () => this.#enter(FEE.on, -FEE.fen)),
      at(FEE.returnedOn, NOON, "账户管理费退回", async () => this.#enter(FEE.returnedOn, FEE.fen)),
      ...DAYS.map((day) => at(addDays(day, 1), MORNING, `银行对账单 ${day}`, () => this.#statement(day))),
      at(addDays(FEE.on, 1), NOON, "差异说明", () => this.#explain()),
      at(addDays(FEE.returnedOn, 1), NOON, "差异消除", () => this.#resolve()),
      ...DAYS.map((day) => at(addDays(day, 1), EVENING, `银行日结 ${day}`, () => this.#close(day))),
    ];
  }

  async figures(): Promise<AccountFigures> {
    const { differences } = await this.#day(FEE.returnedOn);
    const counts = { found: this.#found.size, explained: this.#explained, resolved: this.#resolved };
    return { desk: DESK, daysClosed: this.#closed, ...counts, open: differences.length };
  }

  /** The office binds the account with the balance that the bank confirmed. */
  async #bind(): Promise<void> {
    const { platform, office } = this.#cast;
    await settled(platform);
    const { district, books } = platform;
    const { net } = await books.balance({ district, account: ACCOUNT, dims: { bank: BANK }, asOf: addDays(FROM, -1) });
    this.#balance = net;
    const binding = { account: ACCOUNT, bank: BANK, number: NUMBER, from: FROM, openingBalance: yuan(net) };
    await office.give("BindFundAccount", binding, "FIN-R");
  }

  #enter(on: string, fen: bigint, serial = this.#cast.lead.serial()): void {
    this.#lines.push({ on, serial, fen });
  }

  async #interest(): Promise<void> {
    const { lead } = this.#cast;
    const serial = lead.serial();
    const fen = interestFen(this.#balance * INTEREST.days, INTEREST.rate);
    this.#enter(INTEREST.on, fen, serial);
    await lead.post("risk-fund-interest", { ...CNY, bank: BANK, amount: yuan(fen), serial, valueDate: INTEREST.on });
  }

  async #statement(day: string): Promise<void> {
    const { csv, closing } = statementOf(day, this.#balance, this.#lines);
    await this.#cast.lead.file("statement", csv);
    this.#balance = closing;
    for (const { id } of (await this.#day(day)).differences) this.#found.add(id);
  }

  async #day(day: string): Promise<DeskDay> {
    const { platform } = this.#cast;
    await settled(platform);
    const { pool, books, portfolio, store, district } = platform;
    const sources = { db: pool, books, portfolio, store, district };
    return accountDay(sources, accountSource(sources, DESK), day);
  }

  async #explain(): Promise<void> {
    const { differences } = await this.#day(FEE.on);
    const items = differences.map(({ id }) => id);
    const body = { desk: DESK, items, reason: "bank-fee", note: "专户免收账户管理费，已请银行退回", clearBy: "2021-01-08" };
    await this.#cast.office.give("ExplainDifference", body, "FIN-M");
    this.#explained += items.length;
  }

  async #resolve(): Promise<void> {
    const { differences } = await this.#day(FEE.returnedOn);
    const of = (fen: bigint): string[] => differences.filter(({ amount }) => amount === fen).map(({ id }) => id);
    const body = { desk: DESK, items: of(-FEE.fen), by: of(FEE.fen), note: "银行退回多收的账户管理费" };
    await this.#cast.office.give("ResolveDifference", body, "FIN-M");
    this.#resolved += body.items.length + body.by.length;
  }

  async #close(day: string): Promise<void> {
    await settled(this.#cast.platform);
    await this.#cast.office.give("CloseBankDay", { account: ACCOUNT, bank: BANK, day }, "FIN-R");
    this.#closed += 1;
  }
}
