import { type Language, reportText, type Section } from "./report-text.ts";
import type { ReportContent } from "./types.ts";

/* The report as one page without scripts, pictures or fonts from elsewhere: to be opened and printed anywhere. */

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const broken = (text: string): string => escaped(text).replaceAll("\n", "<br>");

const STYLE = `
  :root { color-scheme: light; }
  body { font: 15px/1.6 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; margin: 0 auto; max-width: 64rem; padding: 2rem 1.5rem; color: #1a1a1a; }
  h1 { font-size: 1.6rem; margin: 0 0 1rem; }
  h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; border-bottom: 1px solid #999; padding-bottom: .2rem; }
  .conclusion { border-left: .4rem solid #2b7a3d; background: #eef6f0; padding: .8rem 1rem; font-weight: 600; }
  .conclusion.wrong { border-color: #a8201a; background: #fbeeed; }
  table { border-collapse: collapse; width: 100%; font-size: .92em; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
  th { border-bottom: 2px solid #999; white-space: nowrap; }
  td:first-child { min-width: 7rem; }
  pre { background: #f4f4f4; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85em; }
  @media print { body { padding: 0; font-size: 11px; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
`;

function sectionOf({ title, paragraphs, table, commands }: Section): string {
  const parts = [`<h2>${escaped(title)}</h2>`, ...paragraphs.map((text) => `<p>${escaped(text)}</p>`)];
  if (table && table.rows.length > 0) {
    const head = table.head.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
    const rows = table.rows.map((row) => `<tr>${row.map((text) => `<td>${broken(text)}</td>`).join("")}</tr>`).join("\n");
    parts.push(`<table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table>`);
  }
  if (commands) parts.push(`<pre>${escaped(commands.join("\n"))}</pre>`);
  return parts.join("\n");
}

export function pageOf(content: ReportContent, language: Language): string {
  const { title, conclusion, clean, sections } = reportText(content, language);
  return `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(title)}</h1>
<p class="conclusion${clean ? "" : " wrong"}">${escaped(conclusion)}</p>
${sections.map(sectionOf).join("\n")}
</body>
</html>
`;
}
