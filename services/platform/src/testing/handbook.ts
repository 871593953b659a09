import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The banks' handbook in its two languages, and its examples as they are run. */
export const HANDBOOK = path.resolve(import.meta.dirname, "../../../../docs/banks");
export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A fenced block: ```` ```bash 201 ```` is run and must end in that status (`ok`: in none), ```` ```text ```` is what the one before prints. */
export interface Block {
  readonly info: string;
  readonly text: string;
  readonly line: number;
  readonly chapter: string;
}

export interface Handbook {
  /** `## 3.2`: level and number, in order. */
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
  /** Rows of each table. */
  readonly tables: readonly number[];
  readonly paragraphs: number;
  readonly text: string;
}

export function readHandbook(language: Language): Handbook {
  const text = readFileSync(path.join(HANDBOOK, `handbook.${language}.md`), "utf8");
  const headings: string[] = [];
  const blocks: Block[] = [];
  const tables: number[] = [];
  let paragraphs = 0;
  let open: { info: string; line: number; lines: string[] } | undefined;
  let before = "";
  for (const [index, line] of text.split("\n").entries()) {
    if (open) {
      if (line === "```") {
        blocks.push({ info: open.info, text: open.lines.join("\n"), line: open.line, chapter: headings.at(-1) ?? "" });
        open = undefined;
      } else open.lines.push(line);
    } else if (line.startsWith("```")) open = { info: line.slice(3), line: index + 1, lines: [] };
    else if (line.startsWith("#")) headings.push(/^#+ ?[\d.]*/.exec(line)?.[0].trim() ?? "");
    else if (line.startsWith("|")) {
      if (!before.startsWith("|")) tables.push(0);
      tables.push((tables.pop() ?? 0) + 1);
    } else if (line !== "") paragraphs += 1;
    before = line;
  }
  return { headings, blocks, tables, paragraphs, text };
}

/** Whether this machine has what the handbook's reader needs: bash, curl and an OpenSSL that knows Ed25519. */
export function readersToolsAreThere(): boolean {
  try {
    execFileSync("bash", ["-c", "curl --version"], { stdio: "ignore" });
    return /^OpenSSL [3-9]/.test(execFileSync("openssl", ["version"], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

export interface Ran {
  /** Last `HTTP nnn` that it printed. */
  readonly status: string | undefined;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with what the handbook's reader has: its script. */
export class ReadersDesk {
  readonly folder = mkdtempSync(path.join(tmpdir(), "huimin-handbook-"));

  constructor() {
    copyFileSync(path.join(HANDBOOK, "sign.sh"), path.join(this.folder, "sign.sh"));
  }

  /** Runs a block with bash as it is printed. */
  run(text: string, environment: Readonly<Record<string, string>>): Promise<Ran> {
    const env = { PATH: process.env.PATH ?? "", HOME: this.folder, ...environment };
    return new Promise((resolve) => {
      execFile("bash", ["-c", text], { cwd: this.folder, env, timeout: 60_000 }, (fault, out, err) => {
        const status = [...`${out}\n${err}`.matchAll(/^HTTP (\d{3})$/gm)].at(-1)?.[1];
        resolve({ status, code: fault ? Number(fault.code ?? 1) : 0, out, err });
      });
    });
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
