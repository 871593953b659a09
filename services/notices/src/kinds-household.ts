import { yearOf } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import { type EntitlementLine, type EntitlementState, entitlementFold, itemStatus } from "@huimin/dividend/events";
import { type LoanState, loanTimelineFold, stakesOn } from "@huimin/loan/events";
import { fen, formatAmount, sumFen } from "@huimin/money";
import type { PooledPayload } from "@huimin/pooled/events";
import { dateInWords } from "@huimin/statements";
import type { SubsidyPayload } from "@huimin/subsidy/events";
import { amount, center, inWords, nothing, shownSum, slip, summed, text, toHousehold } from "./frame.ts";
import { eventsUntil, Names } from "./read.ts";
import type { Asked, NoticesOptions, Say } from "./types.ts";

/** 贴息到账通知: what was paid to the household, and what came back, by value date. */
export const subsidy: Say = async (asked, options) => {
  const { subject: household, year } = asked;
  const rows: string[][] = [];
  const names = new Names(asked, options);
  for await (const { type, valueDate, payload } of eventsUntil(asked, options, ["subsidy"])) {
    if ((type !== "SubsidyPaid" && type !== "SubsidyPaymentReturned") || yearOf(valueDate) !== year) continue;
    const { loan, bank, payee, amount: paid } = payload as SubsidyPayload<"SubsidyPaid">;
    if (payee !== household) continue;
    const back = type === "SubsidyPaymentReturned";
    const signed = formatAmount(back ? -fen(paid) : fen(paid));
    rows.push([dateInWords(valueDate), loan, await names.bank(bank), signed, back ? "退回" : "已拨付"]);
  }
  if (rows.length === 0) return nothing("贴息 subsidy", asked);
  return slip(asked, options, {
    title: "财政贴息到账通知",
    opening: `您户 ${year} 年度小额信贷的财政贴息已按下表拨付，请核对银行账户。贴息由财政承担，不需要偿还。`,
    columns: [center("拨付日期"), text("贷款编号"), center("贷款银行"), amount("金额（元）"), center("说明")],
    rows,
  });
};

interface Stakes {
  readonly loans: Map<string, LoanState>;
  readonly certificates: Map<string, string>;
  readonly enterprises: Map<string, string>;
}

/** Stakes of the batches' loans as known at the cut-off. */
async function readStakes(asked: Asked, options: NoticesOptions): Promise<Stakes> {
  const found: Stakes = { loans: new Map(), certificates: new Map(), enterprises: new Map() };
  for await (const event of eventsUntil(asked, options, ["batch", "loan"])) {
    const { batch, loan, enterprise } = event.payload as { batch?: string; loan?: string; enterprise?: string };
    if (event.stream.startsWith("loan/")) {
      if (loan === undefined || batch === undefined) continue;
      found.loans.set(loan, loanTimelineFold.evolve(found.loans.get(loan) ?? loanTimelineFold.initialState, event as RecordedEvent));
    } else if (event.type === "StakePooled") {
      for (const one of (event.payload as PooledPayload<"StakePooled">).register ?? []) found.certificates.set(one.loan, one.certificate);
    }
    if (batch !== undefined && enterprise !== undefined) found.enterprises.set(batch, enterprise);
  }
  return found;
}

