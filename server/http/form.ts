import type { z } from 'zod'
import type { AppContext } from './app-environment.ts'
import { validationProblem } from './new-routes.ts'
import { Problem } from './problem.ts'

/** The fields of a form that a page sent. Throws HF-UNSUPPORTED-TYPE, HF-MALFORMED or HF-VALIDATION. */
export async function readForm<Schema extends z.ZodType>(
  c: AppContext,
  schema: Schema,
  /** A field that is sent several times is a list of what was sent; otherwise its last value counts. */
  { hasLists = false }: { readonly hasLists?: boolean } = {},
): Promise<z.output<Schema>> {
  const mediaType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded' && mediaType !== 'multipart/form-data') {
    throw new Problem('HF-UNSUPPORTED-TYPE')
  }
  const parsed = schema.safeParse(await readFields(c, hasLists))
  if (!parsed.success) throw validationProblem('form', parsed.error)
  return parsed.data
}

async function readFields(c: AppContext, hasLists: boolean): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody({ all: hasLists })
  } catch (cause) {
    throw new Problem('HF-MALFORMED', { cause })
  }
}
