import type { DemoDistrict, DemoHousehold, DemoMember } from "./district.ts";
import { addMonths, inParts } from "./figures.ts";
import type { DemoLoan } from "./lending.ts";
import { Random } from "./random.ts";

/*
 * Who takes part in which model (domain 7.3). A household has own loans or a stake, never both: the cap is for all
 * microcredit together. Beneficiaries of 政企联动 and households linked to enterprises overlap with neither on purpose, so that
 * each story can be followed by itself.
 */

export interface PooledMember {
  readonly loan: string;
  readonly household: DemoHousehold;
  readonly yuan: number;
  /** The adult who signs the consent. */
  readonly signer: DemoMember;
}

export interface PooledBatch {
  readonly batch: string;
  readonly pool: string;
  readonly enterprise: string;
  readonly bank: "K1" | "K2" | "K3";
  readonly signedOn: string;
  readonly due: string;
  /** Fixed dividend, percent of the stake a year. */
  readonly dividendRate: "6" | "7" | "8";
  readonly members: readonly PooledMember[];
}

export interface LinkedHousehold {
  readonly household: DemoHousehold;
  /** Who works there; undefined: a fixed benefit. */
  readonly worker: DemoMember | undefined;
}

export interface Participants {
  readonly batches: readonly PooledBatch[];
  /** 31 households an enterprise, in the order of its list. */
  readonly linked: readonly (readonly LinkedHousehold[])[];
  /** 老幼病残: the holders of 2017, and those who come after them at the yearly adjustments. */
  readonly beneficiaries: readonly DemoHousehold[];
  readonly successors: readonly DemoHousehold[];
  /** Households and their workers of the five workshops. */
  readonly workshops: readonly (readonly { readonly household: DemoHousehold; readonly worker: DemoMember }[])[];
}

/** 11 batches of 33 to 45 households; the second one's enterprise fails in 2019. */
const BATCHES = [
  { month: 1, households: 45, enterprise: "E01", rate: "6", bank: "K1" },
  { month: 2, households: 38, enterprise: "E05", rate: "8", bank: "K1" },
  { month: 3, households: 42, enterprise: "E01", rate: "6", bank: "K1" },
  { month: 4, households: 40, enterprise: "E02", rate: "7", bank: "K1" },
  { month: 5, households: 38, enterprise: "E02", rate: "7", bank: "K2" },
  { month: 6, households: 36, enterprise: "E03", rate: "7", bank: "K1" },
  { month: 7, households: 36, enterprise: "E03", rate: "7", bank: "K1" },
  { month: 8, households: 35, enterprise: "E03", rate: "8", bank: "K1" },
  { month: 9, households: 35, enterprise: "E04", rate: "8", bank: "K3" },
  { month: 10, households: 34, enterprise: "E04", rate: "7", bank: "K1" },
  { month: 11, households: 33, enterprise: "E01", rate: "6", bank: "K1" },
] as const;
/** Stakes of 30,000 instead of 50,000: in the last batches, so that the failing batch has equal stakes. */
const SMALL_STAKES = 20;
const BENEFICIARIES = 168;
const SUCCESSORS = 40;
const LINKED_PER_ENTERPRISE = 31;
const JOBS_PER_ENTERPRISE = 25;
const CARRIERS = 6;
const WORKSHOP_POSTS = [13, 13, 13, 13, 12];
/** Signers are 18 to 65 on the day, workers 18 to 60. */
const SIGNER_BORN = { from: 1953, to: 1998 };
const WORKER_BORN = { from: 1958, to: 1998 };

const memberBorn = ({ members }: DemoHousehold, { from, to }: { from: number; to: number }): DemoMember | undefined =>
  members.find(({ birth }) => Number(birth.slice(0, 4)) >= from && Number(birth.slice(0, 4)) <= to);

/** Still on the list all of a year: exits are confirmed in December. */
const registeredIn = ({ exitYear }: DemoHousehold, year: number): boolean => exitYear === undefined || exitYear >= year;

