import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMOUNT_FEN_MAX, amountInWords, fen } from "./index.ts";

/** Reads formal characters back to fen: an independent reader, so that writer and reader can't share a mistake. */
function readWords(words: string): bigint {
  const value = "零壹贰叁肆伍陆柒捌玖";
  const place: Record<string, bigint> = { 拾: 10n, 佰: 100n, 仟: 1000n };
  const group: Record<string, bigint> = { 万: 10_000n, 亿: 100_000_000n };
  let total = 0n;
  let section = 0n;
  let digit = 0n;
  for (const character of words) {
    if (value.includes(character)) digit = BigInt(value.indexOf(character));
    else if (character in place) {
      section += digit * (place[character] as bigint);
      digit = 0n;
    } else if (character in group) {
      total += (section + digit) * (group[character] as bigint);
      section = 0n;
      digit = 0n;
    } else if (character === "元") {
      total = (total + section + digit) * 100n;
      section = 0n;
      digit = 0n;
    } else if (character === "角") {
      total += digit * 10n;
      digit = 0n;
    } else if (character === "分") {
      total += digit;
      digit = 0n;
    }
  }
  return total;
}

describe("人民币大写", () => {
  it.each([
    ["0.05", "伍分"],
    ["0.50", "伍角"],
    ["325.04", "叁佰贰拾伍元零肆分"],
    ["1004.05", "壹仟零肆元零伍分"],
    ["1680.32", "壹仟陆佰捌拾元叁角贰分"],
    ["2702.71", "贰仟柒佰零贰元柒角壹分"],
    ["3000.00", "叁仟元整"],
    ["6007.14", "陆仟零柒元壹角肆分"],
    ["10000.50", "壹万元伍角"],
    ["16409.02", "壹万陆仟肆佰零玖元零贰分"],
    ["100000.00", "壹拾万元整"],
    ["107000.53", "壹拾万柒仟元伍角叁分"],
    ["123456.78", "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"],
    ["50000000.01", "伍仟万元零壹分"],
    ["0.00", "零元整"],
    ["10.00", "壹拾元整"],
    ["100000000.00", "壹亿元整"],
    ["100010000.00", "壹亿零壹万元整"],
    ["100000001.00", "壹亿零壹元整"],
    ["10010000.00", "壹仟零壹万元整"],
    ["1000000000.10", "壹拾亿元壹角"],
  ])("given %s yuan, when written, then it reads %s", (amount, words) => {
    expect(amountInWords(fen(amount))).toBe(words);
  });

  it("given any amount, when written and read back by another program, then it is the same amount", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: AMOUNT_FEN_MAX }), (amount) => {
        expect(readWords(amountInWords(amount))).toBe(amount);
      }),
    );
  });

  it("given any amount, when written, then 整 never follows 分 or 角 and no two zeros stand together", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: AMOUNT_FEN_MAX }), (amount) => {
        const words = amountInWords(amount);
        expect(words).not.toMatch(/[分角]整|零零|零[万亿]/u);
      }),
    );
  });

  it("given an amount that no voucher carries, when written, then it throws", () => {
    expect(() => amountInWords(-1n)).toThrow(RangeError);
    expect(() => amountInWords(AMOUNT_FEN_MAX + 1n)).toThrow(RangeError);
  });
});
