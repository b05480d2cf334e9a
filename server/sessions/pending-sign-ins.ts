/**
 * Sign-ins between their two steps: the password was right, the code is still to come. Kept in memory, for minutes, a bounded number of
 * them; after a new start of the box people begin again. The ticket opens nothing by itself.
 */
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { newBearerSecret } from '../tokens/bearer-secret.ts'

export interface HeldSignIn {
  readonly userId: Id<'usr'>
  readonly isLasting: boolean
}

export interface PendingSignIns {
  readonly hold: (held: HeldSignIn) => string
  readonly find: (ticket: string) => HeldSignIn | undefined
  readonly forget: (ticket: string) => void
}

const lastsMs = 10 * 60 * 1000
const maxHeld = 5000

export function createPendingSignIns(options: { readonly clock: Clock; readonly randomness: Randomness }): PendingSignIns {
  const { clock, randomness } = options
  const held = new Map<string, HeldSignIn & { readonly endsAt: number }>()
  const dropOld = () => {
    // In the order in which they began: the front ends first.
    for (const [ticket, { endsAt }] of held) {
      if (endsAt > clock.now() && held.size <= maxHeld) break
      held.delete(ticket)
    }
  }
  return {
    hold: (signIn) => {
      const ticket = newBearerSecret(randomness)
      held.set(ticket, { ...signIn, endsAt: clock.now() + lastsMs })
      dropOld()
      return ticket
    },
    find: (ticket) => {
      const found = held.get(ticket)
      return found !== undefined && found.endsAt > clock.now() ? found : undefined
    },
    forget: (ticket) => {
      held.delete(ticket)
    },
  }
}
