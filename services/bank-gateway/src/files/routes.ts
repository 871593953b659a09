import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { BankFileKind, BankFileMode } from "@huimin/bank-file/events";
import { BankFileFault, writeCsv, writeXlsx } from "@huimin/bank-files";
import { type App, needsRole, personOf, RefusalError } from "@huimin/http";
import { digestIs, signingErrors } from "@huimin/signing";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler, preHandlerAsyncHookHandler } from "fastify";
import { Type } from "typebox";
import { bankOf } from "../authenticate.ts";
import type { FileSender } from "./booking.ts";
import { fileErrors as errors } from "./errors.ts";
import type { BankFileIntake, FileAnswer } from "./intake.ts";
import { BANK_FILE_KINDS, templateOf } from "./kinds.ts";
import { CONTENT_TYPE } from "./reporting.ts";
import type { Spooled } from "./storage.ts";

/*
 * Files over HTTP: the body is the file. A bank signs it like its messages; its key is checked before a byte is stored.
 * The same for a person who has the file from a bank that cannot sign.
 */

export const FILE_TYPES = [
  "text/csv",
  "application/xml",
  "text/xml",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/octet-stream",
];

/** A file that is booked in this time is answered with its outcome; a larger one with 202, and asked for. */
const ANSWER_WITHIN_MS = 25_000;
/** Files of one sender in a minute. */
const RATE = { rateLimit: { max: 60, timeWindow: 60_000 } };

const closed = { additionalProperties: false } as const;
const Kind = Type.Enum([...BANK_FILE_KINDS], { description: "what a table is; a message of ISO 20022 says it by itself" });
const Query = {
  kind: Type.Optional(Kind),
  mode: Type.Optional(Type.Enum(["good", "all"], { description: "all: every row or none; good (default): the rows without a fault" })),
};
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the file, hex" });
const Answer = Type.Object(
  { sha256: Type.String(), status: Type.String({ description: "booked, partly, refused, booking" }) },
  { additionalProperties: true },
);

export interface FileRouteOptions {
  readonly intake: BankFileIntake;
  /** Told when a file that was answered with 202 could not be booked; the sweep takes it up again. */
  readonly onFault: (fault: unknown, file: { readonly bank: string; readonly sha256: string }) => void;
}

/** Bodies of these routes go to disk, never to memory. */
function acceptFiles(app: App, { intake }: FileRouteOptions): void {
  // What was not taken, because its address or signature was wrong, does not stay.
  app.addHook("onError", async (request) => {
    if (isSpooled(request.body)) await intake.storage.drop(request.body);
  });
  (app as unknown as FastifyInstance).addContentTypeParser(
    FILE_TYPES,
    async (_request: FastifyRequest, payload: AsyncIterable<Uint8Array>) => {
      try {
        return await intake.storage.spool(payload);
      } catch (fault) {
        if (fault instanceof BankFileFault) throw new RefusalError(fault.refusal);
        throw fault;
      }
    },
  );
}

const isSpooled = (body: unknown): body is Spooled =>
  typeof (body as Spooled | undefined)?.sha256 === "string" && "path" in (body as object);

function spooledOf(request: FastifyRequest): Spooled {
  if (!isSpooled(request.body)) throw new RefusalError({ code: errors.BANK_FILE_KIND, details: { format: "JSON", kind: "file" } });
  return request.body;
}

/** After the body has arrived: it is the one that was signed. */
const bodyAsSigned =
  ({ intake }: FileRouteOptions): preHandlerAsyncHookHandler =>
  async (request) => {
    const spooled = spooledOf(request);
    if (digestIs(String(request.headers["content-digest"]), Buffer.from(spooled.sha256, "hex"))) return;
    await intake.storage.drop(spooled);
    throw new RefusalError({ code: signingErrors.DIGEST_MISMATCH });
  };

const STATUS = { booked: 201, partly: 201, refused: 422 } as const;

