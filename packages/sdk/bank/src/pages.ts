import { ACCEPT, addressOf, type CallOptions, type Sender } from "./calls.ts";
import type { ItemOf, ListPath, QueryOf } from "./types.ts";

/** Pages that one walk reads at most: with 500 items each more than any bank has. */
const PAGES_MAX = 100_000;

type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

export interface PageCalls {
  /** Every item of a list, page by page: `for await (const loan of bank.list("/bank/v1/loans", { status: "overdue" }))`. */
  list<P extends ListPath>(path: P, query?: Omit<QueryOf<P>, "cursor">, options?: CallOptions): AsyncGenerator<ItemOf<P>, void, undefined>;
}

export const pageCalls = (origin: string, sender: Sender): PageCalls => ({
  async *list<P extends ListPath>(path: P, query?: Omit<QueryOf<P>, "cursor">, options: CallOptions = {}) {
    const route = path.slice("/bank/v1/".length);
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
