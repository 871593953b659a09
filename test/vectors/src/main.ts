import { casesIn, runCase, WrongUsage } from "./run.ts";

/** `npm run vectors -- DIR`: one line a case, then `N passed, M failed`; exit 1 when a case failed, 2 for wrong usage. */
function main(args: readonly string[]): number {
  const [folder, ...more] = args;
  if (folder === undefined || more.length > 0) {
    process.stderr.write("usage: npm run vectors -- DIR\nDIR is a folder of loan case files (format loan-cases/1).\n");
    return 2;
  }
  let passed = 0;
  let failed = 0;
  try {
    for (const { value, fallbackId } of casesIn(folder)) {
      const { id, difference } = runCase(value, fallbackId);
      if (difference === undefined) passed++;
      else failed++;
      process.stdout.write(difference === undefined ? `ok ${id}\n` : `FAIL ${id}: ${difference}\n`);
    }
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
