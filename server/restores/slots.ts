/** So many at once, and no queue: who comes too many is told so. */
export interface Slots {
  /** Undefined when all are taken; given back when disposed of. */
  readonly take: () => Disposable | undefined
}

export function createSlots(max: number): Slots {
  let taken = 0
  return {
    take: () => {
      if (taken >= max) return undefined
      taken += 1
      return {
        [Symbol.dispose]: () => {
          taken -= 1
        },
      }
    },
  }
}
