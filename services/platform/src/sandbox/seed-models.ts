import { createHash } from "node:crypto";
import { CNY, type Moment, type SandboxOffice } from "./seed-office.ts";

/*
 * What the other models need before a bank can speak of them: a batch under contract and one that waits for it, an enterprise
 * that may borrow, a deposit of the risk fund, an equity stake with its dividend and a payout that is under way, a donor.
 */

export interface ModelWorld {
  readonly office: SandboxOffice;
  /** Person id of a household's head. */
  readonly headOf: (household: string) => string;
}

const ENTERPRISE = "SBX-E1";
const INSURER = "SBX-INS";
const POOL = "SBX-POOL";
const EQUITY = "1000000.00";

export const modelMoments = (world: ModelWorld): Moment[] => [
  ...partyMoments(world),
  ...batchMoments(world),
  ...equityMoments(world),
  ...payoutMoments(world),
];

const partyMoments = ({ office }: ModelWorld): Moment[] => [
  [
    "2016-12-02",
    async (valueDate) => {
      const enterprise = {
        enterprise: ENTERPRISE,
        name: "沙箱农业有限公司",
        creditCode: "91410899MA9DEM01XL",
        roles: ["carrier", "partner"],
      };
      await office.give("RegisterEnterprise", { ...enterprise, valueDate }, "FOF");
      await office.give("RegisterParty", { party: INSURER, kind: "insurer", name: "沙箱财产保险", valueDate }, "FOF");
      await office.give("RegisterParty", { party: "SBX-DONOR", kind: "donor", name: "沙箱慈善基金会", valueDate }, "OFFICE");
      await office.give("RecogniseEnterprise", { enterprise: ENTERPRISE, households: 2, document: "沙箱认定1号", valueDate }, "FOF");
      const agreement = { agreement: "SBX-A1", enterprise: ENTERPRISE, bank: "SBXA", loanCap: "1000000.00", form: "job", valueDate };
      await office.give("SignFourPartyAgreement", agreement, "POV");
      const deposit = { ...CNY, bank: "SBXA", amount: "200000.00", source: "区", document: "沙箱财预1号", valueDate };
      await office.give("DepositRiskFund", deposit, "FIN-C");
      await office.give("AppropriateSubsidyFunds", { amount: "100000.00", source: "区", document: "沙箱财预2号", valueDate }, "FIN-M");
    },
  ],
];

/** 分贷统还: SBX-B1 is lent and entrusted, SBX-B2 waits for the bank's contract. */
function batchMoments({ office, headOf }: ModelWorld): Moment[] {
  const proposed = ([batch, household]: readonly [string, string]): Moment[] => {
    const proposal = { batch, enterprise: ENTERPRISE, bank: "SBXA", cap: "50000.00", dividendTerms: "年6%", document: `沙箱协议${batch}` };
    const consentHash = createHash("sha256").update(`consent ${batch}`).digest("hex");
    const enrolment = { batch, household, amount: "50000.00", signer: headOf(household), consentHash };
    return [
      ["2017-04-20", (valueDate) => office.give("ProposeBatch", { ...proposal, valueDate }, "FOF")],
      ["2017-04-24", (valueDate) => office.give("EnrolHousehold", { ...enrolment, valueDate }, "VIL")],
    ];
  };
  const lend = async (valueDate: string): Promise<void> => {
    const of = { batch: "SBX-B1", valueDate };
    const items = [{ loan: "SBX-B1-1", household: "SBX-H6", amount: "50000.00" }];
    const contract = { annualRate: "4.75", due: "2020-05-02", repayer: ENTERPRISE, total: "50000.00", items, participationEvidence: false };
    await office.post("SBXA", "SignBatchContract", { ...of, ...contract });
    const terms = { trustee: ENTERPRISE, total: "50000.00", dividendRate: "6", payDate: "12-12", noRepaymentDuty: true };
    await office.give("SignEquityEntrustment", { ...of, ...terms }, "ENT");
    await office.post("SBXA", "RecordBatchDisbursement", { ...of, ...CNY, amount: "50000.00", serial: "SEED-BD1" });
    await office.post("SBXA", "EntrustStakes", { ...of, ...CNY, amount: "50000.00", serial: "SEED-BS1" });
  };
  return [...proposed(["SBX-B1", "SBX-H6"]), ...proposed(["SBX-B2", "SBX-H8"]), ["2017-05-02", lend]];
}

