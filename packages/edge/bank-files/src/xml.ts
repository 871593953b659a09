import { SaxesParser, type SaxesTagNS } from "saxes";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { XML_DEPTH_MAX, XML_ELEMENTS_HELD_MAX, XML_TEXT_MAX, XML_TOKEN_MAX } from "./limits.ts";
import type { FileSource } from "./source.ts";
import { decoded, type Encoding } from "./text.ts";

/*
 * Streaming XML for messages whose form is known. A grammar says which elements are containers that are walked through,
 * which are held as a small tree, and in what order they stand; everything else of the schema is passed over. No
 * DOCTYPE, so no entities of the file's own; depth, text and trees are bounded.
 */

/** An element that is held with all that is in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Children of a container, in the order of the schema. `+` required, `*` may repeat, `!` both; `=` held, `>` a container. */
export type Grammar = Readonly<Record<string, readonly string[]>>;

export type XmlStep =
  | { readonly kind: "open" | "close"; readonly name: string; readonly line: number }
  | { readonly kind: "element"; readonly element: XmlElement; readonly line: number };

interface Child {
  readonly name: string;
  readonly order: number;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly use: "held" | "container" | "passed";
}

const RULE = /^(\w+)([+*!]?)([=>]?)$/;

function childrenOf(rules: readonly string[]): Map<string, Child> {
  return new Map(
    rules.map((rule, order) => {
      const [, name = "", count = "", use = ""] = RULE.exec(rule) ?? [];
      const required = count === "+" || count === "!";
      const repeats = count === "*" || count === "!";
      return [name, { name, order, required, repeats, use: use === "=" ? "held" : use === ">" ? "container" : "passed" }];
    }),
  );
}

interface OpenContainer {
  readonly name: string;
  readonly children: ReadonlyMap<string, Child>;
  readonly seen: Set<string>;
  order: number;
}

export interface XmlOptions {
  /** Namespace of every element; the root is `Document`. */
  readonly namespace: string;
  readonly grammar: Grammar;
}

const unsafe = (what: string): BankFileFault => new BankFileFault(errors.BANK_FILE_UNSAFE_XML, { what });
const wrong = (line: number, element: string, whatZh: string, whatEn: string): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_ELEMENT, { item: `XML ${line}`, element, whatZh, whatEn }, { row: line });

class Walk {
  readonly steps: XmlStep[] = [];
  readonly #options: XmlOptions;
  readonly #children: ReadonlyMap<string, ReadonlyMap<string, Child>>;
  readonly #containers: OpenContainer[] = [];
  #held: XmlElement[] = [];
  #heldCount = 0;
  /** Depth inside an element that is passed over; 0: none. */
  #passing = 0;
  #depth = 0;

  constructor(options: XmlOptions) {
    this.#options = options;
    this.#children = new Map(Object.entries(options.grammar).map(([name, rules]) => [name, childrenOf(rules)]));
  }

  open(tag: SaxesTagNS, line: number): void {
    this.#depth += 1;
    if (this.#depth > XML_DEPTH_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "XML depth", limit: XML_DEPTH_MAX });
    if (this.#passing > 0) {
      this.#passing += 1;
      return;
    }
    const { namespace } = this.#options;
    if (tag.uri !== namespace)
      throw new BankFileFault(errors.BANK_FILE_NAMESPACE, { found: tag.uri.slice(0, 100) || "–", expected: namespace }, { row: line });
    if (this.#held.length > 0) this.#hold(tag);
    else this.#openInContainer(tag, line);
  }

  #openInContainer(tag: SaxesTagNS, line: number): void {
    const parent = this.#containers.at(-1);
    if (!parent) {
      if (tag.local !== "Document") throw wrong(line, tag.local, "不是报文的根元素", "is not the root of the message");
      this.#enter("Document", line);
      return;
    }
    const child = parent.children.get(tag.local);
    if (!child) throw wrong(line, tag.local, `不属于 ${parent.name}`, `does not belong in ${parent.name}`);
    if (child.order < parent.order) throw wrong(line, tag.local, "的位置不对", "stands in the wrong place");
    if (!child.repeats && parent.seen.has(child.name)) throw wrong(line, tag.local, "出现两次", "occurs twice");
    parent.order = child.order;
    parent.seen.add(child.name);
    if (child.use === "held") this.#hold(tag);
    else if (child.use === "container") this.#enter(child.name, line);
    else this.#passing = 1;
  }

  #enter(name: string, line: number): void {
    this.#containers.push({ name, children: this.#children.get(name) ?? new Map(), seen: new Set(), order: -1 });
    this.steps.push({ kind: "open", name, line });
  }

