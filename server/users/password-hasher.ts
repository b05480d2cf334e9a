/**
 * Argon2id for passwords. One hash takes 19 MiB and tens of milliseconds on purpose, so at most two run at once and few wait:
 * a flood of sign-ins is refused, it does not eat the box's memory.
 */
import { argon2id, hash, verify } from 'argon2'
import type { Randomness } from '../runtime/randomness.ts'
import { UserError } from './user-error.ts'

/** OWASP's minimum for Argon2id, which is also the Lucia guide's. */
const parameters = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1, hashLength: 32 } as const
const saltBytes = 16
const maxAtOnce = 2
const maxWaiting = 32

export interface PasswordHasher {
  readonly hash: (password: string) => Promise<string>
  readonly isRight: (passwordHash: string, password: string) => Promise<boolean>
  /** Takes the time of a check and always says no, so that an unknown login answers no faster than a known one. */
  readonly waste: (password: string) => Promise<false>
}

export async function createPasswordHasher(randomness: Randomness): Promise<PasswordHasher> {
  const gate = createGate()
  const hashNow = (password: string) => hash(password, { ...parameters, salt: randomness.bytes(saltBytes) })
  const nobodysHash = await hashNow(randomness.bytes(saltBytes).toString('hex'))
  return {
    hash: (password) => gate(() => hashNow(password)),
    isRight: (passwordHash, password) => gate(() => verify(passwordHash, password)),
    waste: (password) =>
      gate(async () => {
        await verify(nobodysHash, password)
        return false as const
      }),
  }
}

type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Lets `maxAtOnce` in; `maxWaiting` more wait in order; the next is told that the box is busy. */
function createGate(): Gate {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= maxAtOnce) {
      if (waiting.length >= maxWaiting) throw new UserError('busy', 'Too many people are signing in at this moment.')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place is handed on, not given back, so that nobody slips in between.
      if (next === undefined) running -= 1
      else next()
    }
  }
}
