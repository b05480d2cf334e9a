/** Whether the box can do its work now. Each part answers for itself, within a bounded time. */

export const readinessParts = ['database', 'disk'] as const
export type ReadinessPart = (typeof readinessParts)[number]

export type FailingPart = { readonly part: ReadinessPart; readonly reason: string }

/** Resolves when the part is well; rejects with the reason when it is not. */
export type ReadinessCheck = () => Promise<void>

export type Readiness = { readonly findFailing: () => Promise<readonly FailingPart[]> }

const answerWithinMs = 3000

export function readinessOf(checks: Readonly<Record<ReadinessPart, ReadinessCheck>>): Readiness {
  const ask = async (part: ReadinessPart): Promise<FailingPart | undefined> => {
    try {
      await withinTime(checks[part]())
      return undefined
    } catch (error) {
      return { part, reason: error instanceof Error ? error.message : String(error) }
    }
  }
  return {
    findFailing: async () => (await Promise.all(readinessParts.map(ask))).filter((failing) => failing !== undefined),
  }
}

async function withinTime(answer: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${answerWithinMs / 1000} s`)), answerWithinMs)
  try {
    await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
