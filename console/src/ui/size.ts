import { language } from "../words";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
const formats = units.map(
  (unit, power) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: power > 0 ? 1 : 0 }),
);

// A number of bytes as people read it: "3.8 MB", of 1000 bytes each.
export function sizeText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return formats[power]!.format(bytes / 1000 ** power);
}

const plain = new Intl.NumberFormat(language);
export const numberText = (value: number) => plain.format(value);