export function makeParticipants(district: DemoDistrict, loans: readonly DemoLoan[], seed: number): Participants {
  const random = new Random(seed ^ 0x9001);
  const borrowers = new Set(loans.map(({ household }) => household.household));
  const free = random.shuffled(district.households.filter((one) => !borrowers.has(one.household) && registeredIn(one, 2017)));
  const whole = BATCHES.reduce((sum, { households }) => sum + households, 0);
  const withSigner = free.flatMap((household) => {
    const signer = memberBorn(household, SIGNER_BORN);
    return signer ? [{ household, signer }] : [];
  });
  const entrants = withSigner.slice(0, whole);
  const staked = new Set(entrants.map(({ household }) => household.household));
  const rest = free.filter(({ household }) => !staked.has(household));
  const old = rest.toSorted((a, b) => ((a.members[0]?.birth ?? "") < (b.members[0]?.birth ?? "") ? -1 : 1));
  const beneficiaries = old.slice(0, BENEFICIARIES);
  const waiting = free.filter((one) => registeredIn(one, 2020) && !beneficiaries.includes(one));
  const linkable = district.households.filter((one) => registeredIn(one, 2017) && !beneficiaries.includes(one));
  const linked = linkedHouseholds(random, linkable);
  const chosen = new Set(linked.flat().map(({ household }) => household.household));
  return {
    batches: batchesOf(entrants),
    linked,
    beneficiaries,
    successors: waiting.slice(0, SUCCESSORS),
    workshops: workshopsOf(district.households.filter((one) => !chosen.has(one.household))),
  };
}

function batchesOf(entrants: readonly { readonly household: DemoHousehold; readonly signer: DemoMember }[]): PooledBatch[] {
  const small = entrants.length - SMALL_STAKES;
  const members = entrants.map((one, index) => ({ ...one, yuan: index < small ? 50_000 : 30_000 }));
  const parts = inParts(
    members,
    BATCHES.map(({ households }) => households),
  );
  return BATCHES.map(({ month, enterprise, rate, bank }, index) => {
    const batch = `FD2017${String(month).padStart(2, "0")}`;
    const signedOn = `2017-${String(month).padStart(2, "0")}-12`;
    return {
      batch,
      pool: `P-${batch}`,
      enterprise,
      bank,
      signedOn,
      due: addMonths(signedOn, 36),
      dividendRate: rate,
      members: (parts[index] ?? []).map((one, nth) => ({ ...one, loan: `${batch}-${String(nth + 1).padStart(2, "0")}` })),
    };
  });
}

/** 25 jobs and 6 fixed benefits an enterprise. */
function linkedHouseholds(random: Random, candidates: readonly DemoHousehold[]): LinkedHousehold[][] {
  const shuffled = random.shuffled(candidates);
  const able = shuffled.filter((one) => memberBorn(one, WORKER_BORN) !== undefined);
  const jobs = able.slice(0, CARRIERS * JOBS_PER_ENTERPRISE);
  const others = shuffled.filter((one) => !jobs.includes(one));
  return Array.from({ length: CARRIERS }, (_, nth) => [
    ...jobs.slice(nth * JOBS_PER_ENTERPRISE, (nth + 1) * JOBS_PER_ENTERPRISE).map((household) => ({
      household,
      worker: memberBorn(household, WORKER_BORN),
    })),
    ...others
      .slice(nth * (LINKED_PER_ENTERPRISE - JOBS_PER_ENTERPRISE), (nth + 1) * (LINKED_PER_ENTERPRISE - JOBS_PER_ENTERPRISE))
      .map((household) => ({ household, worker: undefined })),
  ]);
}

function workshopsOf(candidates: readonly DemoHousehold[]): Participants["workshops"] {
  const workers = candidates.flatMap((household) => {
    const worker = memberBorn(household, WORKER_BORN);
    return worker ? [{ household, worker }] : [];
  });
  return inParts(workers, WORKSHOP_POSTS);
}

/** Everybody who works for a wage: the register's changes leave them where they are. */
export const workersOf = ({ linked, workshops }: Participants): Set<string> =>
  new Set([...linked.flat(), ...workshops.flat()].map(({ household }) => household.household));

/** Households that must neither end nor divide by chance: their stories are told elsewhere. */
export const engagedOf = (participants: Participants): Set<string> => {
  const { batches, beneficiaries, successors } = participants;
  const staked = batches.flatMap(({ members }) => members.map(({ household }) => household.household));
  const held = [...beneficiaries, ...successors].map(({ household }) => household);
  return new Set([...staked, ...held, ...workersOf(participants)]);
};

/** The household of a batch that parts in 2018: an adult leaves it, and takes a share of the stake along. */
export const partingHousehold = ({ batches }: Participants): DemoHousehold | undefined =>
  batches[0]?.members
    .map(({ household }) => household)
    .find(({ members }) => members.length === 4 && members.some(({ relation }) => relation === "spouse"));
