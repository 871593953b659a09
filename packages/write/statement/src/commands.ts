import { type CommandDefinition, load, type StreamWrite } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { checkRun, issueStatement } from "./decide.ts";
import { errors } from "./errors.ts";
import { statementFold } from "./evolve.ts";
import { StatementFigures } from "./figures.ts";
import { Cutoff, Notice, StatementIssued, statementStream } from "./schema.ts";

/** Households of one command at most: they are one append, and an append is bounded. */
export const STATEMENTS_PER_COMMAND_MAX = 200;

const Item = Type.Object(
  {
    household: StatementIssued.properties.household,
    holder: StatementIssued.properties.holder,
    basics: StatementIssued.properties.basics,
    figures: StatementFigures,
    contentHash: StatementIssued.properties.contentHash,
    requested: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.String({ minLength: 2, maxLength: 200 })),
  },
  { additionalProperties: false },
);

export const IssueStatementsBody = Type.Object(
  {
    year: Type.Integer({ minimum: 2000, maximum: 2999 }),
    issuedOn: Type.String({ format: "date" }),
    cutoff: Cutoff,
    notice: Notice,
    items: Type.Array(Item, { minItems: 1, maxItems: STATEMENTS_PER_COMMAND_MAX }),
  },
  { additionalProperties: false },
);

/**
 * 出具年度告知书 (FIN-R, no posting): all of the items or none; a refusal names the item in `row`. The figures come from
 * the statement service, which computes them as of the cut-off. Answer: `{year, issued: [{household, number, supplement}]}`.
 */
export const IssueStatements: CommandDefinition<Static<typeof IssueStatementsBody>> = {
  name: "IssueStatements",
  schema: IssueStatementsBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command) {
    const { year, issuedOn, cutoff, notice } = command;
    const run = checkRun({ year, issuedOn, cutoff, notice });
    if (!run.ok) return run;
    const writes: StreamWrite[] = [];
    const issued: { household: string; number: string; supplement: number }[] = [];
    const seen = new Set<string>();
    for (const [index, item] of command.items.entries()) {
      const place = { path: `/items/${index}`, row: index + 1 };
      if (seen.has(item.household)) return refuse(errors.STATEMENT_HOUSEHOLD_TWICE, { household: item.household }, place);
      seen.add(item.household);
      const stream = yield* load(statementStream(item.household), statementFold);
      const decided = issueStatement(stream.state, run.value, item);
      if (!decided.ok) return { ok: false, refusal: { ...decided.refusal, ...place } };
      const { household, number, supplement } = decided.value.payload;
      writes.push({ stream: stream.stream, events: [decided.value] });
      issued.push({ household, number, supplement });
    }
    return ok({ writes, answer: { year, issued } });
  },
};

/** Every command of this package. */
export const statementCommands: readonly CommandDefinition[] = [IssueStatements];
