import type { Summary } from "./summary.ts";

/** The summary for people. */
export function printSummary(summary: Summary, folder: string): string {
  const { trialBalance, loans, subsidies, dividends, models } = summary;
  const { 政企联动: equity, 社企共助: partners, 光伏: solar } = models;
  const lent = (model: string): string => {
    const one = loans.byModel[model];
    return `${one?.loans} 笔 loans, ${one?.drawn} 元 drawn, ${one?.open} 元 open`;
  };
  const lines = [
    "",
    "惠民账本演示汇总 / Demo summary",
    `  名册 register            ${summary.villages} 村 villages, ${summary.households} 户 households, ${summary.people} 人 people`,
    `  分贷统还 pooled loans    ${lent("分贷统还")}`,
    `  企贷增收 enterprise      ${lent("企贷增收")}`,
    `  自贷创业 own loans       ${lent("自贷创业")}`,
    `  政企联动 public equity   ${equity.enterprises} 企业 enterprises, ${equity.invested} 元 invested, 分红 dividends ${equity.dividends}`,
    `  社企共助 partnership     ${partners.donors} 捐赠人 donors, ${partners.donations} 笔 donations ${partners.donated}, 物资 in kind ${partners.inKind} (${partners.goods}), 车间 workshops ${partners.workshops}, 结对 pairings ${partners.pairings}`,
    `  光伏 solar               ${solar.stations} 电站 stations, 电费 income ${solar.income}, 运维 cost ${solar.cost}`,
    `  分红 dividends           应收 declared ${dividends.declared}, 分配 allocated ${dividends.allocated}, 实发 paid ${dividends.paid}, 退票 returned ${dividends.returned}, 未发 outstanding ${dividends.outstanding}`,
    `  贴息 subsidies           申报 claimed ${subsidies.claimed}, 拨付 paid ${subsidies.paid}, 追回 clawed back ${subsidies.clawedBack}`,
    `  银行报文 bank messages    ${listed(summary.bankMessages)}`,
    ...summary.accounts.map(
      ({ desk, daysClosed, found, explained, resolved, open }) =>
        `  银行对账 reconciled       ${desk}: 日结 days closed ${daysClosed}, 差异 differences found ${found}, 已说明 explained ${explained}, 已消除 resolved ${resolved}, 未达 open ${open}`,
    ),
    `  制单审核 approved by two  ${summary.proposals}`,
    `  告知书 statements        ${listed(summary.statementsByYear)}`,
    `  试算平衡 trial balance    G ${trialBalance.G.debit} = ${trialBalance.G.credit}; M ${trialBalance.M.debit} = ${trialBalance.M.credit}; Q ${trialBalance.Q.debit} = ${trialBalance.Q.credit}`,
    `  不变式 invariants        ${summary.invariants.checked} checked, ${summary.invariants.failed} failed`,
    `  日志 log                 ${summary.events} events, Merkle root ${summary.merkleRoot}`,
    `  核对数 check sums:`,
    ...summary.checkSums.map(
      ({ name, expected, found, holds }) => `    ${holds ? "✓" : "✗"} ${name}: ${found}${found === expected ? "" : ` (${expected})`}`,
    ),
    `  质量事件 quality events:`,
    ...Object.entries(summary.qualityEvents).map(([name, count]) => `    - ${name} ${count}`),
    ...summary.halfFenTies.map(({ ref, base, shares }) => `    - 恰为半分的分担 a split on an exact half fen: ${ref}, ${base} → ${shares}`),
    `  待核对 to be reconciled (the plan's own figures, shown and not repaired):`,
    ...summary.reconciliation.map((item) => `    - ${item.zh}\n      ${item.en}`),
    `  内存 memory              ${summary.memoryMb} MB, 用时 elapsed ${summary.elapsedSeconds} s`,
    `  文件 files               ${folder}`,
    "",
  ];
  return lines.join("\n");
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
