/** A statement in the archive. */
export interface ArchivedStatement {
  readonly household: string;
  readonly number: string;
  readonly supplement: number;
  /** Masked. */
  readonly head: string;
  readonly contentHash: string;
  readonly check: string;
  /** Of its event in the log. */
  readonly position: number;
  readonly file?: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly pages?: number;
  /** Why it has no file. */
  readonly lack?: "erased" | "failed";
  readonly why?: string;
}

export interface ArchivedVolume {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly pages: number;
  readonly part: number;
  readonly parts: number;
}

/** What is kept of a part until the index is written. */
export interface ArchivedPart {
  readonly village: string;
  readonly statements: readonly ArchivedStatement[];
  /** None where nothing could be printed. */
  readonly volume?: ArchivedVolume;
}
