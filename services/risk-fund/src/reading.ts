import type { Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { riskFundErrors } from "@huimin/risk-fund";
import { compensationFold, compensationStream, obligorFold, obligorStream, riskFundFold, riskFundStream } from "@huimin/risk-fund/events";
import { Type } from "typebox";

export interface RiskFundReading {
  readonly store: EventStore;
  readonly district: string;
}

const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const common = { tags: ["risk fund"], security: [{ session: [] }, { bearer: [] }], querystring: Type.Object({ ...MinPosition }) };

async function folded<S>({ store, district }: RiskFundReading, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

/** The fund's account at a bank, a case, and what an obligor owes: read from their streams, so nothing is ever behind. */
export async function riskFundReadingRoutes(app: App, options: RiskFundReading): Promise<void> {
  const guards = { onRequest: needsRole(), preHandler: waitsForPosition };
  app.get(
    "/risk-fund/accounts/:bank",
    {
      ...guards,
      schema: {
        ...common,
        summary: "补偿金账户余额 / The fund's cash at a bank",
        params: Type.Object({ bank: Id }),
        response: { 200: Type.Object({ bank: Type.String(), cash: Type.String() }) },
      },
    },
    async (request) => {
      const { bank } = request.params as { bank: string };
      return { bank, cash: formatAmount((await folded(options, riskFundStream(bank), riskFundFold)).cash) };
    },
  );
  app.get(
    "/risk-fund/cases/:ref",
    {
      ...guards,
      schema: {
        ...common,
        summary: "代偿案件 / A case of compensation",
        params: Type.Object({ ref: Id }),
        response: { 200: Type.Object({ ref: Type.String(), status: Type.String() }, { additionalProperties: true }) },
      },
    },
    async (request) => {
      const { ref } = request.params as { ref: string };
      const { subject, status, appliedOn, claimed, weights, approval, payments, recoveries } = await folded(
        options,
        compensationStream(ref),
        compensationFold,
      );
      if (!subject) throw new RefusalError({ code: riskFundErrors.CASE_UNKNOWN, details: { ref } });
      return {
        ...subject,
        status,
        appliedOn,
        loans: claimed,
        weights,
        base: approval?.base,
        shares: approval?.shares,
        payments: [...payments.values()].map(({ payment, valueDate }) => ({ valueDate, party: payment.party, paid: payment.paid })),
        recoveries: [...recoveries.values()]
          .filter((one) => !one.reversed)
          .map(({ recovery, valueDate }) => ({ valueDate, gross: recovery.gross, cost: recovery.cost, shares: recovery.shares })),
      };
    },
  );
  app.get(
    "/risk-fund/obligors/:obligor",
    {
      ...guards,
      schema: {
        ...common,
        summary: "追偿款与账销案存 / What an obligor owes the fund, written off or not",
        params: Type.Object({ obligor: Id }),
        response: {
          200: Type.Object({
            obligor: Type.String(),
            cases: Type.Array(
              Type.Object({
                ref: Type.String(),
                bank: Type.String(),
                claim: Type.String(),
                writtenOff: Type.String({ description: "账销案存: off the books, owed all the same" }),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { obligor } = request.params as { obligor: string };
      const cases = [...(await folded(options, obligorStream(obligor), obligorFold)).values()].filter((one) => !one.ended);
      return {
        obligor,
        cases: cases.map(({ ref, bank, claim, writtenOff }) => ({
          ref,
          bank,
          claim: formatAmount(claim),
          writtenOff: formatAmount(writtenOff),
        })),
      };
    },
  );
}
