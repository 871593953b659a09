/*
 * Why a payment failed or came back: what banks write, as codes of ISO 20022 (external reason codes). Two causes that have
 * no code of their own are kept as the banks' words; whatever else is MS03 (reason not specified).
 */

const WORDS: readonly (readonly [code: string, pattern: RegExp])[] = [
  ["AC01", /账号?(户)?不存在|无此(账|户)|账号(错误|有误|不符|无效)|卡号(错误|有误)/],
  ["MD07", /死亡|身故|去世/],
  ["AC06", /冻结|止付|挂失|只收不付|暂停非柜面/],
  ["AC04", /销户|已销|注销|关闭/],
  ["BE01", /户名(不符|不一致|错误|有误)|姓名(不符|不一致)|名称不符/],
  ["AM05", /重复/],
  ["二类户限额", /(二|Ⅱ|II)类(账)?户|限额|超限/],
  ["长期不动户", /长期不动|睡眠户|久悬/],
];

/** Reason codes that the messages of banks may carry and that mean something here. */
export const REASON_CODES = ["AC01", "AC04", "AC06", "BE01", "MD07", "AM05", "MS03"] as const;

/** `账户已销户` → `AC04`; a code stays what it is; nothing → `MS03`. */
export function reasonCodeOf(text: string | undefined): string {
  const written = text?.trim() ?? "";
  if (/^[A-Z]{2}\d{2}$/.test(written)) return written;
  const coded = /\b([A-Z]{2}\d{2})\b/.exec(written)?.[1];
  return coded ?? WORDS.find(([, pattern]) => pattern.test(written))?.[0] ?? "MS03";
}
