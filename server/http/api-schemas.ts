import { z } from '@hono/zod-openapi'
import type { IdPrefix } from '../runtime/ids.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { problemMediaType } from './problem.ts'
import { problemCodes, whoCanFix } from './problem-catalogue.ts'

/** Milliseconds as the API writes them: RFC 3339, UTC. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString()
}

export const timeSchema = z.iso.datetime().openapi({ example: '2026-03-14T18:02:11.000Z' })
export const bytesSchema = z.int().min(0).openapi({ description: 'bytes' })

/** An id in a path. Anything else than an id of this kind is as absent as one that was never given. */
export function idSchema<Prefix extends IdPrefix>(prefix: Prefix) {
  return z
    .custom<Id<Prefix>>((value) => typeof value === 'string' && isId(prefix, value), `an id that begins with ${prefix}_`)
    .openapi({ type: 'string', example: `${prefix}_a2b3c4d5e6f7g2h3i4j5` })
}

const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'The page of this code in the manual.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes as [string, ...string[]]),
    detail: z.string(),
    hint: z.string(),
    who: z.enum(whoCanFix).openapi({ description: 'Who can put it right.' }),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem')

/** What every route of the API may answer instead: spread into its responses. */
export const problemResponses = {
  default: { description: 'A problem (RFC 9457)', content: { [problemMediaType]: { schema: problemSchema } } },
} as const

/** Who may call: spread into routes that need somebody. */
export const signedInOnly = { security: [{ token: [] }, { session: [] }] }

export function jsonContent<Schema extends z.ZodType>(schema: Schema) {
  return { 'application/json': { schema } }
}
