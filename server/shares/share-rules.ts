/** What the box's administrator allows, whatever its customers would like. Pure. */
import { z } from 'zod'
import { shareDefaults, shareLimits } from './share.ts'

export const shareRulesSchema = z
  .strictObject({
    /** How long a link may work at most. */
    daysMax: z.int().min(1).max(shareLimits.days),
    isPasswordNeeded: z.boolean(),
    mayUpload: z.boolean(),
    /** What a link that takes files may take in all. */
    uploadBytesMax: z.int().min(1).max(shareLimits.bytes).default(shareLimits.bytes),
  })
  .readonly()
export type ShareRules = z.output<typeof shareRulesSchema>

export const usualShareRules: ShareRules = {
  daysMax: 90,
  isPasswordNeeded: false,
  mayUpload: true,
  uploadBytesMax: shareLimits.bytes,
}

/** What the form offers: never more than is allowed, and the longest that is. */
const offeredDays = [1, 3, 7, 14, 30, 90, 180, 365] as const

export function dayChoices({ daysMax }: ShareRules): readonly number[] {
  const within = offeredDays.filter((days) => days < daysMax)
  return [...within, daysMax]
}

export function presetDays({ daysMax }: ShareRules): number {
  return Math.min(shareDefaults.days, daysMax)
}

export function presetUploadBytes({ uploadBytesMax }: ShareRules): number {
  return Math.min(shareDefaults.bytesMax, uploadBytesMax)
}
