import { setFlagsFromString } from "node:v8";

/*
 * Commands that pass over the whole log make garbage as fast as they read, and V8 answers with a young generation of tens of
 * megabytes. They run beside a product that serves, so they keep it small; a rebuild, which should be fast, does not.
 */
const BESIDE_THE_PRODUCT: ReadonlySet<string> = new Set(["backup", "restore", "verify", "checkpoint", "receipt", "audit"]);

/** Before the program is loaded: the young generation grows while it is, and then it is too late. */
export function keepHeapSmall(command: string | undefined): void {
  if (BESIDE_THE_PRODUCT.has(command ?? "")) setFlagsFromString("--semi-space-growth-factor=1");
}
