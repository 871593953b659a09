import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { noteFindings } from "./findings.ts";
import { AuditBusy, AuditFolderFault, FINDINGS_MAX, type Found, readState } from "./index.ts";
import { withFolder } from "./state.ts";

const found = (id: string, count = 1): Found => ({ id, severity: "error", zh: "错", en: "wrong", examples: [`${id} ${count}`], count });
const always = () => true;

describe("the register of findings", () => {
  it("keeps the first time, moves the last, marks what is gone, and tells what is new or back", () => {
    const first = noteFindings([], [found("a"), found("b"), found("a")], "t1", always);
    expect(first.fresh.map(({ id }) => id)).toEqual(["a", "b"]);
    const second = noteFindings(first.findings, [found("a", 5)], "t2", always);
    expect(second.fresh).toEqual([]);
    expect(second.findings).toMatchObject([
      { id: "a", firstSeen: "t1", lastSeen: "t2", count: 5, examples: ["a 5"] },
      { id: "b", firstSeen: "t1", lastSeen: "t1", gone: "t2" },
    ]);
    const third = noteFindings(second.findings, [found("a"), found("b")], "t3", always);
    expect(third.fresh).toMatchObject([{ id: "b", firstSeen: "t1", lastSeen: "t3" }]);
    expect(third.fresh[0]).not.toHaveProperty("gone");
    const unlooked = noteFindings(third.findings, [], "t4", ({ id }) => id === "a");
    expect(unlooked.findings.map(({ id, gone }) => [id, gone])).toEqual([
      ["b", undefined],
      ["a", "t4"],
    ]);
  });

  it("is bounded, and keeps the open ones", () => {
    const many = Array.from({ length: FINDINGS_MAX + 50 }, (_, i) => found(`x${i}`));
    const { findings } = noteFindings(noteFindings([], [found("old")], "t0", always).findings, many, "t1", always);
    expect(findings).toHaveLength(FINDINGS_MAX);
    expect(findings.every(({ gone }) => gone === undefined)).toBe(true);
  });
});

describe("the auditor's folder", () => {
  const home = mkdtempSync(path.join(tmpdir(), "huimin-auditor-"));
  afterAll(() => rmSync(home, { recursive: true }));

  it("is one auditor's at a time; the lock of a process that is gone is taken over", async () => {
    await withFolder(home, async () => {
      await expect(withFolder(home, async () => undefined)).rejects.toThrow(AuditBusy);
    });
    writeFileSync(path.join(home, "lock"), "1");
    await expect(withFolder(home, async () => undefined)).rejects.toThrow(/process 1 /);
    writeFileSync(path.join(home, "lock"), "999999999");
    expect(await withFolder(home, async () => "done")).toBe("done");
  });

  it("given a damaged state, says so instead of beginning anew", async () => {
    const folder = path.join(home, "damaged");
    mkdirSync(folder);
    expect(await readState(folder)).toBeUndefined();
    for (const text of ["", "{", '{"format":2}']) {
      writeFileSync(path.join(folder, "state.json"), text);
      await expect(readState(folder), text).rejects.toThrow(AuditFolderFault);
    }
  });
});
