import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { shanghaiDate } from "@huimin/calendar";
import { type App, needsRole, RefusalError } from "@huimin/http";
import { privacyErrors } from "@huimin/privacy";
import { Type } from "typebox";
import type { Platform } from "../types.ts";
import { type ErasurePlan, erasurePlan, type PlanFacts } from "./erasure-plan.ts";

/** Files of a folder counted at most: beyond it the plan says that there are many, which is what matters. */
const FILES_MAX = 100_000;

/** How many files of banks are kept, and since when; names of files are not looked into. */
export async function bankFilesIn(folder: string): Promise<PlanFacts["bankFiles"]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).slice(0, FILES_MAX);
  let oldest = Number.POSITIVE_INFINITY;
  for (const { parentPath, name } of files) oldest = Math.min(oldest, (await stat(path.join(parentPath, name))).mtimeMs);
  return { folder, files: files.length, since: files.length === 0 ? undefined : shanghaiDate(Math.floor(oldest)) };
}

/** The plan, or the refusal that says that nobody is known by this id. */
export async function planFor(platform: Platform, subject: string): Promise<ErasurePlan> {
  const plan = await erasurePlan(platform, subject, () => bankFilesIn(platform.bankFilesFolder));
  if (!plan)
    throw new RefusalError({ code: privacyErrors.PRIVACY_PERSON_UNKNOWN, details: { person: subject.slice(0, 64) }, path: "/subject" });
  return plan;
}

const Open = Type.Object({}, { additionalProperties: true });

/** 删除计划: where the data of a person or household lies. Register under `/api/v1`. */
export async function erasurePlanRoutes(app: App, platform: Platform): Promise<void> {
  app.get(
    "/privacy/plans/:subject",
    {
      onRequest: needsRole("POV", "FIN-R", "AUD"),
      config: { rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: {
        tags: ["privacy"],
        security: [{ session: [] }, { bearer: [] }],
        summary: "删除计划 / Where the data of a person or household lies, how each place is erased or why it stays",
        params: Type.Object({ subject: Type.String({ minLength: 1, maxLength: 64, description: "personId or household number" }) }),
        response: { 200: Open },
      },
    },
    async (request) => ({ ...(await planFor(platform, request.params.subject)) }),
  );
}
