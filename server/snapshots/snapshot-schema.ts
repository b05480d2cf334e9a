import { z } from '@hono/zod-openapi'
import { verdicts } from '../../engine/index.ts'
import { bytesSchema, formatTime, timeSchema } from '../http/api-schemas.ts'
import type { Snapshot } from './snapshot.ts'

/** A version as the API tells it: times, counts and sizes. Names and paths are asked for elsewhere, with another right. */
export const snapshotSchema = z
  .object({
    id: z.string().openapi({ example: 'snap_a2b3c4d5e6f7g2h3i4j5' }),
    snapshotId: z.string().openapi({ description: 'Of the snapshot file, SHA-256 in hex: what agents call it.' }),
    deviceId: z.string(),
    job: z.string(),
    seq: z.int(),
    verdict: z.enum(verdicts),
    isCheckpoint: z.boolean().openapi({ description: 'Of a run that goes on or was cut off.' }),
    takenAt: timeSchema,
    startedAt: timeSchema,
    finishedAt: timeSchema,
    receivedAt: timeSchema,
    files: z.int(),
    folders: z.int(),
    symlinks: z.int(),
    others: z.int(),
    sourceBytes: bytesSchema,
    addedBytes: bytesSchema,
    addedStoredBytes: bytesSchema,
    newFiles: z.int(),
    changedFiles: z.int(),
    unchangedFiles: z.int(),
    skippedCount: z.int(),
  })
  .openapi('Version')

export function snapshotBody(snapshot: Snapshot): z.input<typeof snapshotSchema> {
  const { counts } = snapshot
  return {
    id: snapshot.id,
    snapshotId: snapshot.snapshotId,
    deviceId: snapshot.deviceId,
    job: snapshot.job,
    seq: snapshot.seq,
    verdict: snapshot.verdict,
    isCheckpoint: snapshot.isCheckpoint,
    takenAt: formatTime(snapshot.takenAt),
    startedAt: formatTime(snapshot.startedAt),
    finishedAt: formatTime(snapshot.finishedAt),
    receivedAt: formatTime(snapshot.receivedAt),
    files: counts.files,
    folders: counts.directories,
    symlinks: counts.symlinks,
    others: counts.others,
    sourceBytes: counts.bytes,
    addedBytes: counts.addedBytes,
    addedStoredBytes: counts.addedStoredBytes,
    newFiles: counts.newFiles,
    changedFiles: counts.changedFiles,
    unchangedFiles: counts.unchangedFiles,
    skippedCount: counts.skipped,
  }
}
