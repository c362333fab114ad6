/** Address ranges as an operator types them: one a line, or with commas. The server checks them again. */

/** `10.0.0.0/24`, `10.0.0.5` or `10.0.0.1-10.0.0.50`. */
const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ADDRESS = `${OCTET}(?:\\.${OCTET}){3}`;
const RANGE = new RegExp(`^${ADDRESS}(?:/(?:3[0-2]|[12]?\\d)|-${ADDRESS})?$`);

export function parseRanges(text: string): { ranges: string[]; wrong: string[] } {
  const entries = text.split(/[\s,;]+/).filter(Boolean);
  return {
    ranges: entries.filter((entry) => RANGE.test(entry)),
    wrong: entries.filter((entry) => !RANGE.test(entry)),
  };
}
