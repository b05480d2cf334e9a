import type { z } from 'zod'
import type { AppContext } from './app-environment.ts'
import { validationProblem } from './new-routes.ts'
import { Problem } from './problem.ts'

/** The fields of a form that a page sent. Throws HF-UNSUPPORTED-TYPE, HF-MALFORMED or HF-VALIDATION. */
export async function readForm<Schema extends z.ZodType>(c: AppContext, schema: Schema): Promise<z.output<Schema>> {
  const mediaType = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded' && mediaType !== 'multipart/form-data') {
    throw new Problem('HF-UNSUPPORTED-TYPE')
  }
  const parsed = schema.safeParse(await readFields(c))
  if (!parsed.success) throw validationProblem('form', parsed.error)
  return parsed.data
}

async function readFields(c: AppContext): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody()
  } catch (cause) {
    throw new Problem('HF-MALFORMED', { cause })
  }
}
