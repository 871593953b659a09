import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running `appender.child.ts` and what it was told so far: key → position. */
export interface Appender {
  readonly process: ChildProcess;
  readonly acknowledged: Map<string, number>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function startAppender(url: string, district: string, name: string, count: number, parallel: number): Appender {
  const script = fileURLToPath(new URL("./appender.child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, url, district, name, String(count), String(parallel)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged = new Map<string, number>();
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on("line", (line) => {
    const [, key, position] = /^ok (\S+) (\d+)$/.exec(line) ?? [];
    if (key) acknowledged.set(key, Number(position));
  });
  const drained = new Promise<void>((resolve) => lines.once("close", resolve));
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => void drained.then(() => resolve(code ?? signal ?? "unknown")));
  });
  return { process: child, acknowledged, ended };
}

/** Waits until the condition holds; fails after the time given. */
export async function until(condition: () => boolean, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not so after ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
