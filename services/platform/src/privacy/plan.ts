import type { CataloguedBackup } from "@huimin/backup";
import type { IsoDate } from "@huimin/calendar";
import type { PrivacyState } from "@huimin/privacy/events";
import type { RecordedAccess } from "@huimin/service-registry";

/* What an erasure plan says (domain 5.6). */

/** A person of the plan. */
export interface PlannedPerson {
  readonly person: string;
  readonly restriction: PrivacyState["restriction"] | null;
  /** Whether anything under the key can still be read. */
  readonly K1: { readonly readable: boolean; readonly keptUntil: IsoDate | null; readonly open: readonly string[] };
  readonly K2: { readonly readable: boolean; readonly erasable: "now" };
}

/** Records that are about the households of the plan, by their numbers. */
export interface Affected {
  readonly streams: readonly { readonly stream: string; readonly events: number }[];
  readonly loans: readonly string[];
  readonly dividends: readonly string[];
  readonly statements: readonly string[];
  readonly publicity: readonly string[];
}

/** In which form the data is there. */
export type Form = "ciphertext" | "key" | "lookup" | "clear" | "pseudonym" | "none";

export interface Place {
  readonly place: string;
  readonly form: Form;
  /** What of these persons is known to be there. */
  readonly found: readonly string[];
  /** How it is erased, or why it stays. */
  readonly zh: string;
  readonly en: string;
  /** Last day on which it stays, where there is one. */
  readonly until: IsoDate | null;
}

export interface ErasurePlan {
  readonly subject: string;
  readonly madeOn: IsoDate;
  readonly persons: readonly PlannedPerson[];
  readonly households: readonly string[];
  readonly affected: Affected;
  readonly places: readonly Place[];
}

/** What a plan is made of. */
export interface PlanFacts extends Pick<ErasurePlan, "persons" | "households" | "affected" | "madeOn"> {
  readonly backups: readonly CataloguedBackup[];
  readonly disclosures: readonly RecordedAccess[];
  readonly looks: number;
  readonly lookups: number;
  readonly bankFiles: { readonly folder: string; readonly files: number; readonly since: IsoDate | undefined };
  readonly shredFolder: string;
}