async function take(
  options: FileRouteOptions,
  reply: FastifyReply,
  spooled: Spooled,
  of: { readonly bank: string; readonly kind: BankFileKind | undefined; readonly mode: BankFileMode | undefined },
  sender: FileSender,
): Promise<FastifyReply> {
  const { bank } = of;
  const { sha256 } = spooled;
  const work = options.intake.take(spooled, of, sender);
  work.catch((fault) => reply.sent && options.onFault(fault, { bank, sha256 }));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
  });
  const done = await Promise.race([work, late]).finally(() => clearTimeout(timer));
  if (!done) return reply.code(202).send({ sha256, bank, status: "booking" });
  if (done.again) reply.header("idempotent-replayed", "true");
  return reply.code(done.again ? 200 : STATUS[done.answer.status]).send(done.answer);
}

/** What became of a file. Refuses BANK_FILE_NOT_FOUND, BANK_FILE_STILL_BOOKING. */
async function answerOf({ intake }: FileRouteOptions, bank: string, sha256: string): Promise<FileAnswer> {
  const answer = await intake.answerOf(bank, sha256);
  if (answer) return answer;
  const under = intake.isRunning(bank, sha256) || (await intake.state(bank, sha256)).status === "received";
  throw new RefusalError({ code: under ? errors.BANK_FILE_STILL_BOOKING : errors.BANK_FILE_NOT_FOUND, details: { sha256 } });
}

async function sendReport(options: FileRouteOptions, reply: FastifyReply, bank: string, sha256: string): Promise<FastifyReply> {
  const { report = "csv" } = await answerOf(options, bank, sha256);
  const file = options.intake.storage.reportOf(bank, sha256, report);
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new RefusalError({ code: errors.BANK_FILE_NOT_FOUND, details: { sha256 } });
  return reply
    .type(CONTENT_TYPE[report] ?? "application/octet-stream")
    .header("content-length", found.size)
    .header("content-disposition", `attachment; filename="${sha256.slice(0, 16)}.report.${report}"`)
    .header("cache-control", "no-store")
    .send(createReadStream(file));
}

interface Paths {
  readonly prefix: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** How a person is let in; a bank is by its scopes. */
  readonly guard?: onRequestAsyncHookHandler;
  readonly bank: (request: FastifyRequest) => string;
  readonly params: Readonly<Record<string, typeof Sha256>>;
}

/** What both kinds of sender may ask. */
function readingRoutes(app: App, options: FileRouteOptions, { prefix, tags, security, guard, bank, params }: Paths): void {
  const common = guard ? { onRequest: guard } : { config: { bankScope: "files:read" } };
  const forWhom = prefix === "" ? "" : "ForBank";
  const schema = { tags: [...tags], security: security };
  const shaOf = (request: FastifyRequest): string => (request.params as { sha256: string }).sha256;
  const of = Type.Object({ ...params, sha256: Sha256 });
  app.get(
    `${prefix}/files/:sha256`,
    {
      ...common,
      schema: {
        ...schema,
        operationId: `getFile${forWhom}`,
        summary: "文件处理结果 / What became of a file",
        params: of,
        response: { 200: Answer },
      },
    },
    async (request) => answerOf(options, bank(request), shaOf(request)),
  );
  app.get(
    `${prefix}/files/:sha256/report`,
    {
      ...common,
      schema: {
        ...schema,
        operationId: `getFileReport${forWhom}`,
        summary: "逐行回执 / The report, row by row, in the file's own format",
        params: of,
      },
    },
    async (request, reply) => sendReport(options, reply, bank(request), shaOf(request)),
  );
}

