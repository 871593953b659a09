import { describe, expect, it } from "vitest";
import { isPublishedKey, isSandboxDistrict, SANDBOX_DISTRICT, SANDBOX_PUBLIC_KEYS } from "./index.ts";

describe("the sandbox's district and keys", () => {
  it("given a published key in any form, then it is known; another is not", () => {
    for (const raw of Object.values(SANDBOX_PUBLIC_KEYS)) {
      const bytes = Buffer.from(raw, "base64url");
      const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes]).toString("base64");
      const pem = `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
      for (const form of [raw, bytes.toString("base64"), der, pem, ` ${raw}\n`]) expect(isPublishedKey(form)).toBe(true);
    }
    expect(isPublishedKey(Buffer.alloc(32, 7).toString("base64url"))).toBe(false);
    expect(isPublishedKey("")).toBe(false);
  });

  it("given districts, then one of them is a sandbox's", () => {
    expect([SANDBOX_DISTRICT, "410803", "4108990"].map(isSandboxDistrict)).toEqual([true, false, false]);
  });
});
