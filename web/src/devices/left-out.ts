/** What was left out of reports beyond a limit, in words. */
import type { LeftOut } from "@/api/types";
import { m } from "@/i18n";

const WORDS: Record<LeftOut, () => string> = {
  readings: m.left_out_readings,
  rows: m.left_out_rows,
  alerts: m.left_out_alerts,
  meters: m.left_out_meters,
  devices: m.left_out_devices,
};

export function leftOutWords(what: LeftOut[]): string {
  return what.map((one) => WORDS[one]()).join(", ");
}
