import type { DonationEventType, DonationPayload } from "@huimin/donation/events";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { postingOf } from "../rules/index.ts";
import type { LogCheck } from "./log-checks.ts";
import { Finding } from "./types.ts";

const FREE = "free";

interface Change {
  readonly purpose: string;
  readonly change: Fen;
}
type Changes = { readonly [T in DonationEventType]?: (payload: DonationPayload<T>) => readonly Change[] };

const used = ({ purpose, amount }: { readonly purpose: string; readonly amount: string }): Change[] => [{ purpose, change: -fen(amount) }];

/** What each event says of a donation's money, apart from the rules that post it. Goods have no cash behind them. */
const changes: Changes = {
  DonationReceived: ({ purpose, amount }) => [{ purpose, change: fen(amount) }],
  DonationSpent: used,
  CooperativeStakeDonated: used,
  DonationRefunded: ({ parts }) => parts.flatMap(used),
  DonationPurposeChanged: ({ oldPurpose, newPurpose, amount }) => [
    { purpose: oldPurpose, change: -fen(amount) },
    { purpose: newPurpose, change: fen(amount) },
  ],
  DonationAwardPaid: ({ amount }) => [{ purpose: FREE, change: -fen(amount) }],
  DonationAwardReturned: ({ amount }) => [{ purpose: FREE, change: fen(amount) }],
};

const changesOf = (type: string, payload: unknown): readonly Change[] =>
  (changes as Readonly<Record<string, (payload: unknown) => readonly Change[]>>)[type]?.(payload) ?? [];

/** 2.7 (6) with R20: money of each donation by the events and by the books, and all of it against the account 1002.04. */
export function donationMoney(): LogCheck {
  const each = new Finding(
    "2.7-6-donation-balance",
    "每笔捐赠收支与指定用途负债一致且不为负",
    "Of each donation received − spent − refunded is its designated debt, never negative",
  );
  const cash = new Finding(
    "2.7-6-donation-cash",
    "捐赠专户等于指定用途负债加未用非限定捐赠",
    "The donation account holds the designated debts and the unspent free donations (R20)",
  );
  const said = new Map<string, Map<string, Fen>>();
  const debts = new Map<string, Fen>();
  let account = 0n;

  const book = (event: Parameters<LogCheck["see"]>[0]): void => {
    for (const { account: id, debit, credit, dims } of postingOf(event).entries) {
      if (id === "bankDonations") account += debit - credit;
      if (id === "designatedDonation") debts.set(dims.donation ?? "", (debts.get(dims.donation ?? "") ?? 0n) + credit - debit);
    }
  };
  const designated = (donation: string): Fen =>
    sumFen([...(said.get(donation) ?? [])].filter(([purpose]) => purpose !== FREE).map(([, amount]) => amount));

  return {
    see(event) {
      if (!/^(Donation|CooperativeStake|Honour)/.test(event.type)) return;
      book(event);
      const { donation, of, original } = event.payload as { donation?: string; of?: string; original?: unknown };
      if (donation === undefined || event.type.startsWith("Honour")) return;
      each.checked += 1;
      const back = event.type === "DonationEntryReversed";
      const moved = back ? changesOf(of ?? "", original) : changesOf(event.type, event.payload);
      const purposes = said.get(donation) ?? new Map<string, Fen>();
      said.set(donation, purposes);
      for (const { purpose, change } of moved) purposes.set(purpose, (purposes.get(purpose) ?? 0n) + (back ? -change : change));
      for (const [purpose, left] of purposes)
        if (left < 0n) each.fail(`position ${event.position}: donation ${donation}, ${purpose}: ${formatAmount(left)}`);
    },
    results() {
      for (const donation of new Set([...said.keys(), ...debts.keys()])) {
        const owed = debts.get(donation) ?? 0n;
        if (owed !== designated(donation))
          each.fail(`donation ${donation}: ${formatAmount(owed)} in the books, ${formatAmount(designated(donation))} by its events`);
      }
      cash.checked = 1;
      const free = sumFen([...said.values()].map((purposes) => purposes.get(FREE) ?? 0n));
      const owed = sumFen(debts.values());
      if (account - free !== owed)
        cash.fail(`1002.04 ${formatAmount(account)} − free ${formatAmount(free)} is not 2901.05 ${formatAmount(owed)}`);
      return [each.result(), cash.result()];
    },
  };
}
