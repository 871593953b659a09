import type { IsoDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import {
  type BeneficiaryState,
  beneficiaryFold,
  type Circle,
  type DividendPayload,
  hashOfList,
  hashOfPart,
  mayReceive,
} from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import type { LogCheck } from "./log-checks.ts";
import { Finding } from "./types.ts";

/** The last before a day, by value date. */
interface Known {
  from: IsoDate;
  endedFrom: IsoDate | undefined;
  readonly standings: { readonly from: IsoDate; readonly registered: boolean }[];
}

/** What the register says of households, kept small: the log may have a million of them. */
class Register {
  readonly #households = new Map<string, Known>();

  see({ type, valueDate, payload }: StoredEvent): void {
    const p = payload as { household: string; into?: string; kind?: string; targets?: readonly { household: string }[] };
    if (type === "HouseholdRegistered") {
      const standings = p.kind === "marginal" ? [] : [{ from: valueDate, registered: true }];
      this.#households.set(p.household, { from: valueDate, endedFrom: undefined, standings });
      return;
    }
    const known = this.#households.get(p.household);
    if (!known) return;
    if (type === "HouseholdExtinct") known.endedFrom = nextDay(valueDate);
    else if (type === "HouseholdDeregistered" || type === "HouseholdMerged") known.endedFrom = valueDate;
    else if (type === "HouseholdSplit" && !p.targets?.some(({ household }) => household === p.household)) known.endedFrom = valueDate;
    else if (type === "PovertyExitConfirmed") known.standings.push({ from: valueDate, registered: false });
    else if (type === "ReturnedToPoverty") known.standings.push({ from: valueDate, registered: true });
    else if (type === "PovertyExitRevoked") {
      const last = known.standings.findLastIndex(({ registered }) => !registered);
      if (last >= 0) known.standings.splice(last, 1);
    }
  }

  standing(household: string, on: IsoDate) {
    const known = this.#households.get(household);
    if (!known) return undefined;
    const held = known.standings.filter(({ from }) => from <= on).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    const exists = known.from <= on && (known.endedFrom === undefined || on < known.endedFrom);
    return { village: "", members: 0, exists, registered: exists && (held.at(-1)?.registered ?? false) };
  }
}

const nextDay = (day: IsoDate): IsoDate => Temporal.PlainDate.from(day).add({ days: 1 }).toString();

type Header = DividendPayload<"AllocationDrafted">;
const listOf = ({ pool, year, draft }: { pool: string; year: number; draft: number }): string => `${pool} ${year} ${draft}`;

/** 2.7 (11): by what was recorded until then, every household of an allocation was eligible on its snapshot date. */
export function eligibleOnSnapshot(): LogCheck {
  const finding = new Finding(
    "2.7-11-eligible-on-snapshot",
    "分配名单各户在资格时点符合条件",
    "Every household of an allocation is eligible on its snapshot date",
  );
  const register = new Register();
  const holders = new Map<string, BeneficiaryState>();
  const models = new Map<string, number>();
  const snapshots = new Map<string, IsoDate>();
  const rightOf = (pool: string): Circle["right"] => ((models.get(pool) ?? 1) === 1 ? "stake" : "beneficial");
  return {
    see(event) {
      register.see(event);
      const { pool } = event.payload as { pool: string };
      if (event.stream.startsWith("beneficiary/"))
        holders.set(pool, beneficiaryFold.evolve(holders.get(pool) ?? beneficiaryFold.initialState, event as RecordedEvent));
      if (event.type === "DividendDeclared") {
        const { model } = event.payload as DividendPayload<"DividendDeclared">;
        if (model === 1 || !models.has(pool)) models.set(pool, model);
      } else if (event.type === "FixedDividendAccrued" && !models.has(pool)) models.set(pool, 4);
      else if (event.type === "AssetIncomeReceived" && !models.has(pool)) models.set(pool, 6);
      else if (event.type === "AllocationDrafted") snapshots.set(listOf(event.payload as Header), (event.payload as Header).snapshot);
      if (event.type !== "EntitlementsAllocated") return;
      const payload = event.payload as DividendPayload<"EntitlementsAllocated">;
      const on = snapshots.get(listOf(payload)) ?? event.valueDate;
      const circle = { right: rightOf(pool), beneficiaries: holders.get(pool) ?? beneficiaryFold.initialState, year: payload.year, on };
      for (const { household } of payload.lines) {
        finding.checked += 1;
        if (!mayReceive(circle, household, register.standing(household, on)))
          finding.fail(`position ${event.position}: household ${household} is not eligible on ${on}`);
      }
    },
    results: () => [finding.result()],
  };
}

interface ListState {
  readonly header: Header;
  publishedTo: IsoDate | undefined;
  approved: boolean;
  allocated: boolean;
  readonly parts: Map<number, string>;
  readonly reversed: Set<number>;
}

/**
 * 2.7 (7), (12): what is posted is the list that hung out, line by line, and was approved after its last day; nothing is paid
 * out of a list that is not posted.
 */
export function publishedLists(): LogCheck {
  const same = new Finding("2.7-7-posted-is-published", "分配到户与公示名单一致", "What is posted is the list that was publicised");
  const approved = new Finding(
    "2.7-12-payout-approved",
    "无公示审批不分配、不代发",
    "Nothing is allocated or paid out without an approved, publicised list",
  );
  const lists = new Map<string, ListState>();
  // Lines that stand in a stream.
  const posted = new Map<string, number>();
  const post = (stream: string, lines: number) => posted.set(stream, (posted.get(stream) ?? 0) + lines);
  const empty = hashOfPart([]);
  const allocation = (event: StoredEvent): void => {
    const payload = event.payload as DividendPayload<"EntitlementsAllocated">;
    const list = lists.get(listOf(payload));
    post(event.stream, payload.lines.length);
    if (!list?.allocated) return void approved.fail(`position ${event.position}: lines of a list without its header`);
    list.parts.set(payload.part, hashOfPart(payload.lines));
  };
  /** C1 of D3: only what was posted is taken back, line by line. */
  const taken = (event: StoredEvent): void => {
    const payload = event.payload as DividendPayload<"EntitlementsReversed">;
    const list = lists.get(listOf(payload));
    post(event.stream, -payload.lines.length);
    if (!list?.parts.has(payload.part) || list.reversed.has(payload.part))
      same.fail(`position ${event.position}: takes back what was not posted or is back`);
    list?.reversed.add(payload.part);
  };
  return {
    see(event) {
      switch (event.type) {
        case "AllocationDrafted": {
          const header = event.payload as Header;
          lists.set(listOf(header), {
            header,
            publishedTo: undefined,
            approved: false,
            allocated: false,
            parts: new Map(),
            reversed: new Set(),
          });
          return;
        }
        case "PublicityPosted": {
          const list = lists.get(listOf(event.payload as Header));
          if (list) list.publishedTo = (event.payload as DividendPayload<"PublicityPosted">).to;
          return;
        }
        case "AllocationApproved": {
          const list = lists.get(listOf(event.payload as Header));
          if (list) list.approved = list.publishedTo !== undefined && list.publishedTo < event.valueDate;
          return;
        }
        case "DividendAllocated": {
          approved.checked += 1;
          const list = lists.get(listOf(event.payload as Header));
          if (list) list.allocated = true;
          if (!list?.approved) approved.fail(`position ${event.position}: ${listOf(event.payload as Header)} is not approved`);
          return;
        }
        case "EntitlementsAllocated":
          return allocation(event);
        case "EntitlementsReversed":
          return taken(event);
        case "EntitlementsDivided": {
          const { side, moves } = event.payload as DividendPayload<"EntitlementsDivided">;
          if (side === "target") post(event.stream, moves.length);
          return;
        }
        case "PayoutItemsSubmitted":
          approved.checked += 1;
          if ((posted.get(event.stream) ?? 0) <= 0)
            approved.fail(`position ${event.position}: a payout of ${event.stream}, which is not allocated`);
          return;
        default:
      }
    },
    results() {
      for (const [name, { header, allocated, parts }] of lists) {
        if (!allocated) continue;
        same.checked += 1;
        const hashes = Array.from({ length: header.parts }, (_, part) => parts.get(part) ?? empty);
        if (hashOfList(hashes) !== header.listHash) same.fail(`list ${name}: the posted lines are not those of its hash`);
      }
      return [same.result(), approved.result()];
    },
  };
}
