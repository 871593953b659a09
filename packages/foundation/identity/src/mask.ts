/*
 * What lists and screens show by default (domain 5.6): enough to tell people apart, not enough to use.
 */

/** 张**: the first character stays. */
export const maskName = (name: string): string => {
  const [first = "", ...rest] = [...name];
  return first + "*".repeat(rest.length);
};

/** 410803********0013: first 6 and last 4. Anything that is no ID number is hidden whole. */
export const maskIdNumber = (number: string): string =>
  /^(\d{17}[\dX]|\d{15})$/.test(number)
    ? number.slice(0, 6) + "*".repeat(number.length - 10) + number.slice(-4)
    : "*".repeat(number.length);

/** ****0011: last 4. */
export const maskAccount = (number: string): string => `****${number.length > 4 ? number.slice(-4) : ""}`;

/** 138****1234: first 3 and last 4. */
export const maskPhone = (phone: string): string =>
  phone.length >= 11 ? phone.slice(0, 3) + "*".repeat(phone.length - 7) + phone.slice(-4) : "*".repeat(phone.length);
