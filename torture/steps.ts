/** What the harness is doing right now and what that cost: for a heartbeat, for a wait that has an end, and for making it cheaper. */

export interface Steps {
  /** What is being done, in words; what came before it is over. */
  readonly begin: (name: string) => void
  readonly now: () => string
  /** How long each kind of step took in all. */
  readonly spentMs: () => Readonly<Record<string, number>>
}

export function countSteps(now: () => number): Steps {
  const spent: Record<string, number> = {}
  let name = 'beginning'
  let beganMs = now()
  let sinceMs = beganMs
  const settle = () => {
    const untilMs = now()
    spent[name] = (spent[name] ?? 0) + untilMs - sinceMs
    sinceMs = untilMs
  }
  return {
    begin(next) {
      settle()
      name = next
      beganMs = now()
    },
    now: () => `${name}, for ${Math.round((now() - beganMs) / 1000)} s`,
    spentMs() {
      settle()
      return { ...spent }
    },
  }
}

/** The work, or a failure that says what was waited for. The work itself is left alone: whoever gives up closes what it works on. */
export async function within<Result>(work: Promise<Result>, patienceMs: number, words: () => string): Promise<Result> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`gave up after ${patienceMs / 1000} s: ${words()}`)), patienceMs)
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
