import type { Role } from "@huimin/decider";

/*
 * Which role may see what in clear (domain 5.6): as much as its work needs, with a reason, and a line in the access log
 * before anything is shown. Everybody else, and everything else, is masked.
 */

export const PERSONAL_FIELDS = ["name", "idNumber", "phone", "account", "cause"] as const;
export type PersonalField = (typeof PERSONAL_FIELDS)[number];

/** Who may read the register, masked. */
export const READERS: readonly Role[] = ["POV", "OFFICE", "VIL", "FIN-M", "FIN-R", "FIN-C", "FOF", "AUD"];

const CLEAR_FIELDS: Readonly<Partial<Record<Role, readonly PersonalField[]>>> = {
  POV: PERSONAL_FIELDS,
  // binds accounts and calls on households; why they are poor is not its business
  OFFICE: ["name", "idNumber", "phone", "account"],
  // pays and answers for what was paid
  "FIN-R": ["name", "idNumber", "account"],
  "FIN-C": ["name", "idNumber", "account"],
  AUD: PERSONAL_FIELDS,
};

/** Who may see personal data in clear at all. */
export const UNMASKERS: readonly Role[] = Object.keys(CLEAR_FIELDS) as Role[];

/** Fields that a person with these roles may see in clear. */
export const clearFields = (roles: readonly Role[]): ReadonlySet<PersonalField> =>
  new Set(roles.flatMap((role) => CLEAR_FIELDS[role] ?? []));

/** Audit is a legal duty that goes on while processing is restricted: it alone sees restricted persons, logged as ever. */
export const seesRestricted = (roles: readonly Role[]): boolean => roles.includes("AUD");
