import type { Outcome } from "../district.ts";
import type { Entry } from "../format.ts";
import type { Playable, Story } from "../story.ts";
import { DIVIDEND_EVENTS } from "./dividend.ts";
import { DONATION_EVENTS } from "./donation.ts";
import { ENTERPRISE_EVENTS } from "./enterprise.ts";
import { EQUITY_EVENTS } from "./equity.ts";
import { LOAN_EVENTS } from "./loans.ts";
import { PAYOUT_EVENTS } from "./payout.ts";
import { POOLED_EVENTS } from "./pooled.ts";
import { REGISTRY_EVENTS } from "./registry.ts";
import { RISK_EVENTS } from "./risk.ts";
import { SUBSIDY_EVENTS } from "./subsidies.ts";

/** Events of the dictionary that are built, with the commands and messages that record them. */
export const EVENTS: Readonly<Record<string, Playable>> = {
  ...LOAN_EVENTS,
  ...POOLED_EVENTS,
  ...SUBSIDY_EVENTS,
  ...REGISTRY_EVENTS,
  ...DIVIDEND_EVENTS,
  ...PAYOUT_EVENTS,
  ...EQUITY_EVENTS,
  ...DONATION_EVENTS,
  ...RISK_EVENTS,
  ...ENTERPRISE_EVENTS,
};

/**
 * Sends an entry. The product is asked first whether this role and this accounting period are allowed at all, so that
 * nothing is implied for what is refused on these grounds.
 */
export async function send(entry: Entry, story: Story): Promise<Outcome> {
  const event = EVENTS[entry.event];
  if (!event) throw new Error(`${entry.event} is not built`);
  const { district } = story;
  district.at(entry.recordedAt);
  const admitted = await district.admitted(event.command, event.sentBy ?? entry.by, { period: entry.period });
  if (!admitted.ok) return admitted;
  return event.play(entry, story);
}