/** Files of banks that sign. Register under `/bank/v1`. */
export async function bankFileRoutes(parent: App, options: FileRouteOptions): Promise<void> {
  await parent.register(async (scope) => {
    const app = scope as App;
    acceptFiles(app, options);
    const security = [{ signature: [] }];
    app.post(
      "/files",
      {
        preHandler: bodyAsSigned(options),
        config: { ...RATE, bankScope: "files:write" },
        schema: {
          operationId: "sendFile",
          tags: ["bank files"],
          security,
          summary: "上传文件 / Send a file",
          description:
            "CSV or Excel after a template, camt.053, camt.054 or pain.002. Signed; the file itself is the idempotency key: sent again, it gets its first answer. 201 booked (all or the good rows), 200 known, 202 still being booked, 422 nothing was booked.",
          consumes: FILE_TYPES,
          querystring: Type.Object(Query, closed),
          response: { 200: Answer, 201: Answer, 202: Answer, 422: Answer },
        },
      },
      async (request, reply) => {
        const bank = bankOf(request);
        const { kind, mode } = request.query as { kind?: BankFileKind; mode?: BankFileMode };
        return take(options, reply, spooledOf(request), { bank, kind, mode }, { bank, channel: "file", correlationId: request.id });
      },
    );
    readingRoutes(app, options, { prefix: "", tags: ["bank files"], security, bank: bankOf, params: {} });
    templateRoute(app);
  });
}

/** An empty template. It says nothing of anybody, so everybody may have it. */
function templateRoute(app: App): void {
  app.get(
    "/file-templates/:kind",
    {
      config: { openToAll: true },
      schema: {
        operationId: "getFileTemplate",
        tags: ["bank files"],
        summary: "模板 / An empty template",
        params: Type.Object({ kind: Kind }),
        querystring: Type.Object({ format: Type.Optional(Type.Enum(["csv", "xlsx"])) }, closed),
      },
    },
    async (request, reply) => {
      const { kind } = request.params as { kind: BankFileKind };
      const { format = "csv" } = request.query as { format?: "csv" | "xlsx" };
      const header = [templateOf(kind)];
      const bytes = Buffer.concat(await Array.fromAsync(format === "csv" ? writeCsv(header) : writeXlsx(kind, header)));
      return reply
        .type(CONTENT_TYPE[format] as string)
        .header("content-disposition", `attachment; filename="${kind}.${format}"`)
        .send(bytes);
    },
  );
}

const Bank = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });

/** Files that a person takes from a bank without keys: it is their author, the person stands behind them. Register under `/api/v1`. */
export async function paperFileRoutes(parent: App, options: FileRouteOptions): Promise<void> {
  await parent.register(async (scope) => {
    const app = scope as App;
    acceptFiles(app, options);
    const guard = needsRole("FOF", "FIN-M") as onRequestAsyncHookHandler;
    const security = [{ session: [] }, { bearer: [] }];
    const bankIn = (request: FastifyRequest): string => (request.params as { bank: string }).bank;
    app.post(
      "/banks/:bank/files",
      {
        onRequest: guard,
        config: RATE,
        schema: {
          operationId: "sendFileForBank",
          tags: ["paper messages"],
          security,
          summary: "代银行上传文件 / Send a file for a bank",
          consumes: FILE_TYPES,
          params: Type.Object({ bank: Bank }),
          querystring: Type.Object(
            { ...Query, document: Type.String({ minLength: 1, maxLength: 160, description: "number of the letter or carrier" }) },
            closed,
          ),
          response: { 200: Answer, 201: Answer, 202: Answer, 422: Answer },
        },
      },
      async (request, reply) => {
        const bank = bankIn(request);
        const { kind, mode, document } = request.query as { kind?: BankFileKind; mode?: BankFileMode; document: string };
        const sender = { bank, channel: "file", checker: personOf(request).id, correlationId: request.id, document } as const;
        return take(options, reply, spooledOf(request), { bank, kind, mode }, sender);
      },
    );
    readingRoutes(app, options, {
      prefix: "/banks/:bank",
      tags: ["paper messages"],
      security,
      guard,
      bank: bankIn,
      params: { bank: Bank },
    });
  });
}
