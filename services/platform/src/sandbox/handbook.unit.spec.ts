import { readFileSync } from "node:fs";
import path from "node:path";
import { ALL_BANK_SCOPES } from "@huimin/bank-client/events";
import { bankMessages } from "@huimin/service-bank-gateway";
import { describe, expect, it } from "vitest";
import { HANDBOOK, readHandbook } from "../testing/handbook.ts";
import { sandboxPem } from "./keys.ts";

const zh = readHandbook("zh-CN");
const en = readHandbook("en");

describe("the banks' handbook", () => {
  it("given its two languages, then chapters, tables, paragraphs and examples are the same", () => {
    expect(zh.headings).toEqual(en.headings);
    expect(zh.tables).toEqual(en.tables);
    expect(zh.paragraphs).toBe(en.paragraphs);
    expect(zh.blocks.map(({ info, text, chapter }) => ({ info, text, chapter }))).toEqual(
      en.blocks.map(({ info, text, chapter }) => ({ info, text, chapter })),
    );
    expect(/\p{Script=Han}/u.test(en.text.replace(/```[\s\S]*?```/g, "").replace(/\([^)]*\)|（[^）]*）|测试|agreement/gu, ""))).toBe(false);
  });

  it("given every message of the API, then it is listed, and nothing else is", () => {
    const [, table = ""] = /\n## 5\. .*?\n(\|[\s\S]*?)\n\n/.exec(en.text.replace(/\n## 5\. [\s\S]*?\n\|/, "\n## 5. x\n|")) ?? [];
    const listed = [...table.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(bankMessages.map((message) => message.path).toSorted());
  });

  it("given every group of messages, then it has an example that is run", () => {
    const shown = new Set(en.blocks.flatMap(({ text }) => [...text.matchAll(/\/bank\/v1\/([a-z-]+)/g)].map(([, name]) => name)));
    const groups = en.text
      .split("\n")
      .flatMap((line) => (/^\| [a-z ]+ \| `/.test(line) ? [[...line.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)] : []));
    expect(groups.length).toBeGreaterThan(13);
    for (const group of groups)
      expect(
        group.some((name) => shown.has(name)),
        String(group),
      ).toBe(true);
  });

  it("given every scope of a client, then it is explained", () => {
    const [, table = ""] = /### 2\.1 [\s\S]*?\n(\|[\s\S]*?)\n\n/.exec(en.text) ?? [];
    expect([...table.matchAll(/`([a-z]+:[a-z]+)`/g)].map(([, scope]) => scope).toSorted()).toEqual([...ALL_BANK_SCOPES].toSorted());
  });

  it("given the test key in print, then it is the sandbox's", () => {
    expect(en.text).toContain(sandboxPem("sandbox-a-1").trim());
  });

  it("given its script, then every line is plain bash of 3.2 and nothing but openssl and curl", () => {
    const script = readFileSync(path.join(HANDBOOK, "sign.sh"), "utf8");
    expect(script).not.toMatch(/\bbase64 -w|\bdate -d|\bsha256sum\b|\bpython|\bjq\b|\bnode\b|\$\{[a-z]+\^\^\}|declare -A|mapfile/);
    expect(script.split("\n").length).toBeLessThan(100);
  });
});
