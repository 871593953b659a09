import type { Data } from "./format.ts";
import { fenOf, least } from "./numbers.ts";
import type { Handler } from "./own.ts";
import type { World } from "./world.ts";

const FREE = "free";

function spend(world: World, { donation, amount, purpose }: Data): undefined {
  const cost = purpose === FREE ? (["5001.03", { donation }] as const) : (["2901.05", { donation, purpose }] as const);
  world.entry("G", cost, ["1002.04"], fenOf(amount));
}

function receive(world: World, { donation, amount, purpose }: Data): undefined {
  world.purposes.set(donation, purpose);
  const credit = purpose === FREE ? (["4603", { donation }] as const) : (["2901.05", { donation, purpose }] as const);
  world.entry("G", ["1002.04"], credit, fenOf(amount));
}

/**
 * From the first purpose, then from those it was changed to. The texts post no refund of free money: it takes back the
 * income of its year, after that it is an adjustment of a prior year.
 */
function refund(world: World, { donation, amount }: Data): undefined {
  let rest = fenOf(amount);
  if (world.purposes.get(donation) === FREE) {
    const ofThisYear = world.lines.some(
      (line) => line.account === "4603" && line.aux.donation === donation && line.year === world.fiscalYear,
    );
    return world.entry("G", [ofThisYear ? "4603" : "3501", { donation }], ["1002.04"], rest) as undefined;
  }
  const lines = world.lines.filter((line) => line.account === "2901.05" && line.aux.donation === donation);
  for (const purpose of new Set(lines.map(({ aux }) => String(aux.purpose)))) {
    const part = least(rest, -world.balance("G", "2901.05", { aux: { donation, purpose } }));
    if (part <= 0n) continue;
    world.entry("G", ["2901.05", { donation, purpose }], ["1002.04"], part);
    rest -= part;
  }
}

/** Donations in money and goods, awards (model 5). */
export const DONATIONS: Readonly<Record<string, Handler>> = {
  DonationReceived: receive,
  DonationSpent: spend,
  DonationRefunded: refund,
  DonationPurposeChanged: (world, { donation, amount, oldPurpose, newPurpose }) =>
    void world.entry("G", ["2901.05", { donation, purpose: oldPurpose }], ["2901.05", { donation, purpose: newPurpose }], fenOf(amount)),
  InKindDonationReceived: (world, { donation, value }) =>
    void world.entry("G", ["1891.01", { donation }], ["2901.06", { donation }], fenOf(value)),
  InKindDistributed: (world, { donation, value }) =>
    void world.entry("G", ["2901.06", { donation }], ["1891.01", { donation }], fenOf(value)),
  HonourAwarded: (world, { party, amount, donation }) =>
    void world.entry("G", ["5001.04", { party, donation }], ["1002.04"], fenOf(amount)),
};
