/** A QR code from rows of 0 and 1, with the quiet zone scanners need. Dark on white in every theme, for the same reason. */
export function QrCode({ rows, label, size = 196 }: { rows: string[]; label: string; size?: number }) {
  const side = rows.length + 8;
  const dark = rows.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === "1" ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []))).join("");
  return (
    <svg className="qr" role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={dark} fill="#000" />
    </svg>
  );
}
