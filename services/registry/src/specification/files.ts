import { idCheckCharacter } from "@huimin/identity";
import { TEMPLATE_HEADER } from "../import/columns.ts";

/*
 * Invented people for specs. Region 410899 is assigned to nobody, so none of them can be real.
 */

/** The n-th ID number: born on a day of 1950–1989, never twice. */
export function specIdNumber(n: number): string {
  const day = Temporal.PlainDate.from("1950-01-01")
    .add({ days: n % 14_000 })
    .toString()
    .replaceAll("-", "");
  const first17 = `410899${day}${String(1 + Math.floor(n / 14_000)).padStart(3, "0")}`;
  return first17 + idCheckCharacter(first17);
}

export interface SpecRow {
  household: string;
  village: string;
  relation: string;
  name: string;
  idNumber: string;
  sex: string;
  phone: string;
  cause: string;
  bank: string;
  account: string;
  accountKind: string;
  registeredOn: string;
}

const SURNAMES = [..."赵钱孙李周吴郑王冯陈"];
const GIVEN = [..."伟芳娜敏静丽强磊军洋"];
const SIZES = [1, 2, 3, 3, 4, 5, 2, 3, 4, 6];

/** Rows of `households` households of one to six people, in villages of the list in turn. */
export function specRows(households: number, villages: readonly string[] = ["410803010207"]): SpecRow[] {
  const rows: SpecRow[] = [];
  for (let h = 0; h < households; h++) {
    const size = SIZES[h % SIZES.length] as number;
    for (let m = 0; m < size; m++) {
      const n = rows.length;
      rows.push({
        household: `H${String(h + 1).padStart(5, "0")}`,
        village: villages[h % villages.length] as string,
        relation: m === 0 ? "户主" : m === 1 ? "配偶" : "之子",
        name: `${SURNAMES[n % 10]}${GIVEN[(n * 7) % 10]}${GIVEN[(n * 3 + 1) % 10]}`,
        idNumber: specIdNumber(n),
        sex: "",
        phone: m === 0 ? `138${String(10_000_000 + n)}` : "",
        cause: m === 0 ? "因病" : "",
        bank: m === 0 ? "农商银行" : "",
        account: m === 0 ? "6299994108990000011" : "",
        accountKind: "",
        registeredOn: "2015-12-31",
      });
    }
  }
  return rows;
}

export const specTable = (rows: readonly SpecRow[], header: readonly string[] = TEMPLATE_HEADER): string[][] => [
  [...header],
  ...rows.map((row) => Object.values(row) as string[]),
];
export const specCsv = (rows: readonly SpecRow[], header?: readonly string[]): string =>
  `${specTable(rows, header)
    .map((row) => row.join(","))
    .join("\r\n")}\r\n`;
