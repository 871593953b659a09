/*
 * What lists and screens show by default (domain 5.6): enough to tell people apart, not enough to use.
 */

/** Shown instead of a datum whose key was destroyed. */
export const ERASED_MARK = "〔已删除〕";
/** Shown instead of a datum whose processing is restricted (限制处理). */
export const RESTRICTED_MARK = "〔限制处理〕";
/** Whether a text says why there is nothing to show: such a text is never masked. */
export const isMark = (text: string): boolean => text === ERASED_MARK || text === RESTRICTED_MARK;

/** 张**: the first character stays. */
export const maskName = (name: string): string => {
  if (isMark(name)) return name;
  const [first = "", ...rest] = [...name];
  return first + "*".repeat(rest.length);
};

/** 410803********0013: first 6 and last 4. Anything that is no ID number is hidden whole. */
export const maskIdNumber = (number: string): string => {
  if (isMark(number)) return number;
  return /^(\d{17}[\dX]|\d{15})$/.test(number)
    ? number.slice(0, 6) + "*".repeat(number.length - 10) + number.slice(-4)
    : "*".repeat(number.length);
};

/** ****0011: last 4. */
export const maskAccount = (number: string): string => (isMark(number) ? number : `****${number.length > 4 ? number.slice(-4) : ""}`);

/** 138****1234: first 3 and last 4. */
export const maskPhone = (phone: string): string =>
  isMark(phone)
    ? phone
    : phone.length >= 11
      ? phone.slice(0, 3) + "*".repeat(phone.length - 7) + phone.slice(-4)
      : "*".repeat(phone.length);
