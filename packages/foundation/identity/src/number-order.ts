const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** End of the digits that begin at `start`. */
function digitsEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

const firstDigit = (text: string, from: number, end: number): number => {
  let at = from;
  while (at < end - 1 && text.charCodeAt(at) === 48) at += 1;
  return at;
};

/**
 * 编号顺序: the order of households, loans and other numbered things where a rule says "by number" (R7). Runs of digits
 * compare as numbers, everything else by code unit: H9 comes before H10, 0031 before 0102. Equal only for equal texts.
 */
export function compareNumbers(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)];
    if (isDigit(x) && isDigit(y)) {
      const [endA, endB] = [digitsEnd(a, i), digitsEnd(b, j)];
      const [startA, startB] = [firstDigit(a, i, endA), firstDigit(b, j, endB)];
      if (endA - startA !== endB - startB) return endA - startA - (endB - startB);
      for (let k = 0; k < endA - startA; k += 1) {
        const difference = a.charCodeAt(startA + k) - b.charCodeAt(startB + k);
        if (difference !== 0) return difference;
      }
      i = endA;
      j = endB;
    } else {
      if (x !== y) return x - y;
      i += 1;
      j += 1;
    }
  }
  const rest = a.length - i - (b.length - j);
  // The same numbers with other leading zeros are other texts.
  return rest !== 0 ? rest : a < b ? -1 : a > b ? 1 : 0;
}
