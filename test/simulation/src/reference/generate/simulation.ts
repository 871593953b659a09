import { dateOf, dayOf, latest } from "../dates.ts";
import type { Data, Fact, Party, PolicyEntry, Yields } from "../format.ts";
import { record } from "../play.ts";
import { World } from "../world.ts";
import type { Random } from "./random.ts";

/** What happens to one thing, told in order: `yield` a day to wait for it. */
export type Story = Generator<string, void, void>;

interface Waiting {
  readonly day: string;
  /** ends when nothing else is left to happen */
  readonly background: boolean;
  readonly seq: number;
  readonly story: Story;
}

/** A district that grows fact by fact; the reference answers what each fact needs to know. */
export class Simulation {
  readonly random: Random;
  readonly parties: Record<string, Party[]> = { bank: [{ id: "K1" }] };
  readonly policy: PolicyEntry[] = [];
  readonly facts: Fact[] = [];
  readonly world: World;
  /** groups of facts of one day or more that may be recorded in any order, by number */
  readonly free: number[][] = [];
  #waiting: Waiting[] = [];
  #today = "2016-12-01";
  #second = 0;
  #count = 0;
  #seq = 0;

  constructor(random: Random) {
    this.random = random;
    this.world = new World({ parties: this.parties, policy: this.policy });
  }

  get today(): string {
    return this.#today;
  }

  /** A new identifier such as `H3`. */
  id(prefix: string): string {
    this.#count += 1;
    return `${prefix}${String(this.#count).padStart(3, "0")}`;
  }

  /** Registers a party and returns its identifier. */
  party(kind: string, extra: Partial<Party> = {}): string {
    const prefix = { household: "H", enterprise: "E", donor: "N", insurer: "P", guarantor: "G", village: "V", bank: "K" }[kind] ?? "X";
    const id = this.id(prefix);
    const list = this.parties[kind] ?? [];
    list.push({ id, ...extra });
    this.parties[kind] = list;
    return id;
  }

  household(): string {
    return this.party("household", { members: this.random.int(1, 6) });
  }

  set(key: string, value: unknown, from: string, to?: string): void {
    const document = `示例〔${from.slice(0, 4)}〕${this.policy.length + 1}号`;
    this.policy.push({ key, value, from, ...(to === undefined ? {} : { to }), document });
  }

  tell(story: Story, background = false): void {
    this.#advance(story, background);
  }

  #advance(story: Story, background: boolean): void {
    const { done, value } = story.next();
    if (done) return;
    this.#seq += 1;
    this.#waiting.push({ day: latest(value, this.#today), seq: this.#seq, story, background });
  }

  /** Lets every story end, day by day. */
  run(): void {
    while (this.#waiting.some(({ background }) => !background)) {
      this.#waiting.sort((a, b) => (a.day !== b.day ? (a.day < b.day ? -1 : 1) : a.seq - b.seq));
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.day > this.#today) {
        this.#today = next.day;
        this.#second = 0;
      }
      this.#advance(next.story, next.background);
    }
  }

  /** Records today what may have happened up to some weeks ago: the first fact of a thing. */
  emitLate(by: string, event: string, data: Data): Yields {
    return this.emit(by, event, data, this.random.chance(35) ? dateOf(dayOf(this.#today) - this.random.int(1, 28)) : this.#today);
  }

  /** Records a fact today; the value date is today unless another is given. */
  emit(by: string, event: string, data: Data, valueDate = this.#today): Yields {
    this.#second += 61;
    if (this.#second > 50_000) throw new Error("too many facts a day");
    const clock = new Date(Date.UTC(2000, 0, 1, 8) + this.#second * 1000).toISOString().slice(11, 19);
    const n = this.facts.length + 1;
    const plain = { n, event, valueDate, recordedAt: `${this.#today}T${clock}+08:00`, by, data };
    const answer = record(this.world, plain) ?? {};
    this.facts.push(Object.keys(answer).length > 0 ? { ...plain, yields: answer } : plain);
    return answer;
  }
}

/** A working day: not before the first day on which a closed year's December is closed (corrections wait for it). */
export function afterClose(day: string): string {
  const close = `${day.slice(0, 4)}-01-21`;
  return day < close ? dateOf(dayOf(close) + (dayOf(day) % 5)) : day;
}
