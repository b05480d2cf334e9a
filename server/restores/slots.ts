/** So many at once, and no queue: who comes too many is told so. Of all, some kinds of keys (a person, a link) may have only so many each. */
export interface Slots<Kind extends string = never> {
  /** Undefined when all are taken, or as many as one of its keys may have; given back when disposed of. */
  readonly take: (...of: [Kind] extends [never] ? [] : [keys: Readonly<Record<Kind, string>>]) => Disposable | undefined
}

export function createSlots<Kind extends string = never>(
  max: number,
  options: { readonly perKey?: Readonly<Record<Kind, number>> } = {},
): Slots<Kind> {
  const maxima = Object.entries<number>(options.perKey ?? {})
  /** By kind and key; only those that hold some. */
  const held = new Map<string, number>()
  let taken = 0
  return {
    take: (...[keys]) => {
      const counted = maxima.map(([kind, most]) => ({ name: `${kind} ${keys![kind as Kind]}`, most }))
      if (taken >= max || counted.some(({ name, most }) => (held.get(name) ?? 0) >= most)) return undefined
      taken += 1
      for (const { name } of counted) held.set(name, (held.get(name) ?? 0) + 1)
      let isHeld = true
      return {
        [Symbol.dispose]: () => {
          if (!isHeld) return
          isHeld = false
          taken -= 1
          for (const { name } of counted) {
            const left = held.get(name)! - 1
            if (left === 0) held.delete(name)
            else held.set(name, left)
          }
        },
      }
    },
  }
}
