import type { paths } from "./generated/bank-api.ts";

/*
 * Names of the API in the words of the SDK, taken from the generated types: a route that the server gains or loses shows up
 * here without a hand.
 */

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type PostOf<P> = P extends { post: infer Post } ? Post : never;
type JsonBodyOf<P> = PostOf<P> extends { requestBody: infer Body } ? Json<Body> : never;
type Prefix = "/bank/v1/";

/** A message of the bank: the last part of its address, e.g. `repayments`. */
export type MessageName = {
  [P in keyof paths]: P extends `${Prefix}${infer Name}`
    ? Name extends `${string}/${string}` | "bulk"
      ? never
      : [JsonBodyOf<paths[P]>] extends [never]
        ? never
        : Name
    : never;
}[keyof paths];

/** Fields of a message. */
export type MessageBody<M extends MessageName> = JsonBodyOf<paths[`${Prefix}${M}`]>;

/** Answer of a read. */
export type AnswerOf<P extends keyof paths> = paths[P] extends { get: { responses: { 200: infer Ok } } } ? Json<Ok> : never;
/** Query of a read. */
export type QueryOf<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Query } } }
  ? Exclude<Query, undefined>
  : never;

/** Reads that answer in pages. */
export type ListPath = {
  [P in keyof paths]: AnswerOf<P> extends { items: readonly unknown[]; next?: string } ? P : never;
}[keyof paths];
export type ItemOf<P extends ListPath> = AnswerOf<P> extends { items: readonly (infer Item)[] } ? Item : never;

export type Loan = AnswerOf<"/bank/v1/loans/{loan}">;

/** What the ledger made of a message. Held is no error: a person looks at it, and nothing has to be sent again. */
export interface Outcome {
  /** `held`: a suspected duplicate (疑似重复), not booked until an officer of the district has decided. */
  readonly kind: "booked" | "held";
  /** The ledger knew it already: this is its first answer. */
  readonly repeated: boolean;
  /** Serial of the message that a held one looks like. */
  readonly sameAs?: string | undefined;
  /** Position in the log; a read with it as `min-position` sees this message. */
  readonly position: number;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
  readonly correlation: string | undefined;
  readonly attempts: number;
}

/** What became of a file. */
export interface FileOutcome {
  readonly sha256: string;
  /** `booking`: it is long and still being booked; ask again with `fileResult`. */
  readonly status: "booked" | "partly" | "refused" | "booking";
  readonly repeated: boolean;
  readonly answer: Readonly<Record<string, unknown>>;
}
