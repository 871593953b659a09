import { errorEntry, type Refusal } from "@huimin/outcome";
import type { CommandContext, CommandDefinition, RecordedEvent } from "./decider.ts";
import { SpecificationLog } from "./specification.ts";

type Body = Readonly<Record<string, unknown>>;
type Sender = Partial<CommandContext>;

/**
 * A small district for specs: facts are recorded as events, commands are given by somebody and must be accepted or refused. A
 * command is recorded on the evening of its value date.
 */
export class SpecificationWorld {
  readonly log: SpecificationLog;
  readonly #sender: Sender;

  /** `sender`: who gives a command where nobody is named. */
  constructor(sender: Sender = {}) {
    this.#sender = sender;
    this.log = new SpecificationLog(sender);
  }

  fact(stream: string, type: string, valueDate: string, payload: unknown): this {
    this.log.record(stream, [{ type, valueDate, payload }]);
    return this;
  }

  #context(body: Body, sender: Sender): Sender {
    const date = (body.valueDate as string | undefined) ?? "2030-01-01";
    return { recordedAt: `${date}T20:00:00+08:00`, period: date.slice(0, 7), ...sender };
  }

  /** Runs a command that must be accepted; gives its answer. */
  accept(definition: CommandDefinition, body: Body, sender: Sender = this.#sender): Readonly<Record<string, unknown>> {
    const result = this.log.execute(definition, body, this.#context(body, sender));
    if (!result.ok) throw new Error(`${definition.name} refused: ${JSON.stringify(result.refusal)}`);
    return result.value.answer;
  }

  /** Runs a command that must be refused, with texts in the catalogue; gives the refusal. Nothing is recorded. */
  refuse(definition: CommandDefinition, body: Body, sender: Sender = this.#sender): Refusal {
    const result = this.log.decide(definition, body, this.#context(body, sender));
    if (result.ok) throw new Error(`${definition.name} accepted: ${JSON.stringify(result.value.answer)}`);
    assertTold(result.refusal);
    return result.refusal;
  }

  code(definition: CommandDefinition, body: Body, sender: Sender = this.#sender): string {
    return this.refuse(definition, body, sender).code;
  }

  events(stream: string): readonly RecordedEvent[] {
    return this.log.streams.get(stream) ?? [];
  }
}

/** Throws unless the refusal is declared, with texts whose details it has. */
export function assertTold({ code, details }: Refusal): void {
  const entry = errorEntry(code);
  if (!entry) throw new Error(`${code} is not in the catalogue`);
  for (const [, name = ""] of `${entry.zh} ${entry.en}`.matchAll(/\{(\w+)\}/g))
    if (!(name in (details ?? {}))) throw new Error(`${code} lacks the detail ${name}`);
}
