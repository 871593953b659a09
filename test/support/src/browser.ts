import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Debian's name, and those of a desktop. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const executable: string | undefined = [...(process.env.HUIMIN_TEST_BROWSER ? [process.env.HUIMIN_TEST_BROWSER] : []), ...NAMES]
  .map((name) => {
    try {
      return execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).trim();
    } catch {
      return "";
    }
  })
  .find((found) => found !== "");

/** Whether tests in a real browser can run here: HUIMIN_TEST_BROWSER, or a Chromium on the PATH. Otherwise they are skipped by name. */
export const browserIsThere: boolean = executable !== undefined;

/** A small phone, as it is passed around in a village. */
export const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale: "zh-CN" };

/** What an old hand and an old eye need of a page: nothing beside the screen, letters of a size, buttons that can be hit. */
export const FIT_FOR_A_PHONE = { wider: 0, small: [], narrow: [], unlabelled: [], language: "zh-CN", headings: 1, scripts: 0 };
const lookOfPhone = readFileSync(new URL("phone.page.js", import.meta.url), "utf8");
/** What is found of it: {@link FIT_FOR_A_PHONE} when nothing is amiss. */
export const lookOnPhone = (page: Page): Promise<unknown> => page.evaluate(lookOfPhone);

/** What a page asked for and complained of. */
export interface Watched {
  readonly context: BrowserContext;
  /** Errors of the console, scripts and requests. */
  readonly complaints: string[];
  /** Origins that were asked for something. */
  readonly origins: Set<string>;
}

/** A browser of a test's own; `close` ends it. */
export interface TestBrowser {
  open(options?: BrowserContextOptions): Promise<Watched>;
  close(): Promise<void>;
}

export async function testBrowser(): Promise<TestBrowser> {
  if (executable === undefined) throw new Error("no Chromium: install one or set HUIMIN_TEST_BROWSER");
  // As root, as in a container of CI, Chromium has no sandbox.
  const browser: Browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  return {
    async open(options = PHONE) {
      const context = await browser.newContext(options);
      const complaints: string[] = [];
      const origins = new Set<string>();
      context.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      context.on("weberror", (fault) => complaints.push(fault.error().message));
      context.on("request", (request) => origins.add(new URL(request.url()).origin));
      return { context, complaints, origins };
    },
    close: () => browser.close(),
  };
}
