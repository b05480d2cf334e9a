/** When a plan's space will be used up, by how it grew: the same robust middle of weekly growth as for disks. Pure. */
import { forecastFull, type UsageDay } from '../storage-volumes/disk-forecast.ts'

export type QuotaOutlook =
  | { readonly kind: 'unknown' | 'full' }
  /** It does not grow. */
  | { readonly kind: 'never' }
  /** It grows, and is not full within a year. */
  | { readonly kind: 'far' }
  | { readonly kind: 'at'; readonly atMs: number }

const farMs = 365 * 24 * 60 * 60 * 1000

export function quotaOutlook(
  days: readonly UsageDay[],
  { usedBytes, quotaBytes, nowMs }: { readonly usedBytes: number; readonly quotaBytes: number; readonly nowMs: number },
): QuotaOutlook {
  if (usedBytes >= quotaBytes) return { kind: 'full' }
  const forecast = forecastFull(days, { roomBytes: quotaBytes - usedBytes, nowMs })
  if (forecast === undefined) return { kind: 'unknown' }
  if (forecast.bytesPerDay <= 0) return { kind: 'never' }
  const { fullAtMs } = forecast
  return fullAtMs === undefined || fullAtMs > nowMs + farMs ? { kind: 'far' } : { kind: 'at', atMs: fullAtMs }
}
