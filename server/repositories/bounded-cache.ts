/** Keeps what was used last, up to a weight. Values that are still being made are shared, so that ten askers make one. */

export interface BoundedCache<Key, Value> {
  readonly get: (key: Key) => Value | undefined
  readonly set: (key: Key, value: Value) => void
  readonly delete: (key: Key) => void
  readonly clear: () => void
}

export function createBoundedCache<Key, Value>(options: {
  readonly maxWeight: number
  /** 1 unless told: then `maxWeight` counts entries. */
  readonly weigh?: (value: Value) => number
}): BoundedCache<Key, Value> {
  const { maxWeight, weigh = () => 1 } = options
  const entries = new Map<Key, { readonly value: Value; readonly weight: number }>()
  let weight = 0

  const remove = (key: Key) => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    weight -= entry.weight
  }

  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      // To the end: the front holds what was not asked for longest.
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value) => {
      remove(key)
      const entry = { value, weight: weigh(value) }
      if (entry.weight > maxWeight) return
      entries.set(key, entry)
      weight += entry.weight
      for (const [oldest] of entries) {
        if (weight <= maxWeight) break
        remove(oldest)
      }
    },
    delete: remove,
    clear: () => {
      entries.clear()
      weight = 0
    },
  }
}
