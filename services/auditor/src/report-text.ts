import { openFindings } from "./findings.ts";
import type { Finding, ReportContent } from "./types.ts";

export type Language = "zh" | "en";

/** A part of the report: paragraphs, and a table where there is one. */
export interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Lines to type. */
  readonly commands?: readonly string[];
}

export interface ReportText {
  readonly title: string;
  readonly conclusion: string;
  readonly clean: boolean;
  readonly sections: readonly Section[];
}

type Texts = Readonly<Record<Language, string>>;
const say = (language: Language, zh: string, en: string): string => (language === "zh" ? zh : en);
const SEVERITY: Readonly<Record<Finding["severity"], Texts>> = {
  error: { zh: "错误", en: "error" },
  warning: { zh: "提示", en: "warning" },
};

/** The report's words in one language; how they are printed is not said here. */
export function reportText(content: ReportContent, language: Language): ReportText {
  const { state, scope } = content;
  const open = openFindings(state.findings);
  const errors = open.filter(({ severity }) => severity === "error");
  const t = (zh: string, en: string): string => say(language, zh, en);
  const about = scope === undefined ? "" : t(`（${scope}）`, ` (${scope})`);
  return {
    title: t(`惠民账本审计报告 ${state.district}${about}`, `Huimin Ledger audit report ${state.district}${about}`),
    clean: errors.length === 0,
    conclusion:
      errors.length === 0
        ? t(
            `截至第 ${state.position} 条事件，未发现日志被更改，账簿各项不变量成立。未了结的提示 ${open.length} 项。`,
            `Up to event ${state.position} nothing was found changed in the log, and every invariant of the books holds. ${open.length} open warnings.`,
          )
        : t(
            `截至第 ${state.position} 条事件，有 ${errors.length} 项错误未了结，见“发现”。`,
            `Up to event ${state.position} there are ${errors.length} open errors: see “Findings”.`,
          ),
    sections: [
      identity(content, t),
      findings(t("发现（未了结）", "Findings, open"), open, language, t("没有。", "None.")),
      findings(
        t("已消失的发现", "Findings that are gone"),
        state.findings.filter(({ gone }) => gone !== undefined),
        language,
        t("没有。", "None."),
      ),
      checks(content, language, t),
      months(content, t),
      differences(content, t),
      offline(content, t),
    ],
  };
}

type Say = (zh: string, en: string) => string;

function identity({ state, madeAt }: ReportContent, t: Say): Section {
  const { sweep, checkpoints, books } = state;
  const witnessed = checkpoints.witnessed.map(({ name, size }) => `${name}: ${size}`).join("; ");
  return {
    title: t("审计范围与依据", "What was audited"),
    paragraphs: [],
    table: {
      head: [t("项目", "item"), t("内容", "value")],
      rows: [
        [t("报告时间", "made at"), madeAt],
        [t("审计起始", "audited since"), state.since],
        [t("最近一轮", "last round"), `${state.lastRound ?? "—"} (${state.rounds})`],
        [t("已核哈希的事件", "events hashed"), state.position === 0 ? "—" : `1–${state.position}`],
        [t("日志根（RFC 6962）", "root of the log (RFC 6962)"), state.root],
        [t("复核：从头再看一遍", "second look at everything"), `${sweep.done}; ${t("最近完成", "last ended")} ${sweep.ended ?? "—"}`],
        [t("成立的检查点", "checkpoints that hold"), `${checkpoints.good}; ${t("最大", "largest")} ${checkpoints.size}`],
        [t("检查点之后的事件", "events after the last checkpoint"), String(Math.max(0, state.position - checkpoints.size))],
        [t("见证人联署至", "cosigned by witnesses up to"), witnessed === "" ? "—" : witnessed],
        [t("账簿检查", "checks of the books"), books ? `${books.at}, ${t("第", "position")} ${books.position}${t(" 条", "")}` : "—"],
        [t("日志公钥", "public key of the log"), state.logKeys.join("\n")],
        [t("审计公钥", "public key of the auditor"), state.auditorKey],
      ],
    },
  };
}

