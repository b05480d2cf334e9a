/** A limit for sending, as people write it: `500K`, `5MiB/s`, `20 Mbit/s`. Bytes with binary steps, bits with decimal ones. */

const steps = ['', 'k', 'm', 'g'] as const
const rateMinBytes = 1024

/** Bytes per second. @throws RangeError with a sentence for people */
export function parseRate(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmg]?)(i?b|bit)?(?:\/s|ps)?$/i.exec(text.trim())
  const step = steps.indexOf((match?.[2]?.toLowerCase() ?? '') as (typeof steps)[number])
  if (!match) throw new RangeError(`"${text}" is no rate; write it as 500K, 5MiB/s or 20Mbit/s`)
  const isBits = match[3]?.toLowerCase() === 'bit'
  const bytes = Math.round(isBits ? (Number(match[1]) * 1000 ** step) / 8 : Number(match[1]) * 1024 ** step)
  if (bytes < rateMinBytes)
    throw new RangeError(`"${text}" is slower than ${rateMinBytes} bytes a second; at that rate nothing arrives`)
  return bytes
}

/** The one spelling that is stored. */
export function rateText(bytesPerSecond: number): string {
  for (let step = steps.length - 1; step > 0; step -= 1) {
    const value = bytesPerSecond / 1024 ** step
    if (Number.isInteger(value)) return `${value}${steps[step]!.toUpperCase()}iB/s`
  }
  return `${bytesPerSecond}B/s`
}
