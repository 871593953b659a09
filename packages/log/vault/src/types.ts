/** K1 accounting identity (name, ID number, account as paid); K2 convenience (phone, cause, notes). Domain 5.6. */
export type KeyClass = "K1" | "K2";

/** Whose datum it is and which: bound to the ciphertext, so a sealed field can't be moved to another person or field. */
export interface SealContext {
  readonly district: string;
  readonly personId: string;
  /** name, idNumber, phone, account, cause … */
  readonly field: string;
}

export interface SealRequest extends SealContext {
  readonly keyClass: KeyClass;
  readonly text: string;
}

export interface UnsealRequest extends SealContext {
  readonly sealed: string;
}

/**
 * Personal data under a key per person. Sealing the same text of the same person and field gives the same ciphertext,
 * so that a command that is sent again is the same command; nothing else can be compared.
 */
export interface Vault {
  /** The person's id in the district: HMAC of the ID number under a secret pepper, 26 characters base32. Pass the normalised 18 characters. */
  personId(district: string, idNumber: string): string;
  /** HMAC of another number (an account) for finding equal ones; 26 characters base32. */
  fingerprint(district: string, purpose: string, text: string): string;
  /** Ids of persons by number: as they were recorded, also under an older pepper; a new person's is {@link personId}. */
  personIds(district: string, idNumbers: readonly string[]): Promise<string[]>;
  /** Fingerprints of accounts: as they were recorded, else {@link fingerprint} for `account`. */
  accountFingerprints(district: string, numbers: readonly string[]): Promise<string[]>;
  /** The person with this number, if one is known; undefined after a shredding. */
  findPerson(district: string, idNumber: string): Promise<string | undefined>;
  /** Seals in order; at most three round trips to the key store, whatever the number of persons. */
  seal(requests: readonly SealRequest[]): Promise<string[]>;
  /** The text, or undefined when its key was shredded. Throws when the ciphertext was altered or belongs to someone else. */
  unseal(request: UnsealRequest): Promise<string | undefined>;
  unsealMany(requests: readonly UnsealRequest[]): Promise<(string | undefined)[]>;
  /**
   * Destroys the person's keys of a class for ever, those up to `generation` where one is given; with K1 goes what finds the
   * person by number. Other processes forget theirs within a minute. Answers how many there were.
   */
  shred(district: string, personId: string, keyClass: KeyClass, generation?: number): Promise<number>;
  /** Generations of a person's key: the last one, and whether anything can still be read under any of them. */
  keyState(district: string, personId: string, keyClass: KeyClass): Promise<{ readonly generation: number; readonly readable: boolean }>;
}

/** Name of a data key. A new generation begins with the first sealing after a shredding. */
export interface KeyName {
  readonly district: string;
  readonly personId: string;
  readonly keyClass: KeyClass;
}

/** A data key as stored: wrapped, or shredded. */
export interface StoredKey extends KeyName {
  readonly generation: number;
  readonly masterKey: string;
  readonly wrapped: Uint8Array | undefined;
}

/** Where wrapped keys live. Knows no plain key. */
export interface KeyStore {
  /** All generations of the named keys, shredded ones included. */
  find(names: readonly KeyName[]): Promise<StoredKey[]>;
  /** Stores new keys; where another process was first, its key stays. Answers what is stored now. */
  create(keys: readonly StoredKey[]): Promise<StoredKey[]>;
  shred(name: KeyName, generation?: number): Promise<number>;
}

/** How a number is found: its digest under a pepper, and what events carry for it. */
export interface Lookup {
  readonly purpose: "person" | "account";
  readonly pepper: string;
  readonly digest: string;
  readonly personId: string;
  readonly value: string;
}

/** Where lookups live. Knows no number and no pepper. */
export interface LookupStore {
  find(district: string, wanted: readonly Pick<Lookup, "purpose" | "pepper" | "digest">[]): Promise<Lookup[]>;
  add(district: string, lookups: readonly Lookup[]): Promise<void>;
  remove(district: string, personId: string): Promise<number>;
}
