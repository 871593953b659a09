import path from "node:path";
import { type IssueReport, issueStatements, writeStatements } from "@huimin/service-statements";
import { IssueStatements } from "@huimin/statement";
import { createPrinterPool } from "@huimin/statements";
import { statementOptionsOf } from "../compose/statements.ts";
import type { Platform } from "../platform.ts";
import { DEMO_YEARS } from "./figures.ts";
import type { DemoOffice } from "./office.ts";
import { type Moment, NOON } from "./story.ts";
import { settled } from "./world.ts";

/** How the demo tells how far it is. */
export interface Telling {
  /** Where the PDFs go, a folder a year. */
  readonly folder: string;
  readonly progress: (what: string) => { at(done: number, of: number, note?: string): void; done(): void };
  readonly say: (line: string) => void;
}

const lacksFont = (line: { readonly refusal?: { readonly code: string } }): boolean =>
  line.refusal?.code === "STATEMENT_CHARACTERS_MISSING";

/**
 * 年度告知书 for every household with activity: issued on the 20th of January, printed when the story is told. The typesetter
 * gives its memory back to no one, so one of them prints all the years.
 */
export class DemoStatements {
  readonly #platform: Platform;
  readonly #office: DemoOffice;
  readonly #telling: Telling;
  readonly #reports = new Map<number, IssueReport>();

  constructor(platform: Platform, office: DemoOffice, telling: Telling) {
    this.#platform = platform;
    this.#office = office;
    this.#telling = telling;
  }

  moments(): Moment[] {
    return DEMO_YEARS.map((year) => ({ on: `${year + 1}-01-20`, order: NOON, what: `${year}年告知书`, run: () => this.#issue(year) }));
  }

  /** Statements issued, by year. */
  issued(): Record<string, number> {
    const counts = [...this.#reports].map(([year, { lines }]) => [year, lines.filter(({ coverage }) => coverage === "issued").length]);
    return Object.fromEntries(counts);
  }

  async #issue(year: number): Promise<void> {
    await settled(this.#platform);
    const { handler } = this.#platform;
    const sender = { actor: this.#office.personOf("FIN-R"), role: "FIN-R", channel: "system" } as const;
    const result = await issueStatements({ year }, statementOptionsOf(this.#platform), async (command) => {
      const outcome = await handler.execute(IssueStatements, command, sender);
      if (outcome.kind === "recorded" || outcome.kind === "repeated") return { ok: true, value: outcome.answer };
      return { ok: false, refusal: outcome.refusal };
    });
    if (!result.ok) throw new Error(`statements of ${year}: ${JSON.stringify(result.refusal)}`);
    // A rare character that no configured font has is the office's to mend (HUIMIN_FALLBACK_FONT): told, and not a fault.
    const refused = result.value.lines.filter((line) => line.coverage === "refused");
    for (const line of refused.filter(lacksFont))
      this.#telling.say(`${year}: ${line.household} ${line.refusal?.code} ${JSON.stringify(line.refusal?.details)}`);
    if (!refused.every(lacksFont)) throw new Error(`statements of ${year} refused: ${JSON.stringify(refused.slice(0, 3))}`);
    this.#reports.set(year, result.value);
  }

  /** PDFs of every statement that was issued. */
  async print(): Promise<void> {
    const options = statementOptionsOf(this.#platform);
    const printer = createPrinterPool({ threads: 1, fallbackFonts: options.fonts().fallback });
    try {
      for (const [year, report] of this.#reports) {
        const bar = this.#telling.progress(`${year}年告知书 statements`);
        const out = path.join(this.#telling.folder, String(year));
        await writeStatements({ report, out }, options, printer, ({ done, total, phase }) => bar.at(done, total, phase));
        bar.done();
      }
    } finally {
      await printer.close();
    }
  }
}
