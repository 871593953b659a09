import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LOOPBACK } from "@huimin/bank-client";
import { addDays, shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { answerClientFault, boundServer, SERVER_LIMITS, serverOptionsOf } from "@huimin/http";
import { SANDBOX_DISTRICT } from "@huimin/identity";
import type { Jobs } from "@huimin/jobs";
import { errorEntry } from "@huimin/outcome";
import { runBreaker } from "../compose/breaker.ts";
import { migrateDatabase } from "../compose/database.ts";
import { runDividendsOverdue } from "../compose/dividend-jobs.ts";
import { runOverdue, startPlatformJobs } from "../compose/jobs.ts";
import { createPlatform } from "../platform.ts";
import type { Platform, PlatformOptions } from "../types.ts";
import { claimForSandbox, emptySandbox, readClock, writeClock } from "./database.ts";
import { sandboxVaultSecrets } from "./keys.ts";
import { sandboxErrors, sandboxRoutes } from "./routes.ts";
import { SANDBOX_BEGINS, sandboxHouseholds, seedSandbox } from "./seed.ts";

/*
 * A sandbox that can begin anew while it listens: one server in front, and behind it a platform that is replaced. What
 * arrives between the old and the new one is answered with 503, as a server is when it starts again.
 *
 * It has two clocks. Signatures are dated by the wall's, or no bank's program could sign. Business has the sandbox's own,
 * which begins on the same day after each reset and can be moved forward.
 */

export interface SandboxOptions extends Omit<PlatformOptions, "district" | "clock" | "wallClock" | "moreRoutes" | "databaseUrl"> {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  /** Run the jobs too. Default true. */
  readonly jobs?: boolean | undefined;
  readonly wallClock?: (() => number) | undefined;
}

/** What a move of the clock did. */
export interface ClockMoved {
  readonly clock: string;
  readonly daysClosed: number;
  /** Loans and batches that became overdue on the way. */
  readonly markedOverdue: number;
}

const RETRY_AFTER_SECONDS = 2;

export class SandboxHost {
  readonly #options: SandboxOptions;
  readonly #server: Server;
  readonly #wall: () => number;
  #aheadMs = 0;
  #platform: Platform | undefined;
  #jobs: Jobs | undefined;
  #beginning = false;
  #closed = false;
  /** Resets and moves of the clock, one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: SandboxOptions) {
    this.#options = options;
    this.#wall = options.wallClock ?? Date.now;
    // The same bounds as those of the product's own server.
    this.#server = createServer(serverOptionsOf(SERVER_LIMITS), (request, response) => this.#answer(request, response));
    this.#server.on("clientError", answerClientFault);
    boundServer(this.#server, SERVER_LIMITS);
  }

  /** Claims the database, brings it up (with its first data when it is new) and listens. */
  static async start(options: SandboxOptions, listen: { readonly host: string; readonly port: number }): Promise<SandboxHost> {
    await claimForSandbox(options.databaseUrl);
    const host = new SandboxHost(options);
    const ahead = await readClock(options.databaseUrl);
    // Without a clock nothing was set up, or not to its end.
    await (ahead === undefined ? host.reset() : host.#continue(ahead));
    await new Promise<void>((resolve, reject) => {
      host.#server.once("error", reject);
      host.#server.listen(listen.port, listen.host, resolve);
    });
    return host;
  }

  get address(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  get platform(): Platform {
    if (!this.#platform) throw new Error("the sandbox is between two platforms");
    return this.#platform;
  }

  /** Milliseconds since 1970 on the sandbox's clock. */
  readonly clock = (): number => this.#wall() + this.#aheadMs;

  households(): readonly { readonly household: string; readonly head: string }[] {
    return sandboxHouseholds(this.platform);
  }

  /** Back to the first data and the first day. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#beginning = true;
      try {
        await this.#stopPlatform();
        await emptySandbox(this.#options.databaseUrl);
        await this.#begin();
      } finally {
        this.#beginning = false;
      }
    });
  }

  /** Moves the clock to 09:00 of a later day, and does the nightly work of every day in between. */
  moveTo(day: string): Promise<ClockMoved> {
    return this.#inTurn(async () => {
      let daysClosed = 0;
      let markedOverdue = 0;
      for (let ended = shanghaiDate(this.clock()); ended < day; ended = addDays(ended, 1)) {
        this.#setTo(`${addDays(ended, 1)}T00:30:00+08:00`);
        markedOverdue += (await runOverdue(this.platform, ended)).marked;
        await runDividendsOverdue(this.platform, ended);
        await runBreaker(this.platform, ended);
        daysClosed += 1;
      }
      this.#setTo(`${day}T09:00:00+08:00`);
      await writeClock(this.#options.databaseUrl, this.#aheadMs);
      return { clock: shanghaiInstant(this.clock()), daysClosed, markedOverdue };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    await this.#last.catch(() => undefined);
    await this.#stopPlatform();
    this.#server.closeAllConnections();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine;
    return mine;
  }

  readonly #setTo = (instant: string): void => {
    this.#aheadMs = Temporal.Instant.from(instant).epochMilliseconds - this.#wall();
  };

  /** First data into an empty database. */
  async #begin(): Promise<void> {
    await migrateDatabase(this.#options.databaseUrl);
    const platform = await this.#createPlatform();
    try {
      await seedSandbox(platform, (day) => this.#setTo(`${day}T09:00:00+08:00`));
      this.#aheadMs = SANDBOX_BEGINS - this.#wall();
      await platform.projector.drain();
      await runOverdue(platform, addDays(shanghaiDate(this.clock()), -1));
      await writeClock(this.#options.databaseUrl, this.#aheadMs);
    } catch (fault) {
      await platform.close();
      throw fault;
    }
    await this.#serve(platform);
  }

  async #continue(aheadMs: number): Promise<void> {
    this.#aheadMs = aheadMs;
    await this.#serve(await this.#createPlatform());
  }

  #createPlatform(): Promise<Platform> {
    return createPlatform({
      // Not shed for load: making the first data takes all of a small machine, and then the first examples would be refused.
      eventLoopDelayMsMax: 0,
      ...this.#options,
      district: SANDBOX_DISTRICT,
      vaultSecrets: sandboxVaultSecrets(),
      // Webhooks stay on this machine, unless whoever runs the sandbox names a network.
      webhookNetworks: [...LOOPBACK, ...(this.#options.webhookNetworks ?? [])],
      webhookHttp: true,
      webhookOnlyThere: true,
      clock: this.clock,
      wallClock: this.#wall,
      moreRoutes: (app) => sandboxRoutes(app, this),
    });
  }

  async #serve(platform: Platform): Promise<void> {
    this.#platform = platform;
    if (this.#options.jobs ?? true) this.#jobs = await startPlatformJobs(platform, this.#options.redisUrl);
  }

  async #stopPlatform(): Promise<void> {
    const [platform, jobs] = [this.#platform, this.#jobs];
    this.#platform = undefined;
    this.#jobs = undefined;
    await jobs?.close();
    await platform?.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("Huimin-Sandbox", "true");
    response.setHeader("Huimin-Sandbox-Clock", shanghaiInstant(this.clock()));
    if (this.#platform) {
      // The types of Fastify's router are those of its own server.
      (this.#platform.app as unknown as { routing(request: IncomingMessage, response: ServerResponse): void }).routing(request, response);
      return;
    }
    // A reset that failed (the database went away) is made again by whoever comes next.
    if (!this.#beginning && !this.#closed) this.reset().catch(() => undefined);
    response.writeHead(503, { "content-type": "application/problem+json; charset=utf-8", "retry-after": `${RETRY_AFTER_SECONDS}` });
    response.end(JSON.stringify(resettingProblem()));
    request.resume();
  }
}

/** The same form as that of the product's problems; there is no server of the product to make it. */
function resettingProblem(): object {
  const code = sandboxErrors.SANDBOX_RESETTING;
  const { zh = "", en = "", remedyZh, remedyEn } = errorEntry(code) ?? {};
  const texts = { code, detailZh: zh, detailEn: en, remedyZh, remedyEn };
  return { type: `/docs/errors#${code}`, title: "请稍后再试 / Try again later", status: 503, detail: zh, ...texts, errors: [] };
}
