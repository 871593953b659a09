import { formatAmount } from "@huimin/money";
import { interestFen } from "./bank-core.ts";
import { DEMO_YEARS } from "./figures.ts";
import type { LogFigures } from "./log-figures.ts";

/** A figure that the sketch of the district fixes (domain 7), and what the ledger has. */
export interface CheckSum {
  readonly name: string;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
}

const CHECKED_DAYS = 365n;
const POOLED_RATE = 47_500n;
/** 972,826.39 is rounded once; the ledger rounds every loan at every settlement, by half a fen at most. */
const SETTLEMENTS_A_YEAR = 4n;

const equal = (name: string, expected: string, found: string): CheckSum => ({ name, expected, found, holds: expected === found });

/**
 * Check sums of chapter 7: totals of the register and of every model; and that what was allocated is paid (fen), outstanding
 * or unclaimed.
 */
export function checkSums(
  log: LogFigures,
  register: { readonly households: number; readonly people: number },
  paidAndOutstanding: bigint,
): CheckSum[] {
  const sum = (name: string): bigint => log.sums.get(name) ?? 0n;
  const text = (name: string): string => formatAmount(sum(name));
  const pooled = sum("drawn 分贷统还");
  const interest = sum("interest 2018");
  const once = interestFen(pooled * CHECKED_DAYS, POOLED_RATE);
  const roundings = (BigInt(log.loans.分贷统还.size) * SETTLEMENTS_A_YEAR) / 2n;
  const apart = interest > once ? interest - once : once - interest;
  const dividends = sum("pooled dividends 2018");
  return [
    equal("名册户数 households", "1006", String(register.households)),
    equal("名册人数 people", "3074", String(register.people)),
    equal("分贷统还户数 pooled loans", "412", String(log.loans.分贷统还.size)),
    equal("分贷统还放款 pooled lending", "20200000.00", text("drawn 分贷统还")),
    equal("分贷统还2018年利息(365日,一次取整) interest of 2018, rounded once", "972826.39", formatAmount(once)),
    {
      name: "分贷统还2018年利息(逐笔逐季取整) the same, rounded loan by loan and quarter by quarter",
      expected: `972826.39 ± ${formatAmount(roundings)}`,
      found: formatAmount(interest),
      holds: apart <= roundings,
    },
    {
      name: "分贷统还2018年分红 pooled dividends of 2018",
      expected: "1212000.00 – 1616000.00",
      found: formatAmount(dividends),
      holds: dividends >= 121_200_000n && dividends <= 161_600_000n,
    },
    equal("自贷创业放款 own loans", "5230000.00", text("drawn 自贷创业")),
    equal("企贷增收放款 enterprise loans", "18000000.00", text("drawn 企贷增收")),
    equal("政企联动出资 public equity", "5000000.00", text("equity")),
    ...DEMO_YEARS.map((year) => equal(`政企联动${year}年固定分红 fixed dividend`, "400000.00", text(`equity dividends ${year}`))),
    equal(
      "分配 = 实发 + 未发 + 无主 allocated = paid, outstanding and unclaimed",
      text("allocated"),
      formatAmount(paidAndOutstanding + sum("unclaimed")),
    ),
    equal("风险补偿金 risk fund", "3000000.00", text("risk fund")),
  ];
}
