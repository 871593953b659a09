import { fileURLToPath } from "node:url";
import { checkCode, codeModules, createMeasure, createTypesetter, type FontSet, type PaperPdf } from "@huimin/statements";
import { type NoticeContent, noticeCode, noticeHash } from "./content.ts";
import { noticePage } from "./page.ts";

/** After so many notices what the typesetter remembers is dropped. */
const NOTICES_BETWEEN_EVICTIONS = 10;
const EVICTION_AGE = 2;

/** Lays out and sets notices on this thread. The fonts are asked for at the first one; the same content gives the same bytes. */
export function createNoticePress(fonts: () => FontSet): (content: NoticeContent) => PaperPdf {
  let press: ((content: NoticeContent) => PaperPdf) | undefined;
  const open = (): ((content: NoticeContent) => PaperPdf) => {
    const set = fonts();
    const measure = createMeasure(set);
    const typesetter = createTypesetter(fileURLToPath(new URL("../template/notice.typ", import.meta.url)), set);
    let printed = 0;
    return (content) => {
      const hash = noticeHash(content);
      const code = codeModules(noticeCode(content, hash));
      typesetter.put("code.raw", code.modules);
      const page = noticePage(content, { fonts: set.families, measure, check: checkCode(hash), codeSize: code.size });
      typesetter.put("page.json", Buffer.from(JSON.stringify(page)));
      const pdf = typesetter.pdf(typesetter.compile(`notice ${content.number}`));
      printed += 1;
      if (printed % NOTICES_BETWEEN_EVICTIONS === 0) typesetter.forget(EVICTION_AGE);
      return pdf;
    };
  };
  return (content) => {
    press ??= open();
    return press(content);
  };
}
