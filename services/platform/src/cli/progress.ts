import cliProgress from "cli-progress";

/** Shows how far a long command is. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

/** Below this nothing is shown: a short command prints its result and no more. */
const SILENT_MS = 2_000;

/** A bar on standard error after two seconds; a line every ten seconds where that is no terminal. */
export function startProgress(what: string, enabled: boolean): Progress {
  if (!enabled) return { update: () => undefined, stop: () => undefined };
  const began = performance.now();
  const bar = new cliProgress.SingleBar({
    format: `${what} [{bar}] {percentage}% {value}/{total} {eta_formatted}`,
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    hideCursor: true,
  });
  let shown = false;
  return {
    update(done, total) {
      if (!shown && done < total && performance.now() - began > SILENT_MS) {
        bar.start(total, done);
        shown = true;
      }
      if (shown) {
        bar.setTotal(total);
        bar.update(done);
      }
    },
    stop() {
      if (shown) bar.stop();
    },
  };
}
