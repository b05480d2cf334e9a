/**
 * The one place that counts tries: in the browser, over the API and by agents, and whatever else asks for secrets. Each kind of try has
 * limits of its own, by login, by place and by both; a try is taken from all of them or from none.
 */
import type { Clock } from '../runtime/clock.ts'
import { type AttemptLimit, type AttemptLimiter, createAttemptLimiter } from './attempt-limiter.ts'
import { networkOf } from './network-of.ts'

type CountedBy = 'login-and-place' | 'login' | 'place'

const secondMs = 1000
const minuteMs = 60 * secondMs

export const attemptLimits = {
  /** A password. Many places guessing one login is generous, so that they cannot lock its owner out for long. */
  'sign-in': {
    'login-and-place': { burst: 5, refillMs: minuteMs },
    login: { burst: 50, refillMs: 20 * secondMs },
    place: { burst: 60, refillMs: 5 * secondMs },
  },
  /** A second factor: whoever tries has the password already. 288 tries a day against three codes in a million. */
  'second-factor': { login: { burst: 5, refillMs: 5 * minuteMs } },
  /** Asking for a link to set a new password: each is a letter to somebody. */
  'reset-link': { login: { burst: 3, refillMs: 20 * minuteMs }, place: { burst: 10, refillMs: 2 * minuteMs } },
  /** Opening a link that was mailed. */
  link: { place: { burst: 30, refillMs: 10 * secondMs } },
  /** A link to shared files that leads nowhere: right ones are given back. */
  share: { place: { burst: 60, refillMs: 10 * secondMs } },
  /** The password of such a link; `login` is the link. 288 tries a day from one network, 720 from all of them. */
  'share-password': {
    'login-and-place': { burst: 5, refillMs: 5 * minuteMs },
    login: { burst: 50, refillMs: 2 * minuteMs },
    place: { burst: 60, refillMs: 5 * secondMs },
  },
  /** Letters to people who are not here yet, counted by who sends them. */
  invitation: { login: { burst: 60, refillMs: minuteMs } },
} as const satisfies Readonly<Record<string, Partial<Readonly<Record<CountedBy, AttemptLimit>>>>>

export type AttemptKind = keyof typeof attemptLimits

export interface AttemptBy {
  /** As it is compared: folded, or an id. */
  readonly login: string
  /** Where the request came from (http/client.ts). */
  readonly address: string
}

export type AttemptTaken =
  /** `giveBack`: it was good, and does not count. */
  { readonly kind: 'allowed'; readonly giveBack: () => void } | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export interface Attempts {
  readonly take: (kind: AttemptKind, by: AttemptBy) => AttemptTaken
}

interface Counter {
  readonly limiter: AttemptLimiter
  readonly countedBy: CountedBy
}

export function createAttempts({ clock }: { readonly clock: Clock }): Attempts {
  const counters = new Map<AttemptKind, readonly Counter[]>(
    Object.entries(attemptLimits).map(([kind, limits]) => [kind as AttemptKind, countersOf(clock, limits)]),
  )
  return {
    take: (kind, by) => {
      const taken: (() => void)[] = []
      const giveBack = () => {
        for (const undo of taken) undo()
      }
      for (const { limiter, countedBy } of counters.get(kind) ?? []) {
        const key = keyOf(countedBy, by)
        const attempt = limiter.attempt(key)
        if (attempt.kind === 'throttled') {
          giveBack()
          return attempt
        }
        taken.push(() => limiter.giveBack(key))
      }
      return { kind: 'allowed', giveBack }
    },
  }
}

function countersOf(clock: Clock, limits: Partial<Record<CountedBy, AttemptLimit>>): readonly Counter[] {
  return Object.entries(limits).map(([countedBy, limit]) => ({
    countedBy: countedBy as CountedBy,
    limiter: createAttemptLimiter({ clock, limit }),
  }))
}

function keyOf(countedBy: CountedBy, { login, address }: AttemptBy): string {
  switch (countedBy) {
    case 'login-and-place':
      return `${networkOf(address)} ${login}`
    case 'login':
      return login
    case 'place':
      return networkOf(address)
    default:
      return countedBy satisfies never
  }
}
