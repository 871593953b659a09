export { memoryKeyStore, memoryLookupStore } from "./memory.ts";
export { vaultMigrations } from "./migrations.ts";
export { postgresKeyStore, postgresLookupStore } from "./postgres.ts";
export type { RebuildLookupsOptions, RewrapOptions, SealedNumber } from "./rotation.ts";
export {
  dropOlderLookups,
  keysByMaster,
  lookupsByPepper,
  REWRAP_BATCH_MAX,
  RotationRunning,
  rebuildLookups,
  rewrapKeys,
  whileRotating,
} from "./rotation.ts";
export type { MasterKey, VaultSecrets } from "./secrets.ts";
export {
  fileVaultSecrets,
  generateVaultSecrets,
  liveVaultSecrets,
  parseVaultSecrets,
  VaultSecretsFault,
  withNewMasterKey,
  withNewPepper,
  withoutMasterKey,
  withoutOlderPeppers,
  writeVaultSecrets,
  writtenSecrets,
} from "./secrets.ts";
export type { CipherSuite } from "./suite.ts";
export { aes256Gcm, SUITES, sm4Gcm } from "./suite.ts";
export type {
  KeyClass,
  KeyName,
  KeyStore,
  Lookup,
  LookupStore,
  SealContext,
  SealRequest,
  StoredKey,
  UnsealRequest,
  Vault,
} from "./types.ts";
export type { VaultOptions } from "./vault.ts";
export { createVault } from "./vault.ts";
