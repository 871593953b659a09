import { yearOf } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import { type DonationPayload, type DonationState, donationFold, honourFold, honourStream, standing } from "@huimin/donation/events";
import { type LoanPayload, loanStream, loanTimelineFold, modelOf, openPrincipalNow } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, formatAmountGrouped, sumFen } from "@huimin/money";
import { refuse } from "@huimin/outcome";
import { dateInWords } from "@huimin/statements";
import { errors } from "./errors.ts";
import { amount, center, inWords, nothing, shownSum, summed, text } from "./frame.ts";
import { eventsUntil, folded, Names, openHousehold } from "./read.ts";
import type { Say } from "./types.ts";

/** 贷款结清证明: of a loan that the bank has settled. Refuses NOTICE_NOT_SETTLED. */
export const settlement: Say = async (asked, options) => {
  const { subject: loan } = asked;
  const state = await folded(loanStream(loan), loanTimelineFold, asked, options);
  const { subject, terms, settledOn } = state;
  if (!subject || !terms) return nothing("贷款 loan", asked);
  if (settledOn === undefined) return refuse(errors.NOTICE_NOT_SETTLED, { loan, open: formatAmount(openPrincipalNow(state)) });
  const names = new Names(asked, options);
  const { events } = await options.store.readStream(options.district, loanStream(loan));
  const known = events.filter(({ position }) => position <= asked.cutoff.position);
  const drawn = sumFen(
    [...state.messages.values()].filter(({ kind, status }) => kind === "drawing" && status === "booked").map(({ principal }) => principal),
  );
  const certificate = known.findLast(({ type }) => type === "LoanSettled")?.payload as LoanPayload<"LoanSettled"> | undefined;
  const person = subject.household === undefined ? undefined : await openHousehold(subject.household, asked, options);
  if (person && !person.ok) return person;
  const enterprise = subject.enterprise === undefined ? undefined : await names.party(subject.enterprise);
  const pooled = modelOf(subject) === 1;
  const own = person
    ? [
        { label: "户编号", value: person.value.household },
        { label: "住址", value: person.value.place },
      ]
    : [];
  return {
    ok: true,
    value: {
      title: "贷款结清证明",
      to: `兹证明下列贷款的本金和利息已于 ${dateInWords(settledOn)} 全部结清：`,
      sections: [
        {
          title: "贷款",
          facts: [
            { label: "贷款编号", value: loan },
            { label: "贷款银行", value: await names.bank(subject.bank) },
            { label: pooled ? "名义借款人" : "借款人", value: person ? person.value.head : (enterprise ?? "") },
            ...own,
            ...(pooled && enterprise ? [{ label: "用款、还款企业", value: enterprise }] : []),
            { label: "放款合计", value: `${formatAmountGrouped(drawn)} 元` },
            { label: "年利率", value: `${terms.annualRate} %` },
            { label: "合同日期", value: dateInWords(terms.contractDate) },
            { label: "到期日", value: dateInWords(state.extension?.newDue ?? terms.due) },
            { label: "结清日期", value: dateInWords(settledOn) },
            { label: "银行证明号", value: certificate?.certificate ?? "—" },
          ],
        },
        {
          title: "说明",
          lines: [
            "剩余本金 0.00 元，应付利息 0.00 元。",
            pooled ? "贷款由企业统一偿还；名义借款人没有也不承担任何偿还责任。" : "借款人就本笔贷款不再负有偿还责任。",
          ],
        },
      ],
      signatures: ["贷款银行（章）"],
      shown: [{ item: "贷款编号", value: loan }, { item: "结清日期", value: dateInWords(settledOn) }, shownSum("剩余本金", 0n)],
    },
  };
};

interface Received {
  readonly on: string;
  readonly receipt: string;
  readonly what: string;
  readonly kind: string;
  readonly amount: Fen;
}

