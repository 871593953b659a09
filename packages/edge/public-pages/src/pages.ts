import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import type { FastifyReply } from "fastify";

const OWN_VIEWS = fileURLToPath(new URL("../views", import.meta.url));
const EXTENSION = ".eta";
const style = readFileSync(path.join(OWN_VIEWS, "style.css"), "utf8");

/** Nothing but the page's own style and forms to this server: no script, picture, font or frame, from nowhere. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface Page {
  readonly html: string;
  readonly status?: number;
  /** Seconds that a proxy or browser may keep it. Default: none. */
  readonly keepSeconds?: number;
}

export interface Pages {
  /** The page of a template of the service, or of this package. */
  render(template: string, data: object): string;
}

/** Reads the templates of a folder once; they stand beside the house's own, under their file names. */
export function createPages(folder: string): Pages {
  const eta = new Eta({ autoTrim: false });
  for (const views of [OWN_VIEWS, folder])
    for (const file of readdirSync(views))
      if (file.endsWith(EXTENSION)) eta.loadTemplate(`@${file.slice(0, -EXTENSION.length)}`, readFileSync(path.join(views, file), "utf8"));
  return { render: (template, data) => eta.render(`@${template}`, { ...data, style }) };
}

export function sendPage(reply: FastifyReply, { html, status = 200, keepSeconds = 0 }: Page): FastifyReply {
  return reply
    .code(status)
    .type("text/html; charset=utf-8")
    .headers({
      "content-security-policy": POLICY,
      "x-robots-tag": "noindex, nofollow, noarchive",
      "cache-control": keepSeconds === 0 ? "no-store" : `public, max-age=${keepSeconds}`,
    })
    .send(html);
}
