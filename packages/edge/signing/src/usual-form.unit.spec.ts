import fc from "fast-check";
import { type InnerList, parseDictionary, serializeInnerList } from "structured-headers";
import { describe, expect, it } from "vitest";
import { generateSigningKey, signRequest } from "./index.ts";
import { usualSignature } from "./usual-form.ts";

const pair = generateSigningKey();
const signed = signRequest(
  { method: "POST", url: "http://bank.example/bank/v1/repayments", headers: { "content-type": "application/json" }, body: "{}" },
  { keyId: "k1", privateKey: pair.privateKey, created: 1_700_000_000, nonce: "nonce-of-this-one" },
);
const input = signed["signature-input"] as string;
const signature = signed.signature as string;

/** One change of a text: a piece taken out, put in or doubled. */
const change = fc.record({
  at: fc.nat(400),
  cut: fc.nat(3),
  put: fc.constantFrom(
    "",
    '"',
    "\\",
    ";",
    "=",
    " ",
    ",",
    "(",
    ")",
    "0",
    "-1",
    ".5",
    "?1",
    ":",
    "A",
    "\t",
    ";nonce=12345678",
    '"@path"',
    ';keyid="k2"',
  ),
});
const changed = (text: string, { at, cut, put }: { at: number; cut: number; put: string }): string =>
  text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut);

describe("the usual form of a signature", () => {
  it("given what our own signer writes, then it is read without the general parser", () => {
    const usual = usualSignature(input, signature);
    expect(usual?.keyId).toBe("k1");
    expect(usual?.input).toEqual(parseDictionary(input).get("sig1"));
    expect(input).toBe(`sig1=${usual?.canonicalInput}`);
    expect(usual?.signature.length).toBe(64);
  });

  it("property: whatever it reads, the general parser and serialiser say the same", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2 }), fc.array(change, { maxLength: 1 }), (ofInput, ofSignature) => {
        const inputText = ofInput.reduce(changed, input);
        const signatureText = ofSignature.reduce(changed, signature);
        const usual = usualSignature(inputText, signatureText);
        if (!usual) return;
        read += 1;
        const general = [...parseDictionary(inputText)];
        expect(general).toHaveLength(1);
        const [label, item] = general[0] as [string, InnerList];
        expect(usual.input).toEqual(item);
        expect(usual.canonicalInput).toBe(serializeInnerList(item));
        expect(usual.keyId).toBe(item[1].get("keyid"));
        const bytes = parseDictionary(signatureText).get(label)?.[0] as ArrayBuffer;
        expect(Buffer.from(usual.signature)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 5_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each([
    ["a parameter named twice", `${input};nonce="another-one"`, signature],
    ["two labels", `${input}, sig2=("@method");keyid="k1"`, signature],
    ["another label on the signature", input, signature.replace("sig1", "sig2")],
    ["a component with a parameter", input.replace('"@method"', '"@method";req'), signature],
    ["an integer with leading zeros", input.replace("created=", "created=0"), signature],
  ])("given %s, then it is left to the general parser", (_, inputText, signatureText) => {
    expect(usualSignature(inputText, signatureText)).toBeUndefined();
  });
});
