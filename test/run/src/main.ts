import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";

/*
 * `npm test`: every check that CI makes, one after the other, and a plain line at the end. A step that is not a test
 * suite (types, lint, import rules) counts as one check. Nothing stops at the first failure: a run shows all of them.
 */

const root = path.resolve(import.meta.dirname, "../../..");
const results = path.join(root, ".huimin/test");

interface Tally {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** How the step's outcome is counted; default: one check by exit code. */
  readonly count?: (exitCode: number, output: string) => Promise<Tally>;
}

function run(command: string, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" },
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-200_000);
      process.stdout.write(chunk);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (fault) => resolve({ exitCode: 127, output: `${output}\n${fault.message}` }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Counts a vitest run from its JSON report; a file that failed to load is a failure even without tests in it. */
const vitestTally =
  (file: string) =>
  async (exitCode: number): Promise<Tally> => {
    const tally: Tally = { passed: 0, failed: 0, skipped: [] };
    if (!existsSync(file)) return { ...tally, failed: 1 };
    const report = JSON.parse(await readFile(file, "utf8")) as VitestReport;
    for (const suite of report.testResults) {
      if (suite.status === "failed" && suite.assertionResults.every((test) => test.status !== "failed")) tally.failed += 1;
      for (const test of suite.assertionResults) {
        if (test.status === "passed") tally.passed += 1;
        else if (test.status === "failed") tally.failed += 1;
        else tally.skipped.push(`${path.relative(root, suite.name)}: ${test.fullName}`);
      }
    }
    if (exitCode !== 0 && tally.failed === 0) tally.failed = 1;
    return tally;
  };

/** Counts a runner that ends with `N passed, M failed`. */
const plainTally = async (exitCode: number, output: string): Promise<Tally> => {
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  if (!line) return { passed: 0, failed: 1, skipped: [] };
  const failed = Number(line[2]);
  return { passed: Number(line[1]), failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped: [] };
};

const vitest = (project: string): Step => {
  const file = path.join(results, `${project}.json`);
  return {
    name: `tests: ${project}`,
    command: "vitest",
    args: ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    count: vitestTally(file),
  };
};

const steps: readonly Step[] = [
  { name: "types", command: "tsc", args: ["-p", "."] },
  { name: "lint and format", command: "biome", args: ["ci", "--max-diagnostics=40", "."] },
  { name: "import rules", command: "depcruise", args: ["packages", "services", "test", "--config", ".dependency-cruiser.cjs"] },
  vitest("unit"),
  vitest("int"),
  vitest("e2e"),
  vitest("demo"),
  { name: "vectors", command: "node", args: ["test/vectors/src/main.ts", "test/vectors/data"], count: plainTally },
  { name: "scenarios", command: "node", args: ["test/scenario/src/main.ts", "test/scenario/data"], count: plainTally },
];

const only = process.argv.slice(2);
await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });
const total: Tally = { passed: 0, failed: 0, skipped: [] };
const failedSteps: string[] = [];
for (const step of steps) {
  if (only.length > 0 && !only.some((word) => step.name.includes(word))) continue;
  const started = performance.now();
  process.stdout.write(`\n== ${step.name}\n`);
  const { exitCode, output } = await run(step.command, step.args);
  const tally = step.count
    ? await step.count(exitCode, output)
    : { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: [] };
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped.push(...tally.skipped);
  if (tally.failed > 0) failedSteps.push(step.name);
  process.stdout.write(
    `-- ${step.name}: ${tally.failed === 0 ? "ok" : "FAILED"} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
}
for (const name of total.skipped) process.stdout.write(`skipped: ${name}\n`);
if (failedSteps.length > 0) process.stdout.write(`failed steps: ${failedSteps.join(", ")}\n`);
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : ""}\n`,
);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
