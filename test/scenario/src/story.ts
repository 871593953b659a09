import type { District, Outcome } from "./district.ts";
import type { Entry, Fact, Parties } from "./format.ts";
import type { People } from "./setup.ts";

/** What a handler knows of the story that it plays. */
export interface Story {
  readonly district: District;
  readonly people: People;
  /** Who exists in the file. */
  readonly parties: Parties;
  /** The facts of the recording that is played. */
  readonly facts: readonly Fact[];
  /** Serial numbers for messages whose serial the format does not name. */
  serial(): string;
  /** A command that must be refused: nothing that is implied may be left behind. */
  readonly attempt: boolean;
}

export type Handler = (entry: Entry, story: Story) => Promise<Outcome>;

/** An event of the dictionary: the command that records it (its roles decide who may), and how it is sent. */
export interface Playable {
  readonly command: string;
  readonly play: Handler;
  /** Role under which the command is checked, where the product's job does not send it itself. */
  readonly sentBy?: string;
}

export const done: Outcome = { ok: true, answer: {} };

/** Runs steps one after the other; the first refusal ends it. */
export async function inOrder(...steps: (() => Promise<Outcome>)[]): Promise<Outcome> {
  let outcome: Outcome = done;
  for (const step of steps) {
    outcome = await step();
    if (!outcome.ok) return outcome;
  }
  return outcome;
}

/** Value date and some fields of an entry. */
export const pick = (entry: Entry, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries([
    ["valueDate", entry.valueDate],
    ...names.filter((name) => entry.data[name] !== undefined).map((name) => [name, entry.data[name]]),
  ]);

/** An event that is one command. */
export const plain = (command: string, body: (entry: Entry, story: Story) => Readonly<Record<string, unknown>>): Playable => ({
  command,
  play: (entry, story) => story.district.send(command, body(entry, story), entry.by, { period: entry.period }),
});

/** A command for each household that an event names. */
export const forHouseholds = (command: string, play: (household: string, entry: Entry, story: Story) => Promise<Outcome>): Playable => ({
  command,
  play: async (entry, story) => {
    const households: string[] = entry.data.households ?? [entry.data.household];
    return inOrder(...households.map((household) => () => play(household, entry, story)));
  },
});
