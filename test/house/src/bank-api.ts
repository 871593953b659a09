import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPlatform } from "@huimin/platform";
import { bankApiTypes, TYPES_FILE } from "@huimin/sdk-bank/generate";
import type { Documents } from "./documents.ts";

/*
 * The bank's API as a document, and the SDK's types made from it. A test fails when a committed one differs from the code:
 * a bank's programs are written after them.
 */

export const BANK_API = "docs/api/bank.openapi.json";
const PREFIX = "/bank/v1/";

interface OpenApi {
  readonly info: object;
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> };
}

/** The document of the whole product. No database is reached: nothing connects before the first request. */
async function productDocument(): Promise<OpenApi> {
  const home = await mkdtemp(path.join(tmpdir(), "huimin-docs-"));
  try {
    const platform = await createPlatform({
      district: "410803",
      home,
      databaseUrl: "postgresql://127.0.0.1:9/none",
      migrate: false,
      project: false,
      logLevel: "silent",
    });
    const document = platform.app.swagger() as unknown as OpenApi;
    await platform.close();
    return document;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const PROBLEM_REF = { $ref: "#/components/schemas/Problem" };

/** Problem details stand beside every answer: named once, the document is a third as long. */
function withoutRepeats(paths: OpenApi["paths"]): { paths: object; problem: unknown } {
  let problem: unknown;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key !== "application/problem+json") return [key, walk(inner)];
        problem ??= (inner as { schema: unknown }).schema;
        return [key, { schema: PROBLEM_REF }];
      }),
    );
  };
  return { paths: walk(paths) as object, problem };
}

/** The part of it that banks call. */
export function bankPartOf({ info, paths, components }: OpenApi): string {
  const own = Object.fromEntries(
    Object.entries(paths)
      .filter(([route]) => route.startsWith(PREFIX))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const short = withoutRepeats(own);
  const { signature } = components.securitySchemes;
  const document = {
    openapi: "3.1.0",
    info: { ...info, title: "惠民账本银行接口 Huimin Ledger bank API" },
    components: { securitySchemes: { signature }, schemas: { Problem: short.problem } },
    paths: short.paths,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Document and types. */
export async function bankApiDocuments(): Promise<Documents> {
  const document = bankPartOf(await productDocument());
  return new Map([
    [BANK_API, document],
    [`packages/sdk/bank/${TYPES_FILE}`, await bankApiTypes(document)],
  ]);
}
