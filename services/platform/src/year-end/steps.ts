/* The steps of a year-end run, in their order (domain 6.3). */

export const STEP_NAMES = [
  "snapshot",
  "drafts",
  "publicity",
  "approval",
  "allocation",
  "payout",
  "results",
  "reissue",
  "statements",
  "archive",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export const STEP_TITLES: Readonly<Record<StepName, { readonly zh: string; readonly en: string }>> = {
  snapshot: { zh: "名册快照", en: "eligibility snapshot" },
  drafts: { zh: "分配方案", en: "allocation drafts" },
  publicity: { zh: "公示", en: "publicity lists posted and printed" },
  approval: { zh: "异议与审批", en: "objections and approval" },
  allocation: { zh: "分配到户", en: "allocation posted" },
  payout: { zh: "代发批次", en: "payout batches and files" },
  results: { zh: "代发结果与退票", en: "results and returns" },
  reissue: { zh: "重付", en: "re-issue" },
  statements: { zh: "告知书", en: "statements issued" },
  archive: { zh: "归档", en: "statements printed, bound and indexed" },
};

/** The step that a decision sets going. */
export const STEP_AFTER: Readonly<Record<string, StepName>> = {
  OpenYearEnd: "snapshot",
  ConfirmYearEndPublicity: "publicity",
  ApproveYearEndLists: "approval",
  ConfirmYearEndAllocation: "allocation",
  ConfirmYearEndPayout: "payout",
  ConfirmYearEndStatements: "statements",
};

/** Steps that a process works at; the others are people's and banks'. */
export const WORKED_STEPS: readonly StepName[] = [
  "snapshot",
  "drafts",
  "publicity",
  "approval",
  "allocation",
  "payout",
  "statements",
  "archive",
];

export const isStepName = (name: string): name is StepName => (STEP_NAMES as readonly string[]).includes(name);
