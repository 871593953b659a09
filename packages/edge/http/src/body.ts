import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body's bytes as they arrived, for digests; null when there was none. */
    rawBody: Uint8Array | null;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * JSON bodies, kept as bytes too. Refuses bytes that are not UTF-8 (BODY_NOT_UTF8) and text that is not JSON or tries
 * to reach a prototype (BODY_NOT_JSON).
 */
export function acceptJson(app: FastifyInstance): void {
  app.decorateRequest("rawBody", null);
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(["application/json"], { parseAs: "buffer" }, (request: FastifyRequest, body: Buffer, done) => {
    request.rawBody = body;
    let text: string;
    try {
      text = utf8.decode(body);
    } catch {
      done(new RefusalError({ code: errors.BODY_NOT_UTF8 }));
      return;
    }
    parse(request, text, (fault, value) => (fault ? done(new RefusalError({ code: errors.BODY_NOT_JSON })) : done(null, value)));
  });
}
