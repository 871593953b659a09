import type { BankDesk, HeldDuplicate } from "@huimin/bank-desk";
import { type App, needsRole, PageOf, RefusalError, waitsForPosition } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";
import { bankOf } from "../authenticate.ts";
import { deskErrors as errors } from "./errors.ts";
import { Amount, closed, Id, Paging, pageFrom, pageOfRows, reads, security } from "./shared.ts";

/*
 * 疑似重复 (T3, domain 3.11): what is held, since when, and what was decided. People release or dismiss it with the
 * commands of startup-lending (`/api/v1/lending/release-duplicate`, `/dismiss-duplicate`); the bank looks on.
 */

export interface DuplicateOptions {
  readonly district: string;
  readonly desk: BankDesk;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
const millisecondsOf = (instant: string): number => Temporal.Instant.from(instant).epochMilliseconds;
const Held = {
  loan: Type.String(),
  serial: Type.String(),
  sameAs: Type.String({ description: "serial of the message that it resembles" }),
  valueDate: Type.String(),
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  position: Type.Integer(),
  heldAt: Type.String(),
  ageDays: Type.Integer({ description: "days held, until the decision" }),
  status: Type.String({ description: "held, released, dismissed" }),
  decidedPosition: Type.Optional(Type.Integer()),
  decidedAt: Type.Optional(Type.String()),
};
const ForBank = Type.Object(Held);
const ForOffice = Type.Object({ bank: Type.String(), ...Held, decidedBy: Type.Optional(Type.String()) });
const Status = Type.Optional(Type.Enum(["held", "released", "dismissed"]));
const OneOf = Type.Object({ loan: Id, serial: Id });

function printed({ bank: _, decidedBy: __, principal, interest, penalty, ...held }: HeldDuplicate, now: number) {
  const until = held.decidedAt === undefined ? now : millisecondsOf(held.decidedAt);
  const ageDays = Math.max(0, Math.floor((until - millisecondsOf(held.heldAt)) / DAY_MS));
  return { ...held, ageDays, principal: formatAmount(principal), interest: formatAmount(interest), penalty: formatAmount(penalty) };
}
const printedForOffice = (held: HeldDuplicate, now: number) => ({
  bank: held.bank,
  ...printed(held, now),
  ...(held.decidedBy === undefined ? {} : { decidedBy: held.decidedBy }),
});

function found(held: HeldDuplicate | undefined, of: { readonly loan: string; readonly serial: string }): HeldDuplicate {
  if (!held) throw new RefusalError({ code: errors.DUPLICATE_UNKNOWN, details: of });
  return held;
}

/** The bank's own. Register under `/bank/v1`. */
export async function bankDuplicateRoutes(app: App, { district, desk, now }: DuplicateOptions): Promise<void> {
  const common = { tags: ["bank"], security };
  app.get(
    "/held-duplicates",
    {
      ...reads("loans:read"),
      schema: {
        ...common,
        operationId: "listHeldDuplicates",
        summary: "疑似重复 / Suspected duplicates and what was decided",
        querystring: Type.Object({ status: Status, ...Paging }, closed),
        response: { 200: PageOf(ForBank) },
      },
    },
    async (request) => {
      const { limit, after } = pageFrom(request.query);
      const rows = await desk.held({ district, bank: bankOf(request), status: request.query.status, after, limit: limit + 1 });
      return pageOfRows(
        rows,
        limit,
        ({ position }) => position,
        (held) => printed(held, now()),
      );
    },
  );
  app.get(
    "/held-duplicates/:loan/:serial",
    {
      ...reads("loans:read"),
      schema: {
        ...common,
        operationId: "getHeldDuplicate",
        summary: "一笔疑似重复 / One suspected duplicate",
        params: OneOf,
        querystring: Type.Object({ "min-position": Paging["min-position"] }, closed),
        response: { 200: ForBank },
      },
    },
    async (request) => printed(found(await desk.heldOne({ district, bank: bankOf(request), ...request.params }), request.params), now()),
  );
}

/** Of every bank, with their age, for those who decide. Register under `/api/v1`. */
export async function officeDuplicateRoutes(app: App, { district, desk, now }: DuplicateOptions): Promise<void> {
  const common = { onRequest: needsRole("FIN-R", "FIN-M", "FOF", "AUD"), preHandler: waitsForPosition };
  const schema = { tags: ["lending"], security: [{ session: [] }, { bearer: [] }] };
  app.get(
    "/held-duplicates",
    {
      ...common,
      schema: {
        ...schema,
        summary: "疑似重复清单 / Suspected duplicates, oldest first",
        querystring: Type.Object(
          {
            bank: Type.Optional(Id),
            status: Status,
            olderThanDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_660 })),
            ...Paging,
          },
          closed,
        ),
        response: { 200: PageOf(ForOffice) },
      },
    },
    async (request) => {
      const { bank, status, olderThanDays } = request.query;
      const { limit, after } = pageFrom(request.query);
      const heldBefore =
        olderThanDays === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(now() - olderThanDays * DAY_MS).toString();
      const rows = await desk.held({ district, bank, status, heldBefore, after, limit: limit + 1 });
      return pageOfRows(
        rows,
        limit,
        ({ position }) => position,
        (held) => printedForOffice(held, now()),
      );
    },
  );
  app.get(
    "/held-duplicates/:loan/:serial",
    {
      ...common,
      schema: {
        ...schema,
        summary: "一笔疑似重复 / One suspected duplicate",
        params: OneOf,
        querystring: Type.Object({ "min-position": Paging["min-position"] }, closed),
        response: { 200: ForOffice },
      },
    },
    async (request) => printedForOffice(found(await desk.heldOne({ district, ...request.params }), request.params), now()),
  );
}
