/* A district with two enterprises and an insurer for specs: facts are recorded by commands. */
import { type CommandContext, type CommandDefinition, SpecificationLog } from "@huimin/decider";
import { errorEntry } from "@huimin/outcome";
import { equityFold, equityFundFold, equityFundStream, equityStream, type FundSource, lossFold, lossStream } from "./events.ts";
import {
  AppropriateEquityFunds,
  BindInsurancePolicy,
  InvestEquity,
  RecogniseInvestmentLoss,
  ShareLoss,
  SignInvestmentAgreement,
} from "./index.ts";

type Body = Readonly<Record<string, unknown>>;

export class District {
  readonly log = new SpecificationLog({ actor: "u-fin", role: "FIN-R" });

  constructor() {
    for (const enterprise of ["E1", "E2"]) {
      const payload = { enterprise, name: "示例企业", creditCode: "91410899MA9DEM01XL", roles: ["partner"] };
      this.log.record(`enterprise/${enterprise}`, [{ type: "EnterpriseRegistered", valueDate: "2014-01-01", payload }]);
    }
    const insurer = { party: "P1", kind: "insurer", name: "示例保险公司" };
    this.log.record("party/P1", [{ type: "PartyRegistered", valueDate: "2014-01-01", payload: insurer }]);
  }

  fact(type: string, enterprise: string, valueDate: string): this {
    this.log.record(`enterprise/${enterprise}`, [{ type, valueDate, payload: { enterprise } }]);
    return this;
  }

  policy(key: string, value: string): this {
    const payload = { key, value, from: "2015-01-01", document: "示例〔2015〕1号" };
    this.log.record(`policy/${key}`, [{ type: "PolicyParameterSet", valueDate: "2015-01-01", payload }]);
    return this;
  }

  #context(body: Body, at?: string): Partial<CommandContext> {
    const day = at ?? (body.valueDate as string | undefined) ?? "2030-01-01";
    return { recordedAt: `${day}T20:00:00+08:00`, period: day.slice(0, 7) };
  }

  /** Runs a command that must be accepted; gives its answer. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  accept(definition: CommandDefinition, body: Body, at?: string): any {
    const result = this.log.execute(definition, body, this.#context(body, at));
    if (!result.ok) throw new Error(`${definition.name} refused: ${JSON.stringify(result.refusal)}`);
    return result.value.answer;
  }

  /** Code of the refusal of a command that must be refused; its texts have all their details. */
  refuse(definition: CommandDefinition, body: Body, at?: string): string {
    const result = this.log.decide(definition, body, this.#context(body, at));
    if (result.ok) throw new Error(`${definition.name} accepted: ${JSON.stringify(result.value.answer)}`);
    const { code, details = {} } = result.refusal;
    const entry = errorEntry(code);
    for (const [, name] of `${entry?.zh}${entry?.en}`.matchAll(/\{(\w+)\}/g)) {
      if (!((name as string) in details)) throw new Error(`${code} lacks the detail ${name}`);
    }
    return code;
  }

  appropriate(amount: string, source: FundSource = "区", valueDate = "2018-01-10"): this {
    this.accept(AppropriateEquityFunds, { amount, source, valueDate });
    return this;
  }

  sign(more: Body = {}): this {
    this.accept(SignInvestmentAgreement, { ...SIGNED, ...more });
    return this;
  }

  insure(more: Body = {}): this {
    this.accept(BindInsurancePolicy, { ...INSURED, ...more });
    return this;
  }

  /** Agreement, insurance and money of 1,000,000.00 in E1. */
  invested(source: FundSource = "区"): this {
    this.appropriate("1000000.00", source).sign().insure();
    this.accept(InvestEquity, { ...INVESTED, source });
    return this;
  }

  /** A loss of E1, recognised and shared. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  lose(ref: string, loss: string, more: Body = {}): any {
    this.accept(RecogniseInvestmentLoss, { ...LOST, ref, loss });
    return this.accept(ShareLoss, { ref, source: "区", valueDate: LOST.valueDate, ...more });
  }

  equity(enterprise = "E1") {
    return (this.log.streams.get(equityStream(enterprise)) ?? []).reduce(equityFold.evolve, equityFold.initialState);
  }

  loss(ref: string) {
    return (this.log.streams.get(lossStream(ref)) ?? []).reduce(lossFold.evolve, lossFold.initialState);
  }

  cash(source: FundSource = "区"): bigint {
    return (this.log.streams.get(equityFundStream(source)) ?? []).reduce(equityFundFold.evolve, equityFundFold.initialState).cash;
  }
}

export const SIGNED = {
  enterprise: "E1",
  amount: "1000000.00",
  fixedRate: "8",
  decision: "党组会纪要〔2018〕3号",
  publicity: "公示照片",
  valueDate: "2018-05-12",
} as const;
export const INSURED = { enterprise: "E1", insurer: "P1", premium: "12000.00", payer: "district", valueDate: "2018-05-20" } as const;
export const INVESTED = { enterprise: "E1", amount: "1000000.00", source: "区", serial: "S1", valueDate: "2018-06-01" } as const;
export const LOST = {
  enterprise: "E1",
  basis: "valuation",
  document: "评估报告",
  decision: "党组会纪要〔2019〕8号",
  valueDate: "2019-06-30",
} as const;
