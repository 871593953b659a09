import { Gauge, type Registry } from "prom-client";
import { openFindings } from "./findings.ts";
import type { AuditState } from "./types.ts";

/** Gauges of the auditor, set from its state after each round. */
export function auditGauges(registry: Registry): (state: AuditState, now: number) => void {
  const registers = [registry];
  const findings = new Gauge({ name: "huimin_audit_findings", help: "Open findings of the auditor", labelNames: ["severity"], registers });
  const position = new Gauge({ name: "huimin_audit_position", help: "Events that the auditor has hashed", registers });
  const roundAt = new Gauge({ name: "huimin_audit_last_round_seconds", help: "POSIX time of the auditor's last round", registers });
  return (state, now) => {
    const open = openFindings(state.findings);
    for (const severity of ["error", "warning"] as const)
      findings.set({ severity }, open.filter((one) => one.severity === severity).length);
    position.set(state.position);
    roundAt.set(Math.floor(now / 1000));
  };
}
