import type { IsoDate } from "@huimin/calendar";
import { type Fen, minFen } from "@huimin/money";
import type { LoanPayment } from "../state.ts";
import type { Component } from "../terms.ts";
import { type BookedRow, openPart } from "./book.ts";

/** The money of one payment while it is being allocated. */
export class Till {
  readonly date: IsoDate;
  rest: Fen;
  readonly parts: Record<Component, Fen> = { penalty: 0n, fee: 0n, interest: 0n, principal: 0n };

  constructor(date: IsoDate, amount: Fen) {
    this.date = date;
    this.rest = amount;
  }

  /** Pays up to `most` of a component of a row; returns what was paid. */
  pay(row: BookedRow, component: Component, most: Fen): Fen {
    const amount = minFen(most, this.rest);
    if (amount <= 0n) return 0n;
    if (component === "principal") row.principalPaid.pay(this.date, amount);
    else if (component === "interest") row.interestPaid.pay(this.date, amount);
    else {
      let left = amount;
      for (const charge of row.charges) {
        const open = charge.kind === component ? charge.amount - charge.paid.total : 0n;
        const part = minFen(open, left);
        if (part > 0n) charge.paid.pay(this.date, part);
        left -= part;
      }
    }
    this.parts[component] += amount;
    this.rest -= amount;
    return amount;
  }

  /** Pays a row in the order of its components, at most `most` in all. */
  payRow(row: BookedRow, order: readonly Component[], most: Fen): void {
    let left = most;
    for (const component of order) {
      const open = openPart(row, component);
      left -= this.pay(row, component, minFen(open, left));
    }
  }

  /** What the payment list says about it. */
  receipt(event: { readonly type: LoanPayment["type"]; readonly id?: string }, amount: Fen, balanceAfter: Fen): LoanPayment {
    const { penalty, fee, interest, principal } = this.parts;
    return {
      date: this.date,
      type: event.type,
      ...(event.id === undefined ? {} : { id: event.id }),
      amount,
      principal,
      interest,
      fees: fee,
      penalties: penalty,
      unallocated: amount - this.allocated,
      balanceAfter,
    };
  }

  get allocated(): Fen {
    const { penalty, fee, interest, principal } = this.parts;
    return penalty + fee + interest + principal;
  }
}

/** Oldest first; rows of one date keep their order. */
export const byDueDate = (rows: BookedRow[]): BookedRow[] => rows.sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
