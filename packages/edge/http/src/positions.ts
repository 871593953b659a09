import type { FastifyRequest, preHandlerAsyncHookHandler } from "fastify";
import { Type } from "typebox";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError } from "./problem.ts";
import type { App } from "./server.ts";

/** How a server knows how far its read models are. */
export interface ReadModels {
  /** Waits until the read models have folded this position, at most `timeoutMs`. */
  waitFor(position: number, timeoutMs: number): Promise<{ readonly reached: boolean; readonly position: number }>;
}

declare module "fastify" {
  interface FastifyInstance {
    readModels: ReadModels;
  }
}

/** Makes `app.readModels` known to the routes of this server. */
export function readModelsWith(app: App, readModels: ReadModels): void {
  app.decorate("readModels", readModels);
}

/** Longest wait of a read for a position: a batch of the projector takes a tenth of it. */
const WAIT_MS_MAX = 3_000;

/** Query of a read that wants to see a certain command: the position that the command answered with. */
export const MinPosition = {
  "min-position": Type.Optional(Type.Integer({ minimum: 0, description: "wait (at most 3 s) until the books have reached it" })),
};

/** Hook of a read route: waits for `min-position`. Refuses POSITION_NOT_REACHED (503, Retry-After). */
export const waitsForPosition: preHandlerAsyncHookHandler = async (request: FastifyRequest) => {
  const wanted = (request.query as { "min-position"?: number })["min-position"];
  if (wanted === undefined || wanted === 0) return;
  const result = await request.server.readModels.waitFor(wanted, WAIT_MS_MAX);
  if (!result.reached) throw new RefusalError({ code: errors.POSITION_NOT_REACHED, details: { wanted, reached: result.position } });
};
