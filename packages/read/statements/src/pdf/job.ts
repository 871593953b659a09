import type { StatementContent } from "../content.ts";
import type { FontSet } from "../fonts/fonts.ts";
import { createPager, type IssueMark, type PrintOptions } from "../page/page.ts";
import { createPrinter, type StatementPdf } from "./typst.ts";

/** A statement to be printed: all of it, so that any thread can. */
export interface PrintJob {
  readonly content: StatementContent;
  readonly mark: IssueMark;
  readonly options?: PrintOptions;
}

/** Lays out and sets statements on this thread. The fonts are asked for at the first one: 40 ms and 20 MB. */
export function createPress(fonts: () => FontSet): (job: PrintJob) => StatementPdf {
  let press: ((job: PrintJob) => StatementPdf) | undefined;
  const open = (): ((job: PrintJob) => StatementPdf) => {
    const pager = createPager(fonts());
    const printer = createPrinter(fonts());
    return ({ content, mark, options }) => printer.print(pager(content, mark, options));
  };
  return (job) => {
    press ??= open();
    return press(job);
  };
}
