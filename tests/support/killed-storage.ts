/** A storage that dies with its process: after some changes nothing reaches it any more, and the one under way may have or not. */
import { createHash } from 'node:crypto'
import type { Storage } from '../../engine/index.ts'

export class Killed extends Error {}

export interface KilledStorage {
  readonly storage: Storage
  /** Changes that were begun. */
  readonly changes: () => number
  readonly isDead: () => boolean
}

/** `afterChanges`: so many are let through. `isLastDone`: the one that dies reached the disk, and nobody was told. */
export function killedStorage(
  real: Storage,
  options: { readonly afterChanges: number; readonly isLastDone: boolean },
): KilledStorage {
  let begun = 0
  let dead = false
  const change = async (work: () => Promise<void>) => {
    if (dead) throw new Killed('dead')
    begun += 1
    if (begun <= options.afterChanges) return await work()
    dead = true
    if (options.isLastDone) await work()
    throw new Killed('killed')
  }
  const alive = () => {
    if (dead) throw new Killed('dead')
  }
  return {
    changes: () => begun,
    isDead: () => dead,
    storage: {
      put: (name, bytes, more) => change(() => real.put(name, bytes, more)),
      replace: (name, bytes, more) => change(() => real.replace(name, bytes, more)),
      remove: (name) => change(() => real.remove(name)),
      read: async (name, range) => {
        alive()
        return await real.read(name, range)
      },
      find: async (name) => {
        alive()
        return await real.find(name)
      },
      list: (folder) => {
        alive()
        return real.list(folder)
      },
    },
  }
}

/** The same numbers for the same seed. */
export function dice(seed: string): (sides: number) => number {
  let thrown = 0
  return (sides) => {
    thrown += 1
    return createHash('sha256').update(`${seed}:${thrown}`).digest().readUInt32LE(0) % sides
  }
}
