import { runCli } from "../cli/program.ts";
import type { Platform } from "../types.ts";

export interface CommandLine {
  /** Where the user stands. */
  readonly directory: string;
  /** On the platform of the specs; without one, the command opens its own. */
  readonly platform?: Platform | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Both, in the order in which they came. */
  readonly text: string;
  /** What came out, read as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly json: any;
}

/** Somebody who has files and no platform: a command that asks for a database finds none. */
export const apartFrom = (home: string): Readonly<Record<string, string>> => ({
  HUIMIN_HOME: home,
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
});

/** Runs `huimin …` in this process, as a user would on a terminal. */
export async function runHuimin(args: readonly string[], { directory, platform, environment = {} }: CommandLine): Promise<Told> {
  const [out, err, text]: string[][] = [[], [], []] as [string[], string[], string[]];
  const into = (lines: string[]) => (line: string) => {
    lines.push(line);
    text.push(line);
  };
  const code = await runCli(args, { terminal: { out: into(out), err: into(err) }, environment, directory, platform });
  const whole = out.join("\n");
  return { code, out: whole, err: err.join("\n"), text: text.join("\n"), json: parsed(whole) ?? parsed(out[0] ?? "") };
}

function parsed(text: string): unknown {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
