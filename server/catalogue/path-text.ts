/** Paths and times of files as the API writes them: absolute, with bytes that are not UTF-8 in base64 behind a NUL. Pure. */
import { bytesOfText, textOfBytes } from '../../engine/index.ts'
import { formatTime } from '../http/api-schemas.ts'

const slash = 0x2f

/** Slashes in front, behind and repeated mean nothing. */
export function namesOf(text: string): readonly Buffer[] {
  const path = bytesOfText(text)
  const names: Buffer[] = []
  for (let at = 0; at < path.length; ) {
    const found = path.indexOf(slash, at)
    const end = found < 0 ? path.length : found
    if (end > at) names.push(path.subarray(at, end))
    at = end + 1
  }
  return names
}

/** `/home/ann`, and `C:/Users` where the first name is a drive. */
export function pathText(names: readonly Buffer[]): string {
  const path = Buffer.concat(names.flatMap((name) => [Buffer.of(slash), name]))
  return textOfBytes(/^[A-Za-z]:$/.test(names[0]?.toString('latin1') ?? '') ? path.subarray(1) : path)
}

const nsPerMs = 1_000_000n
/** 1 January of the years 1 and 10000: outside of them RFC 3339 has no words. */
const firstMs = -62_135_596_800_000
const endMs = 253_402_300_800_000

/** Undefined for times that no calendar here holds. */
export function formatNs(ns: bigint): string | undefined {
  const ms = Number(ns / nsPerMs)
  return ms >= firstMs && ms < endMs ? formatTime(ms) : undefined
}
