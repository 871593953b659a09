import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { httpErrors } from "../errors.ts";
import { RefusalError } from "../problem.ts";
import { peopleErrors as errors } from "./errors.ts";

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane; about 30 ms here. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;

/** Hashes computed at once, and requests that may wait for one: 19 MiB each, so memory stays bounded. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 64;

let running = 0;
const waiting: (() => void)[] = [];

async function bounded<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) throw new RefusalError({ code: httpErrors.BUSY });
    await new Promise<void>((go) => waiting.push(go));
  }
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

const derive = (password: string, salt: Buffer, memory: number, passes: number): Promise<Buffer> =>
  bounded(
    () =>
      new Promise((done, failed) =>
        argon2(
          "argon2id",
          { message: password.normalize("NFC"), nonce: salt, parallelism: 1, tagLength: TAG_BYTES, memory, passes },
          (fault, tag) => (fault ? failed(fault) : done(tag)),
        ),
      ),
  );

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** A password as it is stored: the PHC string of argon2id with its salt and parameters. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt, MEMORY_KIB, PASSES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${base64(salt)}$${base64(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Whether the password is the one of the stored hash. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const parts = PHC.exec(stored);
  if (!parts) throw new Error("a stored password is no argon2id hash");
  const [memory, passes, salt, tag] = [
    Number(parts[1]),
    Number(parts[2]),
    Buffer.from(parts[3] as string, "base64"),
    Buffer.from(parts[4] as string, "base64"),
  ];
  return timingSafeEqual(await derive(password, salt, memory, passes), tag);
}

/** Spends the time of a real check, so that an unknown login answers no faster than a wrong password. */
export const spendPasswordTime = async (password: string): Promise<void> => {
  await derive(password, Buffer.alloc(16), MEMORY_KIB, PASSES);
};

/** 20 characters, 100 bits, without the ones that are mistaken for each other. */
export function newPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789AC";
  return [...randomBytes(20)].map((byte) => alphabet[byte & 31]).join("");
}

/** Refuses PASSWORD_WEAK. */
export function checkPasswordStrength(password: string, login: string): void {
  const weak = (whyZh: string, whyEn: string): never => {
    throw new RefusalError({ code: errors.PASSWORD_WEAK, details: { whyZh, whyEn } });
  };
  const characters = [...password];
  if (characters.length < 12) weak("不足 12 个字符", "it has fewer than 12 characters");
  if (characters.length > 128) weak("超过 128 个字符", "it has more than 128 characters");
  if (password.toLowerCase().includes(login.toLowerCase())) weak("含有登录名", "it contains the login name");
  if (new Set(characters).size < 6) weak("重复字符过多", "it has fewer than 6 different characters");
}
