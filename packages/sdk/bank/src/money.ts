/** An amount as the ledger writes it: yuan with exactly two decimals, as text. */
export type Yuan = string;

const AMOUNT = /^(0|[1-9]\d{0,11})\.\d{2}$/;

/**
 * Checks an amount. Takes text such as `"1234.50"`, or whole fen as a bigint; refuses numbers, because 0.1 + 0.2 is not 0.3
 * in them. Throws a TypeError.
 */
export function yuan(amount: string | bigint): Yuan {
  if (typeof amount === "bigint") {
    const text = String(amount).padStart(3, "0");
    return yuan(`${text.slice(0, -2)}.${text.slice(-2)}`);
  }
  if (typeof amount !== "string")
    throw new TypeError(
      `金额不能是 ${typeof amount} / an amount is text in yuan such as "1234.50" or fen as a bigint, never a ${typeof amount}`,
    );
  if (!AMOUNT.test(amount)) throw new TypeError(`金额格式不对 / not an amount in yuan with two decimals: ${JSON.stringify(amount)}`);
  return amount;
}
