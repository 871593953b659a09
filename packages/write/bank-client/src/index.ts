export {
  AddBankKey,
  bankClientCommands,
  ChangeBankClient,
  RegisterBankClient,
  RestrictBankClient,
  ResumeBankClient,
  RevokeBankKey,
  SuspendBankClient,
} from "./commands.ts";
export { KEY_YEARS_MAX } from "./decide.ts";
export { errors as bankClientErrors } from "./errors.ts";
export * from "./events.ts";
export { LOOPBACK, type OnboardedKey, provePossession, wholeOnboarding } from "./onboarding.ts";
export { possessionText, provesPossession } from "./possession.ts";
