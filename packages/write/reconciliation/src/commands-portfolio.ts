import { type CommandContext, type CommandDefinition, load } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { portfolioFold } from "./evolve.ts";
import { PortfolioLine, PortfolioLinesReceived, PortfolioReceived, portfolioStream, type ReconciliationPayload } from "./schema.ts";

/** Lines of one part of a portfolio file: an event of some 50 KB. */
export const PORTFOLIO_LINES_MAX = 400;
const closed = { additionalProperties: false } as const;

const senderRefusal = (bank: string, { actor }: CommandContext): Result<never, Refusal> | undefined =>
  actor === `bank:${bank}` ? undefined : refuse(errors.PORTFOLIO_OTHER_BANK, { actor, bank });

export const ReceivePortfolioLinesBody = Type.Object(
  { ...PortfolioLinesReceived.properties, lines: Type.Array(PortfolioLine, { minItems: 1, maxItems: PORTFOLIO_LINES_MAX }) },
  closed,
);

/** Some lines of a portfolio file; a part that is there already is not recorded again. Refuses PORTFOLIO_OTHER_BANK. */
export const ReceivePortfolioLines: CommandDefinition<Static<typeof ReceivePortfolioLinesBody>> = {
  name: "ReceivePortfolioLines",
  schema: ReceivePortfolioLinesBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { bank, date, sha256, part } = command;
    const other = senderRefusal(bank, context);
    if (other) return other;
    const { stream, state } = yield* load(portfolioStream(bank, date), portfolioFold);
    const known = state.parts.get(sha256)?.has(part) ?? false;
    const events = known ? [] : [{ type: "PortfolioLinesReceived", valueDate: date, payload: command }];
    return ok({ writes: known ? [] : [{ stream, events }], answer: { date, part } });
  },
};

const { replaces: _, ...stated } = PortfolioReceived.properties;
export const ReceivePortfolioBody = Type.Object(stated, closed);

/** The portfolio file is complete. Refuses PORTFOLIO_INCOMPLETE, PORTFOLIO_TOTAL, PORTFOLIO_OTHER_BANK. */
export const ReceivePortfolio: CommandDefinition<Static<typeof ReceivePortfolioBody>> = {
  name: "ReceivePortfolio",
  schema: ReceivePortfolioBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { bank, date, sha256, rows, parts } = command;
    const other = senderRefusal(bank, context);
    if (other) return other;
    const { stream, state } = yield* load(portfolioStream(bank, date), portfolioFold);
    const answer = { date, rows };
    if (state.current?.sha256 === sha256) return ok({ writes: [], answer });
    const lines = Array.from({ length: parts }, (__, part) => state.parts.get(sha256)?.get(part) ?? []).flat();
    if (lines.length !== rows) return refuse(errors.PORTFOLIO_INCOMPLETE, { rows, found: lines.length });
    const principal = formatAmount(sumFen(lines.map((line) => fen(line.principal))));
    if (principal !== command.principal) return refuse(errors.PORTFOLIO_TOTAL, { stated: command.principal, computed: principal });
    const payload: ReconciliationPayload<"PortfolioReceived"> = {
      ...command,
      ...(state.current ? { replaces: state.current.sha256 } : {}),
    };
    return ok({ writes: [{ stream, events: [{ type: "PortfolioReceived", valueDate: date, payload }] }], answer });
  },
};

/** What the bank gateway records. */
export const portfolioFileCommands: readonly CommandDefinition[] = [ReceivePortfolioLines, ReceivePortfolio];
