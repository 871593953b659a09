import { readFileSync } from "node:fs";
import path from "node:path";
import { shanghaiInstant } from "@huimin/calendar";
import { parseWitnesses, type Witness } from "@huimin/checkpoints";
import type { Config } from "@huimin/config";
import { openPool } from "@huimin/database";
import type { JobKind } from "@huimin/jobs";
import { NoteError, type NoteVerifier, parseVerifierKey } from "@huimin/proof-log";
import { AuditBusy, type AuditCheck, Auditor, type AuditRouteOptions, auditGauges, type Finding, readState } from "@huimin/service-auditor";
import type { Platform } from "../types.ts";
import { auditChecks } from "./audit-checks.ts";
import { booksPicture } from "./audit-picture.ts";
import { fileLogSigner } from "./log-key.ts";

/* 审计 composed: the auditor of this machine, whether in the ledger's process or alone. */

export type AuditPlaces = Pick<Config, "district" | "auditFolder" | "auditLogKey" | "logKeyFile" | "checkpointFolder" | "witnesses">;

/** The auditor asks one question after the other; its checks hold one snapshot. */
const CONNECTIONS = 2;

/** The log's public key: as it is configured, else that of the key on this machine. Throws {@link NoteError}. */
export function logVerifier({ auditLogKey, logKeyFile, district }: AuditPlaces): NoteVerifier {
  if (auditLogKey === undefined) return fileLogSigner(logKeyFile, district).verifier;
  return parseVerifierKey(/\+[0-9a-f]{8}\+/.test(auditLogKey) ? auditLogKey : readFileSync(auditLogKey, "utf8"));
}

/** The configured witnesses. Throws {@link NoteError} for a key that is none. */
export function witnessesOf(text: string | undefined): readonly Witness[] {
  if (text === undefined) return [];
  const witnesses = parseWitnesses(text, parseVerifierKey);
  if (witnesses === undefined) throw new NoteError("HUIMIN_WITNESSES: each is an address and a public key (name+keyid+key) that fits");
  return witnesses;
}

export interface OpenAuditor {
  readonly auditor: Auditor;
  close(): Promise<void>;
}

export interface AuditorSetup extends AuditPlaces {
  readonly databaseUrl: string;
  readonly clock: () => number;
  readonly checks?: readonly AuditCheck[];
  readonly onFinding?: (finding: Finding) => void;
}

/** Opens the auditor on a database, with the role `huimin_auditor`. */
export function openAuditor(setup: AuditorSetup): OpenAuditor {
  const { databaseUrl, district, auditFolder: folder, checkpointFolder, clock, checks = auditChecks(), onFinding } = setup;
  const pool = openPool({ url: databaseUrl, role: "huimin_auditor", max: CONNECTIONS, applicationName: "huimin audit" });
  const auditor = new Auditor({
    ...{ pool, district, folder, clock, checks, picture: booksPicture },
    logKeys: [logVerifier(setup)],
    witnesses: witnessesOf(setup.witnesses).map(({ verifier }) => verifier),
    checkpointFolders: [checkpointFolder],
    ...(onFinding ? { onFinding } : {}),
  });
  return { auditor, close: () => pool.end() };
}

/** The routes read what the auditor of this machine last wrote. */
export const auditRouteOptionsOf = ({ clock, home }: Platform, auditFolder = path.join(home, "audit")): AuditRouteOptions => ({
  clock,
  state: () => readState(auditFolder),
});

/** A line in the process's log for each new finding: this is what an operator's alarm listens to. */
export const alarmOf =
  (logger: Platform["logger"]) =>
  ({ severity, id, zh, en, examples, count }: Finding): void =>
    logger[severity === "error" ? "error" : "warn"]({ finding: id, count, examples }, `audit: ${zh} / ${en}`);

/** The auditor in the ledger's own process; it has the vault, so it looks into printed statements as well. */
export const openPlatformAuditor = (platform: Platform, places: AuditPlaces): OpenAuditor =>
  openAuditor({
    ...places,
    ...{ district: platform.district, databaseUrl: platform.databaseUrl, clock: platform.clock },
    ...{ checks: auditChecks(platform.vault), onFinding: alarmOf(platform.logger) },
  });

/** A bounded round every five minutes, in the ledger's process. */
export const auditJob = (platform: Platform, { auditor }: OpenAuditor): JobKind => {
  const show = auditGauges(platform.metrics.registry);
  return {
    name: "audit",
    daily: { pattern: "*/5 * * * *", dataAt: () => ({ minute: shanghaiInstant(platform.clock()).slice(0, 16) }) },
    run: async () => {
      try {
        const { state } = await auditor.round();
        show(state, platform.clock());
      } catch (fault) {
        // A round that lasts longer than five minutes is not begun twice.
        if (!(fault instanceof AuditBusy)) throw fault;
      }
    },
  };
};
