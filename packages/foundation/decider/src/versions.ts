/*
 * Versions of event schemas. What was recorded is never rewritten: an event of an older version is brought to the current one
 * when it is read (upcast), so deciders and projections know one version only. Hashes and proofs are over the stored bytes,
 * which no upcast touches. A type that is not declared here has version 1 alone.
 */

/** What an upcast sees of the event besides its payload. */
export interface UpcastEnvelope {
  readonly position: number;
  readonly valueDate: string;
  readonly period: string;
  readonly recordedAt: string;
}

/** From one version to the next. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of every version are brought on through one type
export interface UpcastStep<P = any> {
  /** JSON schema of the older payload; frozen in docs/events. */
  readonly schema: object;
  /** A payload as it was recorded, for the test of the step. */
  readonly example: P;
  /** The payload of the next version. Pure: the same event gives the same payload for ever. */
  readonly up: (payload: P, envelope: UpcastEnvelope) => unknown;
}

/** An event of a version that this program does not know: a newer one has written it. */
export class EventTooNew extends Error {
  override readonly name = "EventTooNew";
  constructor(type: string, version: unknown, current: number) {
    super(
      `${type} has schema version ${String(version)}, this program knows ${current === 1 ? "1" : `1 to ${current}`}: run a newer program`,
    );
  }
}

const declared = new Map<string, readonly UpcastStep[]>();

/**
 * Declares the older versions of an event type: the first step leads from version 1 to 2, and so on, so that no version is
 * without one. Once for each type, beside its schema.
 */
export function declareVersions(type: string, steps: readonly UpcastStep[]): void {
  if (declared.has(type)) throw new Error(`versions of ${type} are declared twice`);
  if (steps.length === 0) throw new Error(`${type} has no older version to declare`);
  declared.set(type, steps);
}

/** The version that is recorded now. */
export const currentVersion = (type: string): number => (declared.get(type)?.length ?? 0) + 1;

/** Every older version that a log may hold. */
export const olderVersions = (): readonly { readonly type: string; readonly version: number; readonly step: UpcastStep }[] =>
  [...declared].flatMap(([type, steps]) => steps.map((step, i) => ({ type, version: i + 1, step })));

interface Versioned extends UpcastEnvelope {
  readonly type: string;
  readonly schemaVersion: number;
  readonly payload: unknown;
}

/** The event in its current version; the same object when it has that already. Throws {@link EventTooNew}. */
export function upcast<E extends Versioned>(event: E): E {
  const steps = declared.get(event.type);
  const { schemaVersion } = event;
  const current = (steps?.length ?? 0) + 1;
  if (schemaVersion === current) return event;
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > current)
    throw new EventTooNew(event.type, schemaVersion, current);
  let { payload } = event;
  for (const { up } of (steps as readonly UpcastStep[]).slice(schemaVersion - 1)) payload = up(payload, event);
  return { ...event, schemaVersion: current, payload };
}
