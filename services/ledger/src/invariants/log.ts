import type { InvariantResult } from "@huimin/books";
import { leafHash } from "@huimin/proof-log";
import { type CheckSources, Finding } from "./types.ts";

/** Events held in memory at a time. */
const PAGE = 2_000;

interface Said {
  readonly position?: number;
  readonly stream?: string;
  readonly streamVersion?: number;
}

/**
 * The log's own bytes: each leaf hash is that of the stored text, each text is the event of its position, and the
 * versions of each stream are 1, 2, 3 …. Memory: one number for each stream.
 */
export async function checkBytes({ store, district }: CheckSources): Promise<InvariantResult[]> {
  const hashes = new Finding("log-hashes", "事件内容与其哈希一致", "Each leaf hash is that of the stored bytes");
  const versions = new Finding("stream-versions", "每个流的版本连续", "Versions of each stream are 1, 2, 3 … without gaps");
  const versionOf = new Map<string, number>();
  const head = await store.head(district);
  for (let position = 0; position < head; ) {
    const leaves = await store.readLeaves(district, position, PAGE);
    for (const leaf of leaves) {
      const said = JSON.parse(leaf.canonical) as Said;
      const right = Buffer.from(leafHash(Buffer.from(leaf.canonical))).equals(leaf.leafHash);
      hashes.look(right && said.position === leaf.position ? undefined : `position ${leaf.position}`);
      const expected = (versionOf.get(said.stream ?? "") ?? 0) + 1;
      versionOf.set(said.stream ?? "", said.streamVersion ?? 0);
      versions.look(
        said.streamVersion === expected
          ? undefined
          : `position ${leaf.position}: version ${said.streamVersion} of ${said.stream}, expected ${expected}`,
      );
    }
    const last = leaves.at(-1)?.position;
    if (last === undefined) break;
    position = last;
  }
  return [hashes.result(), versions.result()];
}
