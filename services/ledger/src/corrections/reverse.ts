import { shanghaiDate } from "@huimin/calendar";
import type { CommandDefinition } from "@huimin/decider";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import { type App, CommandAnswer, needsRole, ProposalAnswer, personOf, RefusalError, senderOf, sendOutcome } from "@huimin/http";
import { openPeriodFor } from "@huimin/period";
import { nameOf, type Voucher } from "@huimin/vouchers";
import { Type } from "typebox";
import { ledgerErrors as errors } from "../errors.ts";
import { readPeriods } from "../periods.ts";
import { findVouchers, type VoucherRouteOptions } from "../vouchers.ts";
import { CORRECTIONS, type Correction } from "./table.ts";

export interface CorrectionRouteOptions extends Pick<VoucherRouteOptions, "vouchers" | "district" | "clock" | "typesOn"> {
  readonly store: EventStore;
  /** A command of any service by its name. */
  readonly find: (name: string) => CommandDefinition | undefined;
}

const tags = ["vouchers"];
const security = [{ session: [] }, { bearer: [] }];
const Path = Type.Object({ voucher: Type.String({ minLength: 1, maxLength: 40, description: "number or position" }) });
const Body = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 200 }),
    pattern: Type.Optional(
      Type.Enum(["C1", "C4"], { description: "C1 red, of the same fiscal year (default); C4 of an earlier one, surplus through 3501" }),
    ),
  },
  { additionalProperties: false },
);
const Applicable = Type.Object({
  voucher: Type.String(),
  eventType: Type.String(),
  patterns: Type.Array(Type.String()),
  commands: Type.Array(Type.String()),
  reversible: Type.Boolean(),
  refusal: Type.Optional(Type.String()),
  zh: Type.String(),
  en: Type.String(),
});

interface Target {
  readonly voucher: Voucher;
  readonly event: StoredEvent;
  readonly correction: Correction;
}

/**
 * 更正: what can be done about a voucher, and 红字冲销 (C1, C4). A reversal is the command of the family that posted it, so the
 * state of its stream follows; this route finds the command, refuses what no red copy may correct, and lets the envelope
 * name the corrected voucher. Register under `/api/v1`.
 */
export async function correctionRoutes(app: App, options: CorrectionRouteOptions): Promise<void> {
  app.get(
    "/vouchers/:voucher/corrections",
    {
      onRequest: needsRole(),
      schema: { tags, security, summary: "更正方式 / How this voucher can be corrected", params: Path, response: { 200: Applicable } },
    },
    async (request) => {
      const target = await targetOf(options, request.params.voucher);
      const { voucher, event, correction } = target;
      const refused = await refusalOf(options, target, undefined);
      return {
        voucher: nameOf(voucher),
        eventType: event.type,
        patterns: [...correction.patterns],
        commands: [...correction.commands],
        reversible: refused === undefined || refused.code === errors.VOUCHER_OF_CLOSED_YEAR,
        ...(refused === undefined ? {} : { refusal: refused.code }),
        zh: correction.zh,
        en: correction.en,
      };
    },
  );
  app.post(
    "/vouchers/:voucher/reversal",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "红字冲销 / Reverse a voucher in red; posting it anew (C2) is its normal command with ?corrects=",
        params: Path,
        body: Body,
        response: { 200: CommandAnswer, 201: CommandAnswer, 202: ProposalAnswer },
      },
    },
    async (request, reply) => {
      const { reason, pattern } = request.body;
      const target = await targetOf(options, request.params.voucher);
      const refused = await refusalOf(options, target, pattern);
      if (refused !== undefined) throw new RefusalError(refused);
      const { event, correction } = target;
      const definition = options.find(correction.commands[0] ?? "");
      if (definition === undefined || correction.reverse === undefined) throw new Error(`no command reverses ${event.type}`);
      personOf(request);
      const sender = { ...senderOf(request, definition, true), corrects: String(event.position) };
      return sendOutcome(reply, await app.commands.send(definition, correction.reverse(event, reason), sender));
    },
  );
}

async function targetOf(options: CorrectionRouteOptions, text: string): Promise<Target> {
  const [voucher] = await findVouchers(options, text);
  const [event] = voucher === undefined ? [] : await options.store.readAll(options.district, voucher.position - 1, 1);
  if (voucher === undefined || event === undefined) throw new RefusalError({ code: errors.VOUCHER_MISSING, details: { voucher: text } });
  const correction = CORRECTIONS[event.type];
  if (correction === undefined) throw new Error(`nobody says how ${event.type} is corrected`);
  return { voucher, event, correction };
}

/**
 * Why this voucher is not reversed here: a bank's message (VOUCHER_OF_BANK), one that is reversed (VOUCHER_ALREADY_REVERSED), one
 * that can't be (VOUCHER_NOT_REVERSIBLE), and one of an earlier fiscal year where only C1 was asked for
 * (VOUCHER_OF_CLOSED_YEAR).
 */
async function refusalOf({ store, district, clock }: CorrectionRouteOptions, target: Target, pattern: "C1" | "C4" | undefined) {
  const { voucher, event, correction } = target;
  const name = nameOf(voucher);
  const reversal = voucher.correctedBy.find(({ kind }) => kind === "注销");
  if (reversal !== undefined) return { code: errors.VOUCHER_ALREADY_REVERSED, details: { voucher: name, by: nameOf(reversal) } };
  if (event.role === "BANK") return { code: errors.VOUCHER_OF_BANK, details: { voucher: name, maker: event.actor } };
  const { zh, en } = correction;
  if (correction.reverse === undefined) return { code: errors.VOUCHER_NOT_REVERSIBLE, details: { voucher: name, zh, en } };
  const today = shanghaiDate(clock()).slice(0, 7);
  const open = openPeriodFor(await readPeriods(store, district), today);
  const isOld = event.period.slice(0, 4) < open.slice(0, 4);
  if (isOld && pattern !== "C4") {
    return { code: errors.VOUCHER_OF_CLOSED_YEAR, details: { voucher: name, year: event.period.slice(0, 4), current: open.slice(0, 4) } };
  }
  if (!isOld && pattern === "C4") return { code: errors.VOUCHER_OF_THIS_YEAR, details: { voucher: name } };
  return undefined;
}
