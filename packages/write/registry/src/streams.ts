/** Streams of the register: each is where the invariants of its subject live. */
export const villageStream = (village: string): string => `village/${village}`;
export const householdStream = (household: string): string => `household/${household}`;
export const personStream = (personId: string): string => `person/${personId}`;
export const enterpriseStream = (enterprise: string): string => `enterprise/${enterprise}`;
export const partyStream = (party: string): string => `party/${party}`;
export const bankStream = (bank: string): string => `bank/${bank}`;
