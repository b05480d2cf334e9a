import type { Reader } from '../reader.ts'
import { numberFormat } from './intl.ts'

/** `0.4 s`, `52 s`, `1 min 52 s`, `2 h 05 min`. */
export function durationText(reader: Reader, durationMs: number): string {
  const seconds = Math.max(0, durationMs) / 1000
  if (seconds < 10) return `${numberFormat(reader, { maximumFractionDigits: 1 }).format(seconds)}\u00a0s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}\u00a0s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}\u00a0min ${twoDigits(whole % 60)}\u00a0s`
  return `${Math.floor(minutes / 60)}\u00a0h ${twoDigits(minutes % 60)}\u00a0min`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
