import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Bench, BenchResult } from "./bench.ts";

/** A bound on the heap, as every long-running process of an office should have: the run needs no more, whatever its size. */
const HEAP_FLAGS = ["--max-old-space-size=256", "--max-semi-space-size=16"];

/**
 * A dividend run of 1,000,000 households from the list to the bank's files, in the books to the fen; see
 * dividend-run.child.ts. HUIMIN_BENCH_HOUSEHOLDS sets another size.
 */
export const dividendRunBench: Bench = {
  name: "dividend-run",
  async run({ quick }) {
    const script = fileURLToPath(new URL("./dividend-run.child.ts", import.meta.url));
    const child = fork(script, [], { execArgv: HEAP_FLAGS, stdio: "inherit" });
    child.send(quick);
    let results: readonly BenchResult[] | undefined;
    child.once("message", (message) => {
      results = message as readonly BenchResult[];
    });
    const [code] = await once(child, "exit");
    if (!results) throw new Error(`the run ended with code ${code}`);
    return results;
  },
};
