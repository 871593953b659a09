import { createHash } from "node:crypto";
import { compareNumbers } from "@huimin/identity";

/** A line as it is publicised. */
export interface ListLine {
  readonly household: string;
  readonly village: string;
  readonly weight: string;
  readonly amount: string;
}

/** Order of households in a list: by number (R7). */
export const byHousehold = (a: { readonly household: string }, b: { readonly household: string }): number =>
  compareNumbers(a.household, b.household);

/** SHA-256, hex, over household and amount of the lines of a part, one a line, households by number. */
export function hashOfPart(lines: readonly Pick<ListLine, "household" | "amount">[]): string {
  const hash = createHash("sha256");
  for (const { household, amount } of [...lines].sort(byHousehold)) hash.update(`${household}\t${amount}\n`);
  return hash.digest("hex");
}

/** SHA-256, hex, over the hashes of the parts in their order: what publicity, approval and allocation refer to. */
export function hashOfList(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part}\n`);
  return hash.digest("hex");
}
