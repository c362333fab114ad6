/** How well white text can be read on a colour (WCAG 2.2, relative luminance): the same sum as the server's. */
const COLOUR = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

/** What the server takes. */
export const LEAST_CONTRAST = 4.5;

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The contrast with white; undefined for what is no `#rrggbb`. */
export function contrastWithWhite(colour: string): number | undefined {
  const found = COLOUR.exec(colour);
  if (!found) return undefined;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((digits) => linear(Number.parseInt(digits, 16)));
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
