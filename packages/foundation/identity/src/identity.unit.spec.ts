import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ageOn,
  checkAccount,
  checkCnaps,
  checkCreditCode,
  checkIdNumber,
  checkName,
  checkPhone,
  convertHistoricalIdNumber,
  ERASED_MARK,
  idCheckCharacter,
  isAdultOn,
  maskAccount,
  maskIdNumber,
  maskName,
  maskPhone,
  RESTRICTED_MARK,
} from "./index.ts";

const today = "2018-06-01";
const codeOf = (result: { ok: boolean; refusal?: { code: string } }) => (result.ok ? "ok" : result.refusal?.code);
const warningsOf = (result: ReturnType<typeof checkCreditCode>) =>
  result.ok ? result.value.warnings.map(({ code, details }) => `${code} ${details?.expected ?? ""}`.trim()) : [codeOf(result)];

describe("checkIdNumber", () => {
  it.each([
    ["410899195202290013", "1952-02-29", "male"],
    ["410899198710050028", "1987-10-05", "female"],
    ["410899199912311235", "1999-12-31", "male"],
    ["410899201506078845", "2015-06-07", "female"],
    ["41089919760404018X", "1976-04-04", "female"],
    ["41089919760404018x", "1976-04-04", "female"],
    [" 410899198710050028 ", "1987-10-05", "female"],
  ])("accepts %s", (number, birthDate, sex) => {
    const result = checkIdNumber(number, { today });
    expect(result).toMatchObject({ ok: true, value: { birthDate, sex, historical: false, region: "410899" } });
    expect(result.ok && result.value.warnings).toEqual([{ code: "ID_NUMBER_REGION_UNKNOWN", details: { region: "410899" } }]);
  });

  it.each([
    ["410899195202290010", "ID_NUMBER_CHECK_DIGIT"],
    ["410899195302290010", "ID_NUMBER_DATE"],
    ["41089920991231001X", "ID_NUMBER_FUTURE"],
    ["410899197810050028", "ID_NUMBER_CHECK_DIGIT"],
    ["41O899198710050028", "ID_NUMBER_FORMAT"],
    ["41089919991231123", "ID_NUMBER_FORMAT"],
    ["", "ID_NUMBER_FORMAT"],
    ["X10899198710050028", "ID_NUMBER_FORMAT"],
    ["410899198710050028", "ok"],
  ])("answers %s with %s", (number, code) => expect(codeOf(checkIdNumber(number, { today }))).toBe(code));

  it("says which check digit the other 17 ask for", () => {
    expect(checkIdNumber("410899195202290010", { today })).toMatchObject({ refusal: { details: { expected: "3" } } });
    expect(checkIdNumber("410899197810050028", { today })).toMatchObject({ refusal: { details: { expected: "0" } } });
  });

  const made = (first17: string) => first17 + idCheckCharacter(first17);
  it("refuses an age above 120 and the sequence 000", () => {
    expect(codeOf(checkIdNumber(made("41080318980531001"), { today: "2018-05-31" }))).toBe("ok");
    expect(codeOf(checkIdNumber(made("41080318970531001"), { today: "2018-05-31" }))).toBe("ID_NUMBER_AGE");
    expect(codeOf(checkIdNumber(made("41080319870531000"), { today }))).toBe("ID_NUMBER_SEQUENCE");
  });

  it("knows the counties of the city and warns of a sex that differs", () => {
    const result = checkIdNumber(made("41080319870531001"), { today, sex: "female" });
    expect(result.ok && result.value.warnings).toEqual([{ code: "ID_NUMBER_SEX_DIFFERS" }]);
  });

  it("converts 15 digits of old contracts", () => {
    expect(convertHistoricalIdNumber("410899520229001")).toBe("410899195202290013");
    expect(checkIdNumber("410899520229001", { today })).toMatchObject({
      ok: true,
      value: { number: "410899195202290013", historical: true },
    });
    expect(codeOf(checkIdNumber("410899530229001", { today }))).toBe("ID_NUMBER_DATE");
  });

  it("finds every single wrong digit and every transposition of neighbours", () => {
    const first17 = fc.integer({ min: 1, max: 999 }).map((n) => `410803198705${"31"}${String(n).padStart(3, "0")}`);
    fc.assert(
      fc.property(first17, fc.nat(16), fc.integer({ min: 1, max: 9 }), (seventeen, place, shift) => {
        const number = made(seventeen);
        const digit = String((Number(number[place]) + shift) % 10);
        expect(codeOf(checkIdNumber(number.slice(0, place) + digit + number.slice(place + 1), { today }))).toBe("ID_NUMBER_CHECK_DIGIT");
        const [a, b] = [number[place] as string, number[place + 1] as string];
        if (a !== b && b !== "X") {
          expect(codeOf(checkIdNumber(number.slice(0, place) + b + a + number.slice(place + 2), { today }))).toBe("ID_NUMBER_CHECK_DIGIT");
        }
      }),
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void checkIdNumber(text, { today })));
  });
});