/** What one donation brought and gave back in a year, entries that stand. */
function receivedOf(state: DonationState, year: number): Received[] {
  return standing(state)
    .filter(({ valueDate }) => yearOf(valueDate) === year)
    .flatMap(({ type, valueDate, payload }): Received[] => {
      if (type === "DonationReceived") {
        const { amount, purpose, receiptNo } = payload as DonationPayload<"DonationReceived">;
        return [
          {
            on: valueDate,
            receipt: receiptNo ?? "—",
            what: purpose === "free" ? "非限定用途" : purpose,
            kind: "捐款",
            amount: fen(amount),
          },
        ];
      }
      if (type === "InKindDonationReceived") {
        const { value, goods, document, valueBasis } = payload as DonationPayload<"InKindDonationReceived">;
        const what = goods.map(({ item, quantity = "", unit = "" }) => `${item}${quantity}${unit}`).join("、");
        const basis = valueBasis === "document" ? "按凭据" : "按市价";
        return [{ on: valueDate, receipt: document ?? "—", what, kind: `物资（${basis}）`, amount: fen(value) }];
      }
      if (type !== "DonationRefunded") return [];
      const { amount } = payload as DonationPayload<"DonationRefunded">;
      return [{ on: valueDate, receipt: "—", what: "退还", kind: "退款", amount: -fen(amount) }];
    });
}

/** 捐赠收据汇总: of one donor and year. */
export const donation: Say = async (asked, options) => {
  const { subject: donor, year } = asked;
  const states = new Map<string, DonationState>();
  for await (const event of eventsUntil(asked, options, ["donation"]))
    states.set(event.stream, donationFold.evolve(states.get(event.stream) ?? donationFold.initialState, event as RecordedEvent));
  const received = [...states.values()]
    .filter((state) => state.donor === donor)
    .flatMap((state) => receivedOf(state, year))
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  if (received.length === 0) return nothing("捐赠 donation", asked);
  const { table, sum } = summed(
    [center("日期"), center("票据号"), text("款物"), amount("金额（元）")],
    received.map(({ on, receipt, kind, what, amount: value }) => [dateInWords(on), receipt, `${kind}：${what}`, formatAmount(value)]),
  );
  const name = await new Names(asked, options).party(donor);
  return {
    ok: true,
    value: {
      title: "捐赠收据汇总",
      to: `${name}：`,
      sections: [
        {
          title: "",
          lines: [`感谢您 ${year} 年度对本区脱贫攻坚的捐赠。现将收到的款物汇总如下，票据以逐笔开具的《公益事业捐赠票据》为准。`],
          table,
        },
        { title: "", lines: [inWords(sum)] },
      ],
      signatures: [],
      shown: [shownSum("合计", sum)],
    },
  };
};

const PARTY_KINDS = { donor: "爱心捐赠", enterprise: "带贫企业", household: "脱贫光荣户" } as const;

/** 光荣榜 of a year: honours that were not revoked, by kind and name. */
export const honour: Say = async (asked, options) => {
  const { year } = asked;
  const { honours } = await folded(honourStream(year), honourFold, asked, options);
  const names = new Names(asked, options);
  const standingHonours = honours.filter(({ revokedOn }) => revokedOn === undefined);
  if (standingHonours.length === 0) return nothing("表彰 honour", { subject: "光荣榜", year });
  const named = await Promise.all(
    standingHonours.map(async (one) => ({
      ...one,
      name: one.partyKind === "household" ? await names.household(one.party) : await names.party(one.party),
    })),
  );
  const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });
  const sections = (["donor", "enterprise", "household"] as const).flatMap((kind) => {
    const own = named
      .filter((one) => one.partyKind === kind)
      .sort((a, b) => collator.compare(a.name, b.name) || (a.party < b.party ? -1 : 1));
    if (own.length === 0) return [];
    const columns = [text("名称"), center("荣誉")];
    return [{ title: PARTY_KINDS[kind], table: { columns, rows: own.map(({ name, grade }) => [name, grade ?? "表彰"]) } }];
  });
  const documents = [...new Set(standingHonours.flatMap(({ document }) => document ?? []))];
  return {
    ok: true,
    value: {
      title: "光　荣　榜",
      to: `${year} 年度社企共助、脱贫攻坚先进`,
      sections: [...sections, ...(documents.length > 0 ? [{ title: "", lines: [`依据：${documents.join("、")}`] }] : [])],
      signatures: [],
      shown: [{ item: "上榜", value: `${standingHonours.length} 个（人、户、单位）` }],
    },
  };
};
