// Runs inside a page: what an old hand and an old eye need of it, as figures that should be none. An expression, as the browser takes it.
(() => {
  const size = (element) => Number.parseInt(getComputedStyle(element).fontSize, 10);
  const named = (element) => `${element.tagName.toLowerCase()} ${element.textContent?.trim().slice(0, 20)}`;
  const shown = [...document.querySelectorAll("main *")].filter((one) => one.getClientRects().length > 0);
  const texts = shown.filter((one) => [...one.childNodes].some(({ nodeType, nodeValue }) => nodeType === 3 && nodeValue?.trim()));
  return {
    /** Pixels beside the screen. */
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    /** Letters below 16 pixels. */
    small: texts.filter((one) => size(one) < 16).map(named),
    /** What a finger does not hit: less than 44 pixels high. */
    narrow: shown.filter((one) => one.matches("button, input") && one.getBoundingClientRect().height < 44).map(named),
    unlabelled: [...document.querySelectorAll("input")].filter(({ labels }) => labels?.length !== 1).map(named),
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    scripts: document.scripts.length,
  };
})();