/** 股权证: the entrusted stakes that the household holds on the day of issue. */
export const stake: Say = async (asked, options) => {
  const { subject: household, on } = asked;
  const { loans, certificates, enterprises } = await readStakes(asked, options);
  const names = new Names(asked, options);
  const rows: string[][] = [];
  for (const [loan, state] of [...loans].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const held = sumFen(
      stakesOn(state, on)
        .filter((one) => one.household === household)
        .map((one) => one.amount),
    );
    if (held === 0n) continue;
    const { batch = "", bank = "" } = state.subject ?? {};
    const enterprise = await names.party(state.subject?.enterprise ?? enterprises.get(batch) ?? "");
    rows.push([enterprise, batch, certificates.get(loan) ?? "—", `${await names.bank(bank)} ${loan}`, formatAmount(held)]);
  }
  if (rows.length === 0) return nothing("股权 stake", asked);
  const columns = [text("用款企业"), center("批次"), center("股权证号"), center("对应贷款"), amount("金额（元）")];
  const { table, sum } = summed(columns, rows);
  return toHousehold(asked, options, ({ head, place }) => ({
    title: "委托入股股权证",
    to: `兹证明下列户在 ${dateInWords(on)} 持有委托股权：`,
    sections: [
      {
        title: "持有人",
        facts: [
          { label: "户主", value: head },
          { label: "户编号", value: household },
          { label: "住址", value: place },
        ],
      },
      { title: "委托股权", table },
      {
        title: "说明",
        lines: [
          inWords(sum),
          "该股权由以本户名义的贷款委托入股形成；贷款由企业统一偿还，本户不承担任何偿还责任和风险。",
          "企业还本后股权相应减少；分红按委托协议和当年公示名单发放。本证不得转让、抵押。",
        ],
      },
    ],
    signatures: ["用款企业（章）", "持有人签字按印"],
    shown: [{ item: "持有日期", value: dateInWords(on) }, shownSum("委托股权", sum)],
  }));
};

/** The bank's codes in words that a household understands, and what to do. */
export const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  AC01: ["账号不存在", "请携带身份证和银行卡到村委会核对卡号"],
  AC04: ["账户已销户", "请到银行开立新账户，再到村委会变更收款账户"],
  AC06: ["账户被冻结或止付", "请到开户银行解除后告知村委会，或变更收款账户"],
  BE01: ["户名与账号不符", "请核对姓名和卡号，到村委会更正"],
  MD07: ["收款人已故", "请办理户主变更，或由继承人携证明办理"],
  AM05: ["疑似重复支付", "由财政部门核实后重新发放，无需办理"],
  MS03: ["银行未说明原因", "请携带银行卡到开户银行查询，并告知村委会"],
};
const UNSAID = REASONS.MS03 as readonly [string, string];

interface CameBack {
  readonly amount: bigint;
  readonly reason: string;
  readonly on: string;
}

/** What came back of one line: amount, why, when. */
function cameBack({ returned, items }: EntitlementLine): CameBack | undefined {
  if (returned === 0n) return undefined;
  const last = items.findLast((item) => ["failed", "returned"].includes(itemStatus(item)));
  const result = last?.results.at(-1);
  return { amount: returned, reason: result?.reason ?? "MS03", on: result?.valueDate ?? "" };
}

/** 代发失败、退票通知: what is owed and did not arrive, and what the household has to do. */
export const payoutFailure: Say = async (asked, options) => {
  const { subject: household, year } = asked;
  const parts = new Map<string, EntitlementState>();
  for await (const event of eventsUntil(asked, options, ["entitlement"])) {
    if ((event.payload as { year?: number }).year !== year) continue;
    parts.set(event.stream, entitlementFold.evolve(parts.get(event.stream) ?? entitlementFold.initialState, event as RecordedEvent));
  }
  const names = new Names(asked, options);
  const rows: string[][] = [];
  const advice = new Set<string>();
  for (const [stream, { lines }] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const line = lines.get(household);
    const back = line && cameBack(line);
    if (!back) continue;
    const [why, what] = REASONS[back.reason] ?? [back.reason, UNSAID[1]];
    const pool = stream.slice("entitlement/".length, stream.lastIndexOf(`-${year}-`));
    rows.push([await names.pool(pool), back.on === "" ? "—" : dateInWords(back.on), why, formatAmount(back.amount)]);
    advice.add(what);
  }
  if (rows.length === 0) return nothing("退票 returned payout", asked);
  return slip(asked, options, {
    title: "分红代发失败（退票）通知",
    opening: `您户 ${year} 年度下列分红未能到账。款项仍在专户，归您户所有；请按提示办理，办妥后重新发放。`,
    columns: [text("分红"), center("退回日期"), center("原因"), amount("金额（元）")],
    rows,
    closing: [...advice].map((what) => `办法：${what}。`),
    signatures: ["签收人"],
  });
};
