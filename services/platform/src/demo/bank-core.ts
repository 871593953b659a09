/**
 * The core system of a demo bank: it keeps its own balances and computes its own interest with whole numbers, apart
 * from the product's engine. What it posts over HTTP is therefore a check of ours to the fen.
 */
export interface CoreLoan {
  readonly loan: string;
  /** ten-thousandths of a percent a year: 4.75 % is 47,500 */
  readonly rate: bigint;
  readonly due: string;
  /** principal changes by date, fen: drawings positive, repayments negative */
  readonly movements: { readonly on: string; readonly fen: bigint }[];
  /** parts repaid early, whose interest from `from` to `on` was settled with them */
  readonly prepaid: { readonly from: string; readonly on: string; readonly fen: bigint }[];
  settledTo: string;
  /** interest that was paid and is no longer owed, after a correction: taken off the next payment */
  credit: bigint;
}

const DAYS_OF_A_YEAR = 360n;

const dayNumber = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
const days = (from: string, toExcl: string): bigint => BigInt(dayNumber(toExcl) - dayNumber(from));

/** 积数 × rate / 360, rounded half up once to the fen. */
export function interestFen(fenDays: bigint, rate: bigint): bigint {
  const divisor = DAYS_OF_A_YEAR * 1_000_000n;
  return (2n * fenDays * rate + divisor) / (2n * divisor);
}

const balanceOf = ({ movements }: CoreLoan, on: string): bigint =>
  movements.reduce((sum, movement) => (movement.on <= on ? sum + movement.fen : sum), 0n);

export class BankCore {
  readonly loans = new Map<string, CoreLoan>();

  open(loan: string, on: string, due: string, rate: bigint, fen: bigint): void {
    this.loans.set(loan, { loan, rate, due, movements: [{ on, fen }], prepaid: [], settledTo: on, credit: 0n });
  }

  #loan(loan: string): CoreLoan {
    const found = this.loans.get(loan);
    if (!found) throw new Error(`the bank does not know loan ${loan}`);
    return found;
  }

  draw(loan: string, on: string, fen: bigint): void {
    this.#loan(loan).movements.push({ on, fen });
  }

  repay(loan: string, on: string, fen: bigint): void {
    this.#loan(loan).movements.push({ on, fen: -fen });
  }

  balance(loan: string, on: string): bigint {
    return balanceOf(this.#loan(loan), on);
  }

  /** 利随本清: the interest of the part from the last settlement to `on`. */
  prepay(loan: string, on: string, fen: bigint): { readonly interestFrom: string; readonly interest: bigint } {
    const found = this.#loan(loan);
    const interestFrom = found.settledTo;
    found.movements.push({ on, fen: -fen });
    found.prepaid.push({ from: interestFrom, on, fen });
    return { interestFrom, interest: interestFen(fen * days(interestFrom, on), found.rate) };
  }

  /** Interest of what is open, at the contract rate, for [from, toExcl): what a compensation claims after the due date. */
  interest(loan: string, from: string, toExcl: string): bigint {
    return interestFen(this.balance(loan, from) * days(from, toExcl), this.#loan(loan).rate);
  }

  /** 罚息 at one and a half times the rate on what is open, for [from, toExcl). */
  penalty(loan: string, from: string, toExcl: string): bigint {
    return interestFen(this.balance(loan, from) * days(from, toExcl), (this.#loan(loan).rate * 3n) / 2n);
  }

  /** What a settled and paid period should have been, now that a repayment is known; the difference is kept as a credit. */
  correct(loan: string, from: string, toExcl: string, movementKnownLate: bigint): bigint {
    const found = this.#loan(loan);
    const right = interestFen(this.#products(found, from, toExcl), found.rate);
    const late = found.movements.at(-1);
    const before = interestFen(
      this.#products({ ...found, movements: found.movements.filter((movement) => movement !== late) }, from, toExcl),
      found.rate,
    );
    if (late?.fen !== -movementKnownLate) throw new Error("the late movement is not the last one");
    found.credit += before - right;
    return right;
  }

  /** What is paid for settled interest: less what was paid too much before. */
  payable(loan: string, interest: bigint): bigint {
    const found = this.#loan(loan);
    const used = found.credit < interest ? found.credit : interest;
    found.credit -= used;
    return interest - used;
  }

  /** 结息 for [last settlement, toExcl); undefined when nothing bore interest. */
  settle(loan: string, toExcl: string): { readonly from: string; readonly toExcl: string; readonly interest: bigint } | undefined {
    const found = this.#loan(loan);
    const from = found.settledTo;
    if (toExcl <= from) return undefined;
    found.settledTo = toExcl;
    const interest = interestFen(this.#products(found, from, toExcl), found.rate);
    return interest === 0n ? undefined : { from, toExcl, interest };
  }

  #products(found: CoreLoan, from: string, toExcl: string): bigint {
    const cuts = [from, toExcl, ...found.movements.map((movement) => movement.on)].filter((date) => date >= from && date <= toExcl);
    const dates = [...new Set(cuts)].sort();
    let products = 0n;
    for (let i = 0; i + 1 < dates.length; i++) {
      const [start, end] = [dates[i] as string, dates[i + 1] as string];
      const early = found.prepaid.reduce((sum, part) => (part.from <= start && start < part.on ? sum + part.fen : sum), 0n);
      products += (balanceOf(found, start) - early) * days(start, end);
    }
    return products;
  }
}
