import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Of a route of the bank's API: the one scope that a client needs. */
    bankScope?: string;
    /** A route of the bank's API that needs no signature, because it says nothing of anybody. */
    openToAll?: boolean;
  }
}

/** A server of the product: Fastify with TypeBox types. Services are plugins of it. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
