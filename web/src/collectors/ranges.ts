/** Address ranges as an operator types them: one a line, or with commas. The server checks them again. */

/** `10.0.0.0/24`, `10.0.0.5` or `10.0.0.1-10.0.0.50`. */
const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ADDRESS = `${OCTET}(?:\\.${OCTET}){3}`;
const RANGE = new RegExp(`^${ADDRESS}(?:/(?:3[0-2]|[12]?\\d)|-${ADDRESS})?$`);

/** RFC 1918, carrier-grade (RFC 6598), link-local (RFC 3927) and loopback: where customers' devices are. */
const PRIVATE: readonly [string, number][] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["127.0.0.0", 8],
];

function toNumber(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Whether all of a well-formed range is private. */
export function isPrivate(range: string): boolean {
  const [from = "", bits] = range.split("/");
  const [start = "", end = start] = from.split("-");
  const size = 2 ** (32 - Number(bits ?? 32));
  const first = Math.floor(toNumber(start) / size) * size;
  const last = Math.max(first + size - 1, toNumber(end));
  return PRIVATE.some(([net, prefix]) => {
    const low = toNumber(net);
    return first >= low && last < low + 2 ** (32 - prefix);
  });
}

export function parseRanges(text: string): { ranges: string[]; wrong: string[] } {
  const entries = text.split(/[\s,;]+/).filter(Boolean);
  return {
    ranges: entries.filter((entry) => RANGE.test(entry)),
    wrong: entries.filter((entry) => !RANGE.test(entry)),
  };
}
