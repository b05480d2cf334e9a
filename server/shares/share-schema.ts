import { z } from '@hono/zod-openapi'
import { bytesSchema, formatTime, timeSchema } from '../http/api-schemas.ts'
import { type ListedShare, shareEnds, shareKinds } from './share.ts'
import type { JudgedShare } from './share-surroundings.ts'

export const shareSchema = z
  .object({
    id: z.string().openapi({ example: 'shr_a2b3c4d5e6f7g2h3i4j5' }),
    customerId: z.string(),
    kind: z.enum(shareKinds),
    state: z.enum(['open', ...shareEnds]),
    title: z.string(),
    note: z.string().nullable(),
    hasPassword: z.boolean(),
    createdBy: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    looks: z.int().openapi({ description: 'How often people opened its page.' }),
    lastUsedAt: timeSchema.nullable(),
    download: z
      .object({
        snapshotId: z.string(),
        paths: z.int().openapi({ description: 'How many files and folders it leads to.' }),
        downloads: z.int(),
        downloadsMax: z.int().nullable(),
      })
      .nullable(),
    upload: z
      .object({
        deviceId: z.string().openapi({ description: 'The inbox.' }),
        job: z.string(),
        receivedFiles: z.int(),
        receivedBytes: bytesSchema,
        filesMax: z.int(),
        bytesMax: bytesSchema,
      })
      .nullable(),
  })
  .openapi('Share')

export function shareBody({ share, end }: Pick<JudgedShare<ListedShare>, 'share' | 'end'>): z.input<typeof shareSchema> {
  return {
    id: share.shareId,
    customerId: share.customerId,
    kind: share.kind,
    state: end ?? 'open',
    title: share.title,
    note: share.note ?? null,
    hasPassword: share.passwordHash !== undefined,
    createdBy: share.createdBy.name,
    createdAt: formatTime(share.createdAt),
    expiresAt: formatTime(share.expiresAt),
    looks: share.looks,
    lastUsedAt: share.usedAt === undefined ? null : formatTime(share.usedAt),
    download:
      share.kind === 'download'
        ? {
            snapshotId: share.version,
            paths: share.pathsCount,
            downloads: share.downloads,
            downloadsMax: share.downloadsMax ?? null,
          }
        : null,
    upload:
      share.kind === 'upload'
        ? {
            deviceId: share.deviceId,
            job: share.job,
            receivedFiles: share.receivedFiles,
            receivedBytes: share.receivedBytes,
            filesMax: share.filesMax,
            bytesMax: share.bytesMax,
          }
        : null,
  }
}
