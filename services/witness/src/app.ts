import { cosign, parseAddCheckpoint, type WitnessAnswer, type WitnessRefusal } from "@huimin/checkpoints";
import { NoteError, parseCheckpointText, parseNote, verifierKey } from "@huimin/proof-log";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { WitnessHome } from "./home.ts";

export interface WitnessOptions {
  readonly home: WitnessHome;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly logger?: boolean;
}

/** 63 hashes, a checkpoint, and the signatures of many witnesses. */
const BODY_BYTES_MAX = 65_536;
const REQUEST_MS_MAX = 10_000;
const STATUS: Readonly<Record<WitnessRefusal, number>> = { malformed: 400, signature: 403, "unknown-log": 404, proof: 422 };

/** The HTTP service of a witness (c2sp.org/tlog-witness). */
export function buildWitness({ home, clock = Date.now, logger = false }: WitnessOptions): FastifyInstance {
  const app = Fastify({
    logger,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    connectionTimeout: REQUEST_MS_MAX,
    forceCloseConnections: "idle",
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  /** One at a time: what is compared with the last head is stored before the next is looked at. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  app.post("/add-checkpoint", async (request, reply) => {
    const body = typeof request.body === "string" ? request.body : "";
    const answer = await inTurn(() => judge(home, body, Math.floor(clock() / 1000)));
    if (answer.kind !== "cosigned") request.log.warn({ answer }, "not cosigned");
    return send(reply, answer);
  });
  app.get("/", async (_request, reply) => reply.type("text/plain; charset=utf-8").send(`${verifierKey(home.signer.verifier)}\n`));
  app.get("/healthz", async () => ({ status: "ok" }));
  return app;
}

async function judge(home: WitnessHome, body: string, seconds: number): Promise<WitnessAnswer> {
  try {
    const { oldSize, proof, note } = parseAddCheckpoint(body);
    const { origin } = parseCheckpointText(parseNote(note).text);
    const log = home.logs.find(({ name }) => name === origin);
    if (!log) return { kind: "refused", reason: "unknown-log", why: `${origin} is not known here` };
    const answer = cosign(note, oldSize, proof, { log, last: home.head(origin) }, home.signer, seconds);
    if (answer.kind === "cosigned") await home.keep(origin, answer.head);
    else if ((answer.kind === "conflict" && answer.forked) || (answer.kind === "refused" && answer.reason === "proof"))
      await home.witnessed(body);
    return answer;
  } catch (fault) {
    if (fault instanceof NoteError) return { kind: "refused", reason: "malformed", why: fault.message };
    throw fault;
  }
}

function send(reply: FastifyReply, answer: WitnessAnswer): FastifyReply {
  if (answer.kind === "cosigned") return reply.type("text/plain; charset=utf-8").send(answer.line);
  if (answer.kind === "conflict")
    return reply
      .code(409)
      .header("content-type", "text/x.tlog.size")
      .send(Buffer.from(`${answer.size}\n`));
  return reply.code(STATUS[answer.reason]).type("text/plain; charset=utf-8").send(`${answer.why}\n`);
}
