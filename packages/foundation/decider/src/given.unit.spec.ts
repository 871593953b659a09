import { describe, expect, it } from "vitest";
import { given } from "./given.ts";

describe("fields of an event", () => {
  it("lack what is undefined, and keep everything else as it is", () => {
    const fields = given({ loan: "L1", note: undefined, none: null, zero: 0, empty: "" });
    expect(Object.keys(fields)).toEqual(["loan", "none", "zero", "empty"]);
    expect(fields).toEqual({ loan: "L1", none: null, zero: 0, empty: "" });
  });
});
