import { ACCEPT, addressOf, type CallOptions, type Sender } from "./calls.ts";
import type { ItemOf, ListPath, QueryOf } from "./types.ts";

/** Pages that one walk reads at most: with 500 items each more than any bank has. */
const PAGES_MAX = 100_000;

type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ListOptions extends CallOptions {
  /** What stands in braces in the path: `{ loan: "L1" }` for `/bank/v1/loans/{loan}/messages`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/** The path with its parameters filled in. Throws a TypeError when one is missing. */
const filled = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`params.${name} is missing for ${path}`);
    return encodeURIComponent(value);
  });

export interface PageCalls {
  /** Every item of a list, page by page: `for await (const loan of bank.list("/bank/v1/loans", { status: "overdue" }))`. */
  list<P extends ListPath>(path: P, query?: Omit<QueryOf<P>, "cursor">, options?: ListOptions): AsyncGenerator<ItemOf<P>, void, undefined>;
}

export const pageCalls = (origin: string, sender: Sender): PageCalls => ({
  async *list<P extends ListPath>(path: P, query?: Omit<QueryOf<P>, "cursor">, { params = {}, ...options }: ListOptions = {}) {
    const route = filled(path.slice("/bank/v1/".length), params);
    let cursor: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const url = addressOf(origin, route, { ...(query as QueryValues), cursor });
      const { response } = await sender({ method: "GET", url, headers: ACCEPT, ...options });
      const page = (await response.json()) as { items: ItemOf<P>[]; next?: string };
      yield* page.items;
      cursor = page.next;
      if (cursor === undefined) return;
    }
    throw new Error(`${path} has more than ${PAGES_MAX} pages`);
  },
});
