import type { Finding, Found } from "./types.ts";

/** Findings kept, open ones first: a broken log has as many as it has events. */
export const FINDINGS_MAX = 1_000;

export interface Noted {
  readonly findings: readonly Finding[];
  /** Found now and not before, or again after it was gone. */
  readonly fresh: readonly Finding[];
}

/**
 * Adds what was found to the register.
 * @param looked - whether a finding that was not found now was looked for, and so is gone
 */
export function noteFindings(
  known: readonly Finding[],
  found: readonly Found[],
  now: string,
  looked: (finding: Finding) => boolean,
): Noted {
  const byId = new Map(known.map((finding) => [finding.id, finding]));
  const fresh: Finding[] = [];
  const seen = new Set<string>();
  for (const one of found) {
    if (seen.has(one.id)) continue;
    seen.add(one.id);
    const { gone, ...before } = byId.get(one.id) ?? { ...one, firstSeen: now, lastSeen: now, gone: undefined };
    const finding: Finding = { ...before, ...one, lastSeen: now };
    if (gone !== undefined || !byId.has(one.id)) fresh.push(finding);
    byId.set(one.id, finding);
  }
  for (const [id, finding] of byId) {
    if (!seen.has(id) && finding.gone === undefined && looked(finding)) byId.set(id, { ...finding, gone: now });
  }
  const all = [...byId.values()].sort(
    (a, b) => Number(a.gone !== undefined) - Number(b.gone !== undefined) || (a.firstSeen < b.firstSeen ? -1 : 1),
  );
  return { findings: all.slice(0, FINDINGS_MAX), fresh };
}

export const openFindings = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({ gone }) => gone === undefined);
