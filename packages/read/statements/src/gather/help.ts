import { yearOf } from "@huimin/calendar";
import { type DonationPayload, type HelpState, helpFold, type Pairing, pairedOn } from "@huimin/donation/events";
import type { StoredEvent } from "@huimin/event-store";
import { type CarrierState, carrierFold } from "@huimin/linkage/events";
import { type Fen, formatAmount } from "@huimin/money";
import type { HelpLine } from "@huimin/statement/events";
import { foldInto } from "./fold.ts";

/** A report, before the reports of one kind and side are added up. */
interface Report {
  readonly kind: HelpLine["kind"];
  readonly from: string;
  readonly detail?: string | undefined;
  /** Reports of one month count once. */
  readonly when: string;
  readonly amount?: Fen | undefined;
}

/** 七、其他帮扶: what the books of the district don't hold, from `pairing`, `linkage-household` and `workshop`. */
export class GatheredHelp {
  readonly #files = new Map<string, HelpState>();
  readonly #carriers = new Map<string, CarrierState>();
  readonly #workshops = new Map<string, string>();

  add(category: string, name: string, event: StoredEvent): void {
    if (category === "pairing") foldInto(this.#files, name, helpFold, event);
    else if (category === "linkage-household") foldInto(this.#carriers, name, carrierFold, event);
    else if (event.type === "WorkshopOpened") {
      const { workshop, enterprise } = event.payload as DonationPayload<"WorkshopOpened">;
      this.#workshops.set(workshop, enterprise);
    }
  }

  /** Help of a year by kind and side, kinds in the order of the layout. */
  of(household: string, year: number, nameOf: (enterprise: string) => string): HelpLine[] {
    const reports = [...this.#fromEnterprises(household, year, nameOf), ...this.#fromFile(household, year)];
    return [...Map.groupBy(reports, ({ kind, detail, from }) => JSON.stringify([kind, detail, from])).values()]
      .map(addedUp)
      .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  #fromEnterprises(household: string, year: number, nameOf: (enterprise: string) => string): Report[] {
    const inYear = ({ month }: { readonly month: string }): boolean => month.startsWith(`${year}-`);
    const wages = [...(this.#files.get(household)?.wages.values() ?? [])].filter(inYear).map(({ workshop, month, amount }): Report => {
      const enterprise = this.#workshops.get(workshop);
      return { kind: "wage", from: enterprise === undefined ? workshop : nameOf(enterprise), when: month, amount };
    });
    const reported = [...(this.#carriers.get(household)?.reports.values() ?? [])].filter(inYear).map(
      ({ kind, enterprise, month, form, amount }): Report => ({
        ...{ kind, from: nameOf(enterprise), when: month, amount },
        ...(kind === "benefit" ? { detail: form } : {}),
      }),
    );
    return [...wages, ...reported].filter(({ amount }) => amount !== 0n);
  }

  #fromFile(household: string, year: number): Report[] {
    const file = this.#files.get(household);
    if (!file) return [];
    return [
      ...file.goods
        .filter(({ on }) => yearOf(on) === year)
        .map(({ donation, entry, value }): Report => ({ kind: "goods", from: "", when: `${donation} ${entry}`, amount: value })),
      ...[...file.helps]
        .filter(([, { on }]) => yearOf(on) === year)
        .map(([help, { kind, value }]): Report => ({ kind: "help", from: "", detail: kind, when: help, amount: value })),
      ...file.honours
        .filter((one) => one.year === year)
        .map(({ honour, grade }): Report => ({ kind: "honour", from: "", detail: grade, when: honour })),
    ];
  }

  /** 帮扶责任人 at the end of the year, else the last of the year: unit and number, never a name. */
  helperOf(household: string, year: number, nameOf: (enterprise: string) => string): string | undefined {
    const pairings = this.#files.get(household)?.pairings ?? [];
    const last = `${year}-12-31`;
    const inYear = pairings.filter(({ from, toExcl }) => from <= last && (toExcl === undefined || toExcl > `${year}-01-01`));
    const found = inYear.findLast((one) => pairedOn(one, last)) ?? inYear.at(-1);
    return found && helperName(found, nameOf);
  }
}

const helperName = ({ helper, helperKind, unit }: Pairing, nameOf: (enterprise: string) => string): string =>
  [unit, helperKind === "enterprise" ? nameOf(helper) : helper].filter((part) => part !== undefined).join(" ");

const ORDER: readonly HelpLine["kind"][] = ["wage", "benefit", "goods", "help", "honour"];
const keyOf = ({ from, detail = "" }: HelpLine): string => `${from} ${detail}`;

function addedUp(reports: readonly Report[]): HelpLine {
  const [{ kind, from, detail }] = reports as [Report];
  const amounts = reports.flatMap(({ amount }) => (amount === undefined ? [] : [amount]));
  return {
    ...{ kind, from },
    ...(detail === undefined ? {} : { detail }),
    times: new Set(reports.map(({ when }) => when)).size,
    ...(amounts.length === 0 ? {} : { amount: formatAmount(amounts.reduce((sum, amount) => sum + amount, 0n)) }),
  };
}