describe("age", () => {
  it.each([
    ["2000-06-01", "2018-06-01", 18],
    ["2000-06-02", "2018-06-01", 17],
    ["2000-02-29", "2018-02-28", 17],
    ["2000-02-29", "2018-03-01", 18],
  ])("of %s on %s is %i", (birth, on, age) => {
    expect(ageOn(birth, on)).toBe(age);
    expect(isAdultOn(birth, on)).toBe(age >= 18);
  });
});

describe("checkCreditCode", () => {
  it.each(["91410899MA9DEM01XL", "91410899MA9DEM028L", "11410899009999017X", "N2410899MF9DEM0343", "53410899MJ9DEM0472"])(
    "accepts %s without a warning",
    (code) => {
      expect(warningsOf(checkCreditCode(code))).toEqual([]);
    },
  );
  it.each([
    ["91410899MA9DEM01X0", ["CREDIT_CODE_CHECK L"]],
    ["91411899MA9DEM028L", ["CREDIT_CODE_CHECK 1"]],
    ["91410899MA9DEM015A", ["ORGANISATION_CODE_CHECK X"]],
    ["91410899MA9DEM0150", ["ORGANISATION_CODE_CHECK X", "CREDIT_CODE_CHECK A"]],
    ["91410899IA9DEM01XL", ["CREDIT_CODE_FORMAT"]],
    ["91410899MA9DEM01X", ["CREDIT_CODE_FORMAT"]],
  ])("answers %s with %j", (code, warnings) => expect(warningsOf(checkCreditCode(code))).toEqual(warnings));
  it("says that MA and AM are not the same", () => {
    expect(warningsOf(checkCreditCode("91410899AM9DEM01XL"))).toContain("CREDIT_CODE_CHECK E");
  });
});

describe("checkAccount", () => {
  it.each(["6299994108990000011", "6299994108990000029", "6299994108990123458", "62999900000043210", "6299990000123454"])(
    "accepts card %s",
    (number) => {
      expect(checkAccount(number, "card")).toEqual({ ok: true, value: { number, warnings: [] } });
    },
  );
  it.each(["6299994108990000012", "6299991408990000011"])("warns of card %s", (number) => {
    expect(checkAccount(number, "card")).toMatchObject({ ok: true, value: { warnings: [{ code: "CARD_CHECK_DIGIT" }] } });
  });
  it.each([
    ["629999410899012", "card", "ACCOUNT_FORMAT"],
    ["62O9994108990000029", "card", "ACCOUNT_FORMAT"],
    ["0000000000000000000", "card", "ACCOUNT_ALL_EQUAL"],
    ["00000000", "passbook", "ACCOUNT_ALL_EQUAL"],
    ["1234567", "passbook", "ACCOUNT_FORMAT"],
    ["629999410899012", "passbook", "ok"],
    ["6299 9941 0899 0000 011", "card", "ok"],
    ["6299994108990000012", "passbook", "ok"],
  ] as const)("answers %s as %s with %s", (number, kind, code) => expect(codeOf(checkAccount(number, kind))).toBe(code));
  it("asks no Luhn digit of a passbook", () => {
    expect(checkAccount("6299994108990000012", "passbook")).toMatchObject({ value: { warnings: [] } });
  });
});

