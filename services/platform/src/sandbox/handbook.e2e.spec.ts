import { readFileSync } from "node:fs";
import path from "node:path";
import { provesPossession } from "@huimin/bank-client";
import { SANDBOX_MARK } from "@huimin/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LANGUAGES, ReadersDesk, readersToolsAreThere, readHandbook } from "../testing/handbook.ts";
import { LiveSandbox } from "../testing/live-sandbox.ts";

/* Every example of the handbook, as it is printed, with bash, openssl and curl against a sandbox. */

const sandbox = new LiveSandbox();
beforeAll(() => sandbox.start());
afterAll(() => sandbox.stop());

describe.skipIf(!readersToolsAreThere()).each(LANGUAGES)("the examples of handbook.%s.md", (language) => {
  const desk = new ReadersDesk();
  const { blocks } = readHandbook(language);
  afterAll(() => desk.clear());
  let printed = "";

  it.each(blocks.map((block) => [`${block.chapter} line ${block.line}: ${block.info}`, block] as const))("%s", async (_what, block) => {
    const [kind, expected] = block.info.split(" ");
    if (kind === "text") {
      expect(printed.trim()).toBe(block.text);
      return;
    }
    expect(kind).toBe("bash");
    const environment = { HUIMIN_URL: sandbox.origin, HUIMIN_KEYID: "sandbox-a-1", HUIMIN_KEY: "sandbox-a-1.pem" };
    const ran = await desk.run(block.text, environment);
    printed = ran.out;
    if (block.text.includes("/file?format=csv")) expect(ran.out).toContain(SANDBOX_MARK);
    if (expected === "ok") expect(ran, ran.err).toMatchObject({ code: 0, status: undefined });
    else expect(ran.status, `${ran.out}\n${ran.err}`).toBe(expected);
  });

  it("then the proof of possession that it makes is one that the office's registration takes", () => {
    const lines = Object.fromEntries(
      readFileSync(path.join(desk.folder, "claim.txt"), "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(" ") as [string, string]),
    );
    const { district = "", bank = "", client = "", key: keyId = "", public: publicKey = "" } = lines;
    const proof = readFileSync(path.join(desk.folder, "claim.sig")).toString("base64");
    expect(provesPossession({ district, bank, client, keyId, publicKey }, proof)).toBe(true);
  });
});
