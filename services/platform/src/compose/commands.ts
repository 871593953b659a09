import { createHash } from "node:crypto";
import type { CommandHandler, CommandOutcome } from "@huimin/command-handler";
import { type CommandDefinition, needsSecondPerson } from "@huimin/decider";
import { type CommandSender, type Commands, RefusalError, type Sent } from "@huimin/http";
import { type FindCommand, personalDataInClear, proposalErrors, proposeCommand } from "@huimin/proposal";
import type { Metrics } from "@huimin/telemetry";

/** One service's commands and the handler that records them with that service's rights. */
export interface CommandOwner {
  readonly definitions: readonly CommandDefinition[];
  readonly handler: CommandHandler;
}

/** Every command of the product by name, with the handler of the service that owns it. */
export class CommandTable {
  readonly #owned = new Map<string, { readonly definition: CommandDefinition; readonly handler: CommandHandler }>();

  constructor(owners: readonly CommandOwner[]) {
    for (const { definitions, handler } of owners) {
      for (const definition of definitions) {
        if (this.#owned.has(definition.name)) throw new Error(`command ${definition.name} has two owners`);
        this.#owned.set(definition.name, { definition, handler });
      }
    }
  }

  readonly find: FindCommand = (name) => this.#owned.get(name)?.definition;

  handlerOf(name: string): CommandHandler {
    const owned = this.#owned.get(name);
    if (!owned) throw new Error(`no service owns the command ${name}`);
    return owned.handler;
  }

  definitions(): CommandDefinition[] {
    return [...this.#owned.values()].map(({ definition }) => definition);
  }
}

/** What a handler gives back, as a value or a thrown refusal. */
export function answered(outcome: CommandOutcome): Extract<Sent, { kind: "recorded" | "repeated" }> {
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new RefusalError(outcome.refusal);
  return { kind: outcome.kind, answer: outcome.answer as Record<string, unknown>, position: outcome.lastPosition };
}

/** The event behind a voucher that somebody corrects, by number or position. Throws a refusal for one that does not exist. */
export interface Corrected {
  readonly corrects: string;
  /** 会计期间 in which it was booked. */
  readonly correctsPeriod: string;
}

/** Told of a command that is in the log now; a repeat is told again. */
export type OnRecorded = (command: string, answer: Readonly<Record<string, unknown>>) => void;

/**
 * The way from routes to the log. A person's command that needs a second person is stored as a proposal (制单) with the same
 * keys; everything else is recorded at once. `wake` tells the projector that there is something new.
 */
export function createCommands(
  table: CommandTable,
  options: {
    readonly newId: () => string;
    readonly wake: () => void;
    readonly metrics?: Metrics | undefined;
    readonly onRecorded?: OnRecorded | undefined;
    readonly correctedBy: (voucher: string) => Promise<Corrected>;
  },
): Commands {
  const count = (command: string, outcome: CommandOutcome): CommandOutcome => {
    options.metrics?.commands.inc({ command, outcome: outcome.kind });
    if ("refusal" in outcome) options.metrics?.refusals.inc({ code: outcome.refusal.code });
    else options.wake();
    return outcome;
  };
  const propose = proposeCommand(table.find);
  return {
    async send({ name }: CommandDefinition, body: unknown, sender: CommandSender): Promise<Sent> {
      const handler = table.handlerOf(name);
      // The table's own: composition may have added to what the route's package knows of the command (@huimin/succession).
      const definition = table.find(name) as CommandDefinition;
      // What is in the log in clear stays there for ever: people are named by id or sealed, also in what somebody types as a reason.
      const clear = personalDataInClear(body);
      if (clear !== undefined)
        throw new RefusalError({ code: proposalErrors.PERSONAL_DATA_IN_CLEAR, details: { path: clear }, path: clear });
      const meta = { ...sender, ...(sender.corrects === undefined ? {} : await options.correctedBy(sender.corrects)) };
      if (!needsSecondPerson(definition) || sender.role === "BANK" || sender.role === "SYS") {
        const sent = answered(count(definition.name, await handler.execute(definition, body, meta)));
        options.onRecorded?.(definition.name, sent.answer);
        return sent;
      }
      const proposal = proposalIdOf(sender) ?? options.newId();
      const sent = answered(
        count(
          propose.name,
          await handler.execute(propose, { proposal, command: definition.name, body, summary: definition.name, ...keptOf(meta) }, meta),
        ),
      );
      const { proposal: made, preview } = sent.answer as { proposal: string; preview: unknown };
      return { kind: "proposed", proposal: made, preview, position: sent.position };
    },
  };
}

/** What the approval has to say of the command besides its body. */
const keptOf = ({ period, corrects, correctsPeriod }: CommandSender) => ({
  ...(period === undefined ? {} : { period }),
  ...(corrects === undefined ? {} : { corrects }),
  ...(correctsPeriod === undefined ? {} : { correctsPeriod }),
});

/**
 * The proposal's number follows from the sender's key, so that a repeat is the same command with the same body hash and
 * gets the first answer.
 */
function proposalIdOf(sender: CommandSender): string | undefined {
  const [key] = sender.keys;
  return key === undefined ? undefined : `p-${createHash("sha256").update(`${key.client}\n${key.key}`).digest("hex").slice(0, 32)}`;
}
