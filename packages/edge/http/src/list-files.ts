import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { headingOf } from "./list-headings.ts";
import { PAGE_MAX } from "./pages.ts";
import type { App } from "./server.ts";

/*
 * Every list of the API as a file: beside `GET /x` whose answer is `PageOf(…)` stand `GET /x.csv` and `GET /x.xlsx` with the same
 * filters. They ask the list itself page by page in the caller's name, so roles, masks and the access log are the
 * list's own, and memory holds a page.
 */

/** Writes rows of text as a file, in pieces. */
export type RowWriter = (rows: AsyncIterable<readonly string[]>) => AsyncIterable<string | Uint8Array>;

export interface ListWriters {
  readonly csv: RowWriter;
  readonly xlsx: RowWriter;
}

/** Rows of one file; a last row says that there are more. Excel ends at 1,048,576. */
export const LIST_FILE_ROWS_MAX = 1_000_000;

const TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
type FileKind = keyof typeof TYPES;

interface Described {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/** A column: the path of a value in an item; `each` when it is within the list that makes several rows of an item. */
interface Column {
  readonly path: readonly string[];
  readonly each: boolean;
}

/** The item's schema of a list route; undefined for any other. */
function itemOf(route: RouteOptions): Described | undefined {
  const answer = (route.schema?.response as Readonly<Record<string, Described>> | undefined)?.["200"];
  const items = answer?.properties?.items;
  return answer?.properties?.next !== undefined && items?.type === "array" ? items.items : undefined;
}

const isTable = (schema: Described): boolean => schema.type === "array" && schema.items?.properties !== undefined;

/** Columns in the order of the schema; objects within are spread, and one list of objects makes a row of each of its elements. */
function columnsOf(item: Described, before: readonly string[] = [], each = false): Column[] {
  const properties = Object.entries(item.properties ?? {});
  const tables = each ? [] : properties.filter(([, schema]) => isTable(schema));
  return properties.flatMap(([name, schema]): Column[] => {
    const path = [...before, name];
    if (schema.properties) return columnsOf(schema, path, each);
    if (before.length === 0 && tables.length === 1 && tables[0]?.[0] === name) return columnsOf(schema.items as Described, path, true);
    return [{ path, each }];
  });
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (found as Readonly<Record<string, unknown>> | undefined | null)?.[name], value);

/** The rows of an item. */
function* rowsOf(item: unknown, columns: readonly Column[]): Generator<readonly string[]> {
  const listed = columns.find(({ each }) => each)?.path[0];
  const elements = listed === undefined ? [undefined] : (at(item, [listed]) as readonly unknown[] | undefined);
  for (const element of elements?.length ? elements : [undefined])
    yield columns.map(({ path, each }) => cell(each ? at(element, path.slice(1)) : at(item, path)));
}

interface Page {
  readonly items: readonly unknown[];
  readonly next?: string;
}

/** The list's own answers, page by page. */
class Pages {
  readonly #app: App;
  readonly #url: URL;
  readonly #headers: Record<string, string>;

  constructor(app: App, request: FastifyRequest, kind: FileKind) {
    this.#app = app;
    this.#url = new URL(request.url, "http://list");
    this.#url.pathname = this.#url.pathname.slice(0, -(kind.length + 1));
    this.#url.searchParams.set("limit", String(PAGE_MAX));
    const { cookie, authorization } = request.headers;
    this.#headers = { "x-correlation-id": request.id, ...(cookie ? { cookie } : {}), ...(authorization ? { authorization } : {}) };
  }

  async ask(cursor?: string): Promise<{ readonly status: number; readonly body: string; readonly type: string }> {
    if (cursor !== undefined) this.#url.searchParams.set("cursor", cursor);
    const answer = await this.#app.inject({ method: "GET", url: `${this.#url.pathname}${this.#url.search}`, headers: this.#headers });
    return { status: answer.statusCode, body: answer.body, type: String(answer.headers["content-type"]) };
  }
}

async function* fileRows(pages: Pages, first: Page, columns: readonly Column[]): AsyncGenerator<readonly string[]> {
  yield columns.map(({ path }) => headingOf(path));
  let count = 0;
  for (let page: Page | undefined = first; page; ) {
    for (const item of page.items) {
      for (const row of rowsOf(item, columns)) {
        if (count === LIST_FILE_ROWS_MAX) {
          yield [`未完:超过 ${LIST_FILE_ROWS_MAX} 行,请缩小范围 / not complete: more than ${LIST_FILE_ROWS_MAX} rows, narrow it down`];
          return;
        }
        count += 1;
        yield row;
      }
    }
    if (page.next === undefined) return;
    const answer = await pages.ask(page.next);
    // The head of the file is sent: what breaks here breaks the download, which no reader takes for a whole file.
    if (answer.status !== 200) throw new Error(`a list answered ${answer.status} in the middle of its file`);
    page = JSON.parse(answer.body) as Page;
  }
}

function fileRoute(
  app: App,
  route: RouteOptions & { readonly routePath: string },
  item: Described,
  kind: FileKind,
  write: RowWriter,
): void {
  const columns = columnsOf(item);
  app.route({
    method: "GET",
    url: `${route.routePath}.${kind}`,
    schema: { hide: true } as object,
    config: { listFile: true },
    async handler(request: FastifyRequest, reply: FastifyReply) {
      const pages = new Pages(app, request, kind);
      const answer = await pages.ask();
      if (answer.status !== 200) return reply.code(answer.status).type(answer.type).send(answer.body);
      const name = new URL(request.url, "http://list").pathname.split("/").at(-1) as string;
      return reply
        .type(TYPES[kind])
        .header("content-disposition", `attachment; filename="${name}"`)
        .send(Readable.from(write(fileRows(pages, JSON.parse(answer.body) as Page, columns)), { objectMode: true }));
    },
  });
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** A list as a file: made from the list's route. */
    listFile?: boolean;
  }
}

/** Gives every list of people's API (not the banks', whose requests are signed) its two files. Call before routes are registered. */
export function listsAsFiles(app: App, writers: ListWriters): void {
  app.addHook("onRoute", function (this: unknown, route) {
    const item = route.method === "GET" && !route.config?.listFile ? itemOf(route) : undefined;
    if (!item || !route.url.startsWith("/api/") || route.url.endsWith("/*")) return;
    for (const kind of ["csv", "xlsx"] as const)
      fileRoute(this as App, route as RouteOptions & { readonly routePath: string }, item, kind, writers[kind]);
  });
}
