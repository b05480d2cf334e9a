/** How full a plan's space is, in steps that people are told about. Pure. */

/** From here on each of them is said: nearly full, almost full, full. */
export const quotaSteps = [0.8, 0.95, 1] as const

export const quotaKinds = ['roomy', 'nearly-full', 'almost-full', 'full'] as const
export type QuotaKind = (typeof quotaKinds)[number]

export interface QuotaStanding {
  readonly kind: QuotaKind
  readonly usedBytes: number
  readonly quotaBytes: number
  /** 1 is full; it may be more: what is backed up stays when a plan becomes smaller. */
  readonly share: number
  readonly roomBytes: number
}

export function quotaStanding(usedBytes: number, quotaBytes: number): QuotaStanding {
  const share = quotaBytes > 0 ? usedBytes / quotaBytes : 1
  const passed = quotaSteps.filter((step) => share >= step).length
  return { kind: quotaKinds[passed]!, usedBytes, quotaBytes, share, roomBytes: Math.max(0, quotaBytes - usedBytes) }
}
