/** A QR code, drawn here: what it says goes to nobody. Dark on light in every theme, as cameras read it. */
import { encodeQR } from "qr";

/** Light modules around it (ISO/IEC 18004, 5.3.8). */
const QUIET = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = encodeQR(text, "raw", { border: QUIET, ecc: "medium" });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path className="qr-light" d={`M0 0h${rows.length}v${rows.length}h-${rows.length}z`} />
      <path className="qr-dark" d={path} />
    </svg>
  );
}
