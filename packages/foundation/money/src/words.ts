import { AMOUNT_FEN_MAX, type Fen } from "./fen.ts";

const DIGITS = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"] as const;
const PLACES = ["", "拾", "佰", "仟"] as const;
/** Names of the groups of four digits; {@link AMOUNT_FEN_MAX} keeps an amount below 万亿. */
const GROUPS = ["", "万", "亿"] as const;

/**
 * 人民币大写: an amount in fen in the characters that a voucher or a payment order carries (正楷大写).
 *
 * Follows 支付结算办法 附一《正确填写票据和结算凭证的基本规定》: 整 after 元 when there are no jiao and fen, none after 角 or
 * after 分; one 零 for any run of zeros between digits, also between groups; 元零 before a fen without jiao. Where the
 * rule leaves a choice (元 after zeros, then jiao: 壹万元伍角 or 壹万元零伍角) the shorter form is written.
 *
 * Throws on a negative amount or one above {@link AMOUNT_FEN_MAX}: a voucher carries neither.
 */
export function amountInWords(amount: Fen): string {
  if (amount < 0n || amount > AMOUNT_FEN_MAX) throw new RangeError("an amount in words lies between 0.00 and 999,999,999,999.99 yuan");
  const yuan = amount / 100n;
  const jiao = Number((amount / 10n) % 10n);
  const fen = Number(amount % 10n);
  if (amount === 0n) return "零元整";
  const head = yuan > 0n ? `${integerInWords(yuan)}元` : "";
  if (jiao === 0 && fen === 0) return `${head}整`;
  const tenths = jiao > 0 ? `${DIGITS[jiao]}角` : head && fen > 0 ? "零" : "";
  const hundredths = fen > 0 ? `${DIGITS[fen]}分` : "";
  return `${head}${tenths}${hundredths}`;
}

/** A positive whole number in formal characters, one 零 for every run of zeros that has a digit behind it. */
function integerInWords(value: bigint): string {
  const digits = value.toString();
  let words = "";
  let zeroPending = false;
  let groupHasDigit = false;
  for (let index = 0; index < digits.length; index++) {
    const power = digits.length - 1 - index;
    const digit = Number(digits[index]);
    if (digit === 0) {
      zeroPending = words !== "";
    } else {
      words += `${zeroPending ? "零" : ""}${DIGITS[digit]}${PLACES[power % 4]}`;
      zeroPending = false;
      groupHasDigit = true;
    }
    if (power % 4 === 0) {
      if (groupHasDigit) {
        words += GROUPS[power / 4];
        // 万位是0但千位不是0: the 零 may be left out (壹拾万柒仟元), and the shorter form is written.
        zeroPending = false;
      }
      groupHasDigit = false;
    }
  }
  return words;
}
