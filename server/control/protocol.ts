import { z } from 'zod'

/*
 * What goes over the control socket: one POST with a request, answered by JSON lines. Both ends are the same program, and the
 * socket is its owner's alone.
 */

export const controlName = 'control'
export const commandPath = '/command'
export const jsonLines = 'application/x-ndjson'
export const maxRequestBytes = 1024 * 1024

export const commandRequestSchema = z.object({ name: z.string(), input: z.unknown() })
export type CommandRequest = z.infer<typeof commandRequestSchema>

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  hint: z.string(),
  who: z.string(),
})
/** A failure in the words of the catalogue. */
export type CommandProblem = z.infer<typeof problemSchema>

export const commandEventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), line: z.string() }),
  z.object({ event: z.literal('result'), exitCode: z.literal([0, 1, 2, 3]), result: z.record(z.string(), z.unknown()) }),
  z.object({ event: z.literal('problem'), exitCode: z.literal([1, 2]), problem: problemSchema }),
])
export type CommandEvent = z.infer<typeof commandEventSchema>
/** The last line of every answer. */
export type CommandEnd = Exclude<CommandEvent, { readonly event: 'progress' }>
