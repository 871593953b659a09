import type { CommandMeta } from "@huimin/command-handler";
import type { Role } from "@huimin/decider";
import type { Platform } from "../types.ts";

export const CNY = { currency: "CNY" } as const;

/** Gives the commands of a sandbox's first data. A refusal is a fault of the sandbox itself: it throws. */
export class SandboxOffice {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** As people of the office. What posts in book G has its second person. */
  give(name: string, body: object, role: Role): Promise<Readonly<Record<string, unknown>>> {
    return this.#execute(name, body, { actor: "sandbox-maker", checker: "sandbox-checker", role, channel: "import" });
  }

  /** As a bank, without its signature. */
  post(bank: string, name: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    return this.#execute(name, body, { actor: `bank:${bank}`, role: "BANK", channel: "bank-api" });
  }

  async #execute(name: string, body: object, meta: CommandMeta): Promise<Readonly<Record<string, unknown>>> {
    const { table } = this.#platform;
    const definition = table.find(name);
    if (!definition) throw new Error(`the product has no command ${name}`);
    const known = "currency" in ((definition.schema as { properties?: object }).properties ?? {});
    const { currency, ...rest } = body as { currency?: string };
    const outcome = await table.handlerOf(name).execute(definition, known && currency ? { ...rest, currency } : rest, meta);
    if (outcome.kind !== "recorded") throw new Error(`sandbox data: ${name}: ${JSON.stringify(outcome)}`);
    return outcome.answer as Readonly<Record<string, unknown>>;
  }
}

/** What happens on a day; it gets the day as the value date. */
export type Moment = readonly [on: string, run: (valueDate: string) => Promise<unknown>];

/** Lets everything happen in the order of its days, each recorded on its own day. */
export async function happen(moments: readonly Moment[], at: (day: string) => void): Promise<void> {
  for (const [on, run] of moments.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    at(on);
    await run(on);
  }
}
