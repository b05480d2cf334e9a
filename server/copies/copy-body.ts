/** A second copy as the API and commands show it. */
import { z } from '@hono/zod-openapi'
import { bytesSchema, formatTime, timeSchema } from '../http/api-schemas.ts'
import type { CopyStatus } from './copies-service.ts'
import { type CopyRunResult, copyOutcomes, copyPhases } from './copy.ts'
import { copyIntervals } from './copy-schedule.ts'

const count = z.int().min(0)

export const copyResultSchema = z
  .object({
    outcome: z.enum(copyOutcomes),
    packs: count,
    bytes: bytesSchema,
    files: count,
    removedPacks: count,
    readBackBytes: bytesSchema,
    findings: z
      .object({ damagedHere: count, missingHere: count, unreadableHere: count, lostThere: count, damagedThere: count })
      .openapi({ description: 'What was not as it should be, on the box (Here) and in the copy (There).' }),
    unknownFiles: count.openapi({ description: 'Files of the copy that the box does not know: never removed.' }),
    freeBytes: bytesSchema.nullable().openapi({ description: 'What the disk of the copy had left.' }),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('CopyResult')

export const intervalSchema = z
  .custom<(typeof copyIntervals)[number]>(
    (value) => (copyIntervals as readonly unknown[]).includes(value),
    `one of ${copyIntervals.join(', ')}`,
  )
  .openapi({ type: 'integer', enum: [...copyIntervals], description: 'Hours between runs.' })
export const hourSchema = z.int().min(0).max(23).nullable().openapi({
  description: 'For copies of once a day or once a week: the hour in which they begin, by the clock of the box.',
})
export const limitSchema = z
  .int()
  .min(16_384)
  .nullable()
  .openapi({ description: 'Bytes a second at most; null: as fast as it goes.' })

export const copySchema = z
  .object({
    id: z.string().openapi({ example: 'cpy_a2b3c4d5e6f7g2h3i4j5' }),
    name: z.string(),
    folder: z.string(),
    isPaused: z.boolean(),
    everyHours: intervalSchema,
    atHour: hourSchema,
    limitBytesPerSecond: limitSchema,
    createdAt: timeSchema,
    asOf: timeSchema
      .nullable()
      .openapi({ description: 'Everything of before is in the copy; null while none was ever finished.' }),
    isTooOld: z.boolean(),
    missing: z
      .object({ packs: count, bytes: bytesSchema, versions: count })
      .openapi({ description: 'What is not in the copy yet.' }),
    stored: z.object({ packs: count, bytes: bytesSchema }),
    nextAt: timeSchema.nullable(),
    lastRun: z.object({ startedAt: timeSchema.nullable(), endedAt: timeSchema.nullable(), result: copyResultSchema.nullable() }),
    comparedAt: timeSchema.nullable().openapi({ description: 'When names and sizes were compared.' }),
    readAllSince: timeSchema.nullable().openapi({ description: 'Since then every byte was read back once.' }),
    progress: z
      .object({ phase: z.enum(copyPhases), packs: count, packsTotal: count, bytes: bytesSchema, bytesTotal: bytesSchema })
      .nullable(),
  })
  .openapi('Copy')

export function copyBody(status: CopyStatus): z.input<typeof copySchema> {
  const { copy, history, lag, progress } = status
  const time = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms))
  return {
    id: copy.copyId,
    name: copy.name,
    folder: copy.address.folder,
    isPaused: copy.isPaused,
    everyHours: copy.schedule.everyHours,
    atHour: copy.schedule.atHour ?? null,
    limitBytesPerSecond: copy.limitBytesPerSecond ?? null,
    createdAt: formatTime(copy.createdAt),
    asOf: time(lag.asOf),
    isTooOld: status.isTooOld,
    missing: { packs: lag.packs, bytes: lag.bytes, versions: lag.versions },
    stored: { packs: lag.copiedPacks, bytes: lag.copiedBytes },
    nextAt: status.dueAt === 0 ? time(copy.createdAt) : time(status.dueAt),
    lastRun: {
      startedAt: time(history.startedAt),
      endedAt: time(history.endedAt),
      result: history.result === undefined ? null : resultBody(history.result),
    },
    comparedAt: time(history.listedAt),
    readAllSince: time(history.readAllAt),
    progress: progress ?? null,
  }
}

export function resultBody(result: CopyRunResult): z.input<typeof copyResultSchema> {
  return { ...result, freeBytes: result.freeBytes ?? null, problem: result.problem ?? null }
}