function findings(title: string, all: readonly Finding[], language: Language, none: string): Section {
  const head =
    language === "zh"
      ? ["程度", "发现", "数量", "首次", "最近", "举例"]
      : ["severity", "finding", "count", "first seen", "last seen", "examples"];
  if (all.length === 0) return { title, paragraphs: [none] };
  const rows = all.map((one) => [
    SEVERITY[one.severity][language],
    `${one[language]} (${one.id})`,
    String(one.count),
    one.firstSeen.slice(0, 19),
    (one.gone ?? one.lastSeen).slice(0, 19),
    one.examples.join("\n"),
  ]);
  return { title, paragraphs: [], table: { head, rows } };
}

function checks({ state }: ReportContent, language: Language, t: Say): Section {
  return {
    title: t("检查项目", "Checks"),
    paragraphs: state.books ? [] : [t("账簿检查尚未进行。", "The books were not checked yet.")],
    table: {
      head: [t("编号", "check"), t("内容", "what must hold"), t("查看", "looked at"), t("不符", "failed")],
      rows: (state.books?.results ?? []).map((one) => [one.id, one[language], String(one.checked), String(one.failed)]),
    },
  };
}

function months({ state, scope = "" }: ReportContent, t: Say): Section {
  const all = (state.books?.picture.months ?? []).filter(({ period }) => period.startsWith(scope));
  const title = t("会计期间", "Accounting periods");
  if (all.length === 0) return { title, paragraphs: [t("没有事件。", "No events.")] };
  const sealed = (differences: readonly string[] | undefined): string => {
    if (differences === undefined) return t("未结账", "open");
    return differences.length === 0 ? t("已结账，与封存一致", "closed, as it was sealed") : differences.join("; ");
  };
  return {
    title,
    paragraphs: [],
    table: {
      head: [t("期间", "period"), t("事件", "events"), t("封存", "seal")],
      rows: all.map(({ period, events, sealDifferences }) => [period, String(events), sealed(sealDifferences)]),
    },
  };
}

function differences({ state }: ReportContent, t: Say): Section {
  const all = state.books?.picture.differences ?? [];
  const title = t("银行对账未达账项", "Open differences with banks");
  if (all.length === 0) return { title, paragraphs: [t("没有。", "None.")] };
  return {
    title,
    paragraphs: [],
    table: {
      head: [
        t("账户", "account"),
        t("账龄", "age"),
        t("未说明", "unexplained"),
        t("已说明", "explained"),
        t("金额（元）", "amount (yuan)"),
      ],
      rows: all.map((one) => [one.account, `${one.age} ${t("天", "days")}`, String(one.unexplained), String(one.explained), one.amount]),
    },
  };
}

function offline({ state }: ReportContent, t: Say): Section {
  const key = state.logKeys[0] ?? "<key>";
  return {
    title: t("如何离线核验", "How to verify this offline"),
    paragraphs: [
      t(
        "以下命令不需要惠民账本的数据库。公钥请与另行保存的公钥核对。",
        "These commands need no database of the ledger. Compare the public keys with those kept elsewhere.",
      ),
    ],
    commands: [
      `huimin audit verify <folder> --key '${state.auditorKey}'`,
      `huimin verify --export <folder> --key '${key}'`,
      `huimin verify --backup <file> --key '${key}'`,
      `huimin verify --receipt <file> --key '${key}'`,
    ],
  };
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", "<br>");

export function markdownOf(content: ReportContent, language: Language): string {
  const { title, conclusion, sections } = reportText(content, language);
  const lines = [`# ${title}`, "", `**${conclusion}**`, ""];
  for (const { title: heading, paragraphs, table, commands } of sections) {
    lines.push(`## ${heading}`, "");
    for (const paragraph of paragraphs) lines.push(paragraph, "");
    if (table && table.rows.length > 0) {
      lines.push(`| ${table.head.join(" | ")} |`, `|${table.head.map(() => "---").join("|")}|`);
      for (const row of table.rows) lines.push(`| ${row.map(cell).join(" | ")} |`);
      lines.push("");
    }
    if (commands) lines.push("```sh", ...commands, "```", "");
  }
  return lines.join("\n");
}