describe("checkCnaps and checkPhone", () => {
  it.each([
    ["402501000018", "ok"],
    ["40250100001", "CNAPS_FORMAT"],
    ["40250100001O", "CNAPS_FORMAT"],
  ])("CNAPS %s: %s", (text, code) => expect(codeOf(checkCnaps(text))).toBe(code));
  it("warns of an unknown bank type", () =>
    expect(checkCnaps("999501000018")).toMatchObject({ value: { warnings: [{ code: "CNAPS_UNKNOWN", details: { type: "999" } }] } }));
  it.each([
    ["13812345678", "ok"],
    ["138-1234-5678", "ok"],
    ["12812345678", "PHONE_FORMAT"],
    ["1381234567", "PHONE_FORMAT"],
    ["0391-2941234", "ok"],
    ["0391-29412345", "PHONE_FORMAT"],
    ["010-12345678", "ok"],
    ["2941234", "PHONE_FORMAT"],
  ])("phone %s: %s", (text, code) => expect(codeOf(checkPhone(text))).toBe(code));
});

describe("checkName", () => {
  it.each(["\u00B7", "\u2022", "\u30FB", "\uFF0E", "\u2027", "\u0387"])("writes the middle dot %s as U+00B7", (dot) => {
    expect(checkName(`阿卜杜拉${dot}买买提`)).toEqual({ ok: true, value: { name: "阿卜杜拉\u00B7买买提", warnings: [] } });
  });
  it("counts code points", () => {
    expect(checkName("𠮷𠮷")).toMatchObject({ ok: true });
    expect(checkName("𠮷")).toMatchObject({ refusal: { code: "NAME_LENGTH", details: { length: 1 } } });
    expect(checkName("𠮷".repeat(50))).toMatchObject({ ok: true });
    expect(checkName("张".repeat(60))).toMatchObject({ refusal: { code: "NAME_LENGTH", details: { length: 60 } } });
  });
  it.each([
    ["张 三", "NAME_SPACE"],
    ["张\u3000三", "NAME_SPACE"],
    ["张三1", "NAME_CHARACTER"],
    ["张三(已故)", "NAME_CHARACTER"],
    ["·张三", "NAME_CHARACTER"],
    ["张三·", "NAME_CHARACTER"],
    ["张\u0000三", "NAME_CHARACTER"],
    ["张\uD842", "NAME_CHARACTER"],
    ["张\u200B三", "NAME_CHARACTER"],
    ["?三", "NAME_CHARACTER"],
    ["Maria Anna", "ok"],
    ["䶮㛃", "ok"],
  ])("answers %j with %s", (text, code) => expect(codeOf(checkName(text))).toBe(code));
  it("uses NFC, not NFKC", () => {
    expect(checkName("Ame\u0301lie")).toMatchObject({ value: { name: "Amélie" } });
    expect(checkName("ﬁnn")).toMatchObject({ value: { name: "ﬁnn" } });
  });
  it("flags private-use characters", () => {
    expect(checkName("王\uE863")).toMatchObject({ ok: true, value: { warnings: [{ code: "NAME_PRIVATE_USE", details: { place: 2 } }] } });
  });
  it("gives the same name when it is checked again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 55 }), (text) => {
        const once = checkName(text);
        if (once.ok) expect(checkName(once.value.name)).toEqual(once);
      }),
    );
  });
});

describe("masking", () => {
  it("shows what may be shown", () => {
    expect(maskName("张三丰")).toBe("张**");
    expect(maskName("𠮷田")).toBe("𠮷*");
    expect(maskIdNumber("41089919760404018X")).toBe("410899********018X");
    expect(maskIdNumber("410899520229001")).toBe("410899*****9001");
    expect(maskIdNumber("unreadable")).toBe("**********");
    expect(maskAccount("6299994108990000011")).toBe("****0011");
    expect(maskAccount("0011")).toBe("****");
    expect(maskPhone("13812345678")).toBe("138****5678");
    expect(maskPhone("2941234")).toBe("*******");
    for (const mark of [ERASED_MARK, RESTRICTED_MARK])
      expect([maskName, maskIdNumber, maskAccount, maskPhone].map((mask) => mask(mark))).toEqual([mark, mark, mark, mark]);
  });
});