  #hold(tag: SaxesTagNS): void {
    this.#heldCount += 1;
    if (this.#heldCount > XML_ELEMENTS_HELD_MAX)
      throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "XML elements of one entry", limit: XML_ELEMENTS_HELD_MAX });
    const attributes = new Map(Object.entries(tag.attributes).map(([name, { value }]) => [name, value]));
    const element: XmlElement = { name: tag.local, attributes, children: [], text: "" };
    this.#held.at(-1)?.children.push(element);
    this.#held.push(element);
  }

  text(text: string, line: number): void {
    if (text.length > XML_TEXT_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "XML text", limit: XML_TEXT_MAX });
    if (this.#passing > 0) return;
    const held = this.#held.at(-1);
    if (held) held.text += text;
    else if (text.trim() !== "") throw wrong(line, this.#containers.at(-1)?.name ?? "", "中有多余的文字", "contains stray text");
  }

  close(line: number): void {
    this.#depth -= 1;
    if (this.#passing > 0) {
      this.#passing -= 1;
      return;
    }
    const held = this.#held.pop();
    if (held) {
      if (this.#held.length > 0) return;
      this.#heldCount = 0;
      this.steps.push({ kind: "element", element: held, line });
      return;
    }
    const container = this.#containers.pop();
    if (!container) return;
    for (const child of container.children.values())
      if (child.required && !container.seen.has(child.name))
        throw wrong(line, child.name, `在 ${container.name} 中缺少`, `is missing in ${container.name}`);
    this.steps.push({ kind: "close", name: container.name, line });
  }
}

/** The encoding that the declaration names, or UTF-8. */
async function declaredEncoding(source: FileSource): Promise<Encoding> {
  let head = "";
  for await (const chunk of source.read(0, 200)) head += Buffer.from(chunk).toString("latin1");
  if (head.startsWith("\u00ff\u00fe")) return "utf-16le";
  if (head.startsWith("\u00fe\u00ff")) return "utf-16be";
  const named = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']/.exec(head)?.[1]?.toLowerCase();
  if (named === undefined || named === "utf-8" || named === "us-ascii") return "utf-8";
  if (["gb18030", "gbk", "gb2312"].includes(named)) return "gb18030";
  throw new BankFileFault(errors.BANK_FILE_ENCODING);
}

/**
 * The steps of a message, in flat memory. Throws BANK_FILE_UNSAFE_XML, BANK_FILE_NAMESPACE, BANK_FILE_ELEMENT,
 * BANK_FILE_TOO_LARGE, BANK_FILE_ENCODING, and BANK_FILE_FORMAT for what is no XML.
 */
export async function* readXml(source: FileSource, options: XmlOptions): AsyncGenerator<XmlStep> {
  const walk = new Walk(options);
  const parser = new SaxesParser({ xmlns: true });
  let sinceReport = 0;
  const reported =
    <A extends unknown[]>(work: (...args: A) => void) =>
    (...args: A): void => {
      sinceReport = 0;
      work(...args);
    };
  parser.on("doctype", () => {
    throw unsafe("DOCTYPE");
  });
  parser.on("processinginstruction", () => {
    throw unsafe("<?…?>");
  });
  parser.on("error", (fault) => {
    throw /entity/i.test(fault.message) ? unsafe("&…;") : notXml(fault.message);
  });
  parser.on(
    "opentag",
    reported((tag: SaxesTagNS) => walk.open(tag, parser.line)),
  );
  parser.on(
    "closetag",
    reported(() => walk.close(parser.line)),
  );
  parser.on(
    "text",
    reported((text: string) => walk.text(text, parser.line)),
  );
  parser.on(
    "cdata",
    reported((text: string) => walk.text(text, parser.line)),
  );
  parser.on(
    "comment",
    reported(() => undefined),
  );
  for await (const text of decoded(source, await declaredEncoding(source))) {
    for (let at = 0; at < text.length; at += XML_TOKEN_MAX) {
      const piece = text.slice(at, at + XML_TOKEN_MAX);
      sinceReport += piece.length;
      parser.write(piece);
      // A DOCTYPE is reported at its end only; one that never ends would be collected for ever.
      if (sinceReport > 2 * XML_TOKEN_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "XML token", limit: XML_TOKEN_MAX });
      yield* walk.steps.splice(0);
    }
  }
  parser.close();
  yield* walk.steps.splice(0);
}

const notXml = (message: string): BankFileFault => {
  const why = message.replace(/[^\x20-\x7e]/g, "?").slice(0, 80);
  return new BankFileFault(errors.BANK_FILE_FORMAT, { expected: "XML", whatZh: why, whatEn: why });
};

/** Namespace of the root element; undefined where the file is no XML with one. Reads the beginning only. */
export async function rootNamespace(source: FileSource): Promise<string | undefined> {
  const parser = new SaxesParser({ xmlns: true });
  let found: string | undefined;
  parser.on("opentag", (tag: SaxesTagNS) => {
    found ??= tag.uri;
  });
  parser.on("doctype", () => {
    throw unsafe("DOCTYPE");
  });
  parser.on("error", () => undefined);
  let read = 0;
  for await (const text of decoded(source, await declaredEncoding(source))) {
    parser.write(text);
    read += text.length;
    if (found !== undefined || read > 2 * XML_TOKEN_MAX) break;
  }
  return found;
}

/* Reading a tree that is held. */

export const childOf = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element);

/** Trimmed text below an element; undefined where there is none. */
export const textOf = (element: XmlElement | undefined, ...path: readonly string[]): string | undefined => {
  const text = childOf(element, ...path)?.text.trim();
  return text === "" ? undefined : text;
};
