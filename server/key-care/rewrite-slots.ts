/** Key slots sealed anew, under another box key or with one epoch more. Ids stay, so that a file is replaced and never doubled. Pure. */
import {
  type KeySlot,
  managedSlotKey,
  openKeySlot,
  type RepositorySecrets,
  recoverySlotKey,
  sealKeySlot,
} from '../../engine/index.ts'
import type { StoredKeySlot } from '../repositories/key-slots-table.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { type SealedPurpose, sealSecret, unsealSecret } from '../repositories/sealed-secret.ts'
import type { Randomness } from '../runtime/randomness.ts'

export interface Rewriting {
  readonly masterKey: Buffer
  readonly uid: Buffer
  readonly randomness: Randomness
}

export interface RewrittenSlots {
  readonly slots: readonly StoredKeySlot[]
  /** Slots whose own secret the box does not have: they open what they opened before, and nothing newer. */
  readonly left: readonly string[]
}

const saltBytes = 32
const purposes = { recovery: 'recovery-secret', device: 'device-slot-key' } as const satisfies Partial<
  Record<KeySlot['kind'], SealedPurpose>
>

/** @throws RepositoryError `keys-lost`, FormatError `wrong-key`, `key-slot-damaged` */
export function openManagedSlot(
  slots: readonly StoredKeySlot[],
  { masterKey, uid }: Omit<Rewriting, 'randomness'>,
): RepositorySecrets {
  const newest = slots.filter(({ slot }) => slot.kind === 'managed').toSorted((a, b) => b.createdAt - a.createdAt)[0]
  if (newest === undefined) throw new RepositoryError('keys-lost', 'The box has no key slot of its own for this repository.')
  return openKeySlot(newest.slot, uid, managedSlotKey(masterKey, uid, newest.slot.id))
}

/** The same secrets under another box key. Slots of people and devices keep their bytes; only the box's copy of their key moves. */
export function underNextKey(
  slots: readonly StoredKeySlot[],
  rewriting: Rewriting & { readonly nextKey: Buffer },
): RewrittenSlots {
  const { uid, nextKey, randomness } = rewriting
  const secrets = openManagedSlot(slots, rewriting)
  return rewriteEach(slots, (stored) => {
    const { slot } = stored
    if (slot.kind === 'managed')
      return { ...stored, slot: sealAgain(slot, managedSlotKey(nextKey, uid, slot.id), secrets, randomness) }
    const own = findOwnSecret(stored, rewriting)
    if (own === undefined) return undefined
    return { ...stored, sealedSecret: sealSecret(nextKey, own.secret, own.context, randomness) }
  })
}

/** Every way in learns the new epoch, by the secret that it had: what is printed or lies on a computer stays valid. */
export function withSecrets(
  slots: readonly StoredKeySlot[],
  rewriting: Rewriting & { readonly secrets: RepositorySecrets },
): RewrittenSlots {
  const { masterKey, uid, secrets, randomness } = rewriting
  return rewriteEach(slots, (stored) => {
    const { slot } = stored
    if (slot.kind === 'managed')
      return { ...stored, slot: sealAgain(slot, managedSlotKey(masterKey, uid, slot.id), secrets, randomness) }
    const secret = findOwnSecret(stored, rewriting)?.secret
    if (secret === undefined) return undefined
    const key = slot.kind === 'recovery' ? recoverySlotKey(secret, uid) : secret
    return { ...stored, slot: sealAgain(slot, key, secrets, randomness) }
  })
}

function rewriteEach(
  slots: readonly StoredKeySlot[],
  rewrite: (stored: StoredKeySlot) => StoredKeySlot | undefined,
): RewrittenSlots {
  const rewritten = slots.map((stored) => ({ stored, next: rewrite(stored) }))
  return {
    slots: rewritten.flatMap(({ next }) => next ?? []),
    left: rewritten.flatMap(({ stored, next }) => (next === undefined ? [stored.slot.id] : [])),
  }
}

/** Undefined when the box never had it, or has it under a key that is gone. */
function findOwnSecret({ slot, sealedSecret }: StoredKeySlot, { masterKey, uid }: Rewriting) {
  if (sealedSecret === undefined || (slot.kind !== 'recovery' && slot.kind !== 'device')) return undefined
  const context = { purpose: purposes[slot.kind], uid, slotId: slot.id } as const
  try {
    return { secret: unsealSecret(masterKey, sealedSecret, context), context }
  } catch (error) {
    if (error instanceof RepositoryError && error.fault === 'secret-damaged') return undefined
    throw error
  }
}

function sealAgain({ id, kind }: KeySlot, key: Buffer, secrets: RepositorySecrets, randomness: Randomness): KeySlot {
  return sealKeySlot({ id, kind, salt: randomness.bytes(saltBytes) }, key, secrets)
}
