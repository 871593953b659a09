import { invariant, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type IssuedStatement, type StatementState, statementFold, statementStream } from "@huimin/statement/events";
import { contentHash, contentOf, type PrintJob, type PrintOptions, type StatementBasics } from "@huimin/statements";
import { errors } from "./errors.ts";
import type { StatementsOptions } from "./types.ts";

/** What households were told, from their streams, in one round trip. */
export async function readIssued(
  households: readonly string[],
  { store, district }: Pick<StatementsOptions, "store" | "district">,
): Promise<ReadonlyMap<string, StatementState>> {
  const slices = await store.readStreams(
    district,
    households.map((household) => ({ stream: statementStream(household), afterVersion: 0 })),
  );
  const byStream = new Map(
    slices.map(({ stream, events }) => [
      stream,
      events.reduce((state, event) => statementFold.evolve(state, event), statementFold.initialState),
    ]),
  );
  return new Map(households.map((household) => [household, byStream.get(statementStream(household)) ?? statementFold.initialState]));
}

/**
 * Statements as they were issued, ready to be printed: everything comes from their events, so the paper is the same
 * whenever it is printed. Undefined where the personal data were shredded. A content that does not have the hash of its
 * event is a broken invariant.
 */
export async function openStatements(
  issued: readonly IssuedStatement[],
  options: Pick<StatementsOptions, "vault" | "district" | "onUnmask">,
  print: PrintOptions = {},
): Promise<(PrintJob | undefined)[]> {
  const { vault, district, onUnmask } = options;
  const opened = await vault.unsealMany(
    issued.map(({ holder, basics }) => ({ district, personId: holder, field: "statement", sealed: basics })),
  );
  return issued.map((one, index) => {
    const text = opened[index];
    if (text === undefined) return undefined;
    const content = contentOf(one, JSON.parse(text) as StatementBasics);
    invariant(contentHash(content) === one.contentHash, `statement ${one.number} does not have the content hash of its event`);
    onUnmask?.({ household: one.household, year: one.year });
    return { content, mark: one, options: print };
  });
}

/** One statement of a household and year: the last, or the one with this supplement number. */
export async function findStatement(
  wanted: { readonly household: string; readonly year: number; readonly supplement?: number | undefined },
  options: StatementsOptions,
  print: PrintOptions = {},
): Promise<Result<{ readonly issued: IssuedStatement; readonly job: PrintJob }, Refusal>> {
  const { household, year, supplement } = wanted;
  const state = (await readIssued([household], options)).get(household) as StatementState;
  const ofYear = state.issued.filter((one) => one.year === year);
  const issued = supplement === undefined ? ofYear.at(-1) : ofYear.find((one) => one.supplement === supplement);
  if (!issued) return refuse(errors.STATEMENT_NOT_FOUND, { household, year });
  const [job] = await openStatements([issued], options, print);
  if (!job) return refuse(errors.STATEMENT_BASICS_ERASED, { household, year });
  const missing = options.fonts().missing(`${job.content.basics.head}${job.content.basics.village}${job.content.basics.street}`);
  if (missing.length > 0) return refuse(errors.STATEMENT_CHARACTERS_MISSING, { household, characters: missing.length });
  return { ok: true, value: { issued, job } };
}