/** 政企联动: a stake of a million at 8 %, insured, and a loss whose shares are due. */
const equityMoments = ({ office }: ModelWorld): Moment[] => [
  [
    "2016-12-30",
    async (valueDate) => {
      await office.give("AppropriateEquityFunds", { amount: "1100000.00", source: "区", document: "沙箱财预3号", valueDate }, "FIN-M");
      const period = { from: valueDate, to: "2021-12-31" };
      const terms = { ...period, fixedRate: "8", payDates: ["12-01"], insured: true, decision: "沙箱纪要1号", publicity: "公示照片" };
      const agreement = { enterprise: ENTERPRISE, agreement: "SBX-EQ1", amount: EQUITY, ...terms };
      await office.give("SignInvestmentAgreement", { ...agreement, valueDate }, "FIN-R");
      const policy = {
        enterprise: ENTERPRISE,
        insurer: INSURER,
        policy: "SBX-BD1",
        insuredAmount: EQUITY,
        deductible: "5000.00",
        ...period,
      };
      const premium = { premium: "20000.00", payer: "district", source: "区" };
      await office.give("BindInsurancePolicy", { ...policy, ...premium, valueDate }, "INS");
      const stake = { enterprise: ENTERPRISE, amount: EQUITY, source: "区", serial: "SEED-EQ1", certificate: "SBX-GQ1" };
      await office.give("InvestEquity", { ...stake, valueDate }, "FIN-C");
    },
  ],
  [
    "2018-02-27",
    async (valueDate) => {
      const evidence = { basis: "valuation", document: "沙箱评估报告", decision: "沙箱纪要2号" };
      const loss = { ref: "SBX-LOSS-1", enterprise: ENTERPRISE, loss: "100000.00", ...evidence, valueDate };
      await office.give("RecogniseInvestmentLoss", loss, "FIN-R");
      await office.give("ShareLoss", { ref: "SBX-LOSS-1", source: "区", valueDate }, "FIN-R");
    },
  ],
];

/** 分红与代发: the dividend of 2017 has been divided, and the payout SBX-PAY-1 waits at the bank; more of 2017 is still to come in. */
function payoutMoments({ office }: ModelWorld): Moment[] {
  const households = ["SBX-H1", "SBX-H2", "SBX-H3"];
  const of = { pool: POOL, year: 2017 };
  const shares = households.map((household) => ({ household, shares: "1" }));
  const assign = { ...of, shares, minutes: "沙箱村民代表会议" };
  const accrue = { ...of, enterprise: ENTERPRISE, from: "2017-01-01", toExcl: "2018-01-01", dueOn: "2017-12-01" };
  const received = { pool: POOL, enterprise: ENTERPRISE, amount: "60000.00", serial: "SEED-FH1", ...CNY };
  const poster = { ...of, from: "2017-12-03", to: "2017-12-12", evidence: ["公示照片"] };
  const items = households.map((household) => ({ household, ...of }));
  return [
    ["2017-01-05", (valueDate) => office.give("AssignBeneficiaries", { ...assign, valueDate }, "VIL")],
    ["2017-11-25", (valueDate) => office.give("AccrueFixedDividend", { ...accrue, valueDate }, "FIN-M")],
    ["2017-12-01", (valueDate) => office.post("SBXA", "RecordDividendFunds", { ...received, valueDate })],
    ["2017-12-02", (valueDate) => office.give("DraftAllocation", { ...of, method: "equal", valueDate }, "FIN-M")],
    ["2017-12-02", (valueDate) => office.give("PostPublicity", { ...poster, valueDate }, "VIL")],
    ["2017-12-13", (valueDate) => office.give("ApproveAllocation", { ...of, valueDate }, "FIN-R")],
    ["2017-12-13", (valueDate) => office.give("AllocateDividend", { ...of, valueDate }, "FIN-M")],
    // 对账: the agency account at SBXA, with what it holds on the day before the sandbox begins.
    [
      "2018-02-28",
      (from) => {
        const opening = { from, openingBalance: "60000.00" };
        return office.give("BindFundAccount", { account: "1002.03", bank: "SBXA", number: "41089900000001", ...opening }, "FIN-R");
      },
    ],
    ["2018-02-28", (valueDate) => office.give("SubmitPayoutBatch", { payoutBatch: "SBX-PAY-1", bank: "SBXA", items, valueDate }, "FIN-C")],
  ];
}
