import { z } from '@hono/zod-openapi'
import { Problem } from './problem.ts'

const defaultLimit = 50
const maxLimit = 200
const maxCursorCharacters = 200

export const pageQuerySchema = z.object({
  cursor: z
    .string()
    .max(maxCursorCharacters)
    .optional()
    .openapi({ description: '`nextCursor` of the page before; absent for the first page.' }),
  limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit).openapi({ description: 'How many at most.' }),
})

/** A page of a list and where the next one begins. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item).readonly(),
    nextCursor: z.string().nullable().openapi({ description: 'Give it as `cursor` for the next page; null on the last page.' }),
  })
}

/** Asks a list for one more than a page holds: whether it comes says if there is a next page. */
export async function readPage<Item>(
  query: z.output<typeof pageQuerySchema>,
  list: (page: { readonly after: string | undefined; readonly limit: number }) => Promise<readonly Item[]>,
  keyOf: (item: Item) => string,
): Promise<{ readonly items: readonly Item[]; readonly nextCursor: string | null }> {
  const after = readCursor(query.cursor)
  const found = await list({ after, limit: query.limit + 1 })
  const items = found.slice(0, query.limit)
  const last = found.length > query.limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : writeCursor(keyOf(last)) }
}

/** For keys that are counted: the number in a cursor, or 0 for the first page. */
export function cursorNumber(after: string | undefined): number {
  if (after === undefined) return 0
  if (!/^\d{1,15}$/.test(after)) throw badCursor()
  return Number(after)
}

/** For lists that know themselves where they go on. */
export function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url')
}

/** The key of the last one that was given. */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString('latin1')
  if (writeCursor(key) !== cursor || !/^[\w-]+$/.test(key)) throw badCursor()
  return key
}

function badCursor(): Problem {
  return new Problem('HF-VALIDATION', { errors: [{ field: 'query.cursor', message: 'not a cursor of this list' }] })
}
