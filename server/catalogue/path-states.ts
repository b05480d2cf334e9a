/** From the changes of a path to the states it was in. Pure. */
import { type CatalogueEntryType, entryTypes } from './catalogue.ts'

export interface Change {
  readonly fromVersion: number
  readonly type: number
  readonly size: number
  readonly mtimeNs: bigint
}

/** The path was like this in the versions numbered `from` up to, not including, `before`. */
export interface PathState {
  readonly type: Exclude<CatalogueEntryType, 'gone'>
  readonly size: number
  readonly mtimeNs: bigint
  readonly from: number
  readonly before: number
}

const typeNames = Object.fromEntries(Object.entries(entryTypes).map(([name, number]) => [number, name])) as Readonly<
  Record<number, CatalogueEntryType>
>

/**
 * Newest first, as the changes are; `version` is the newest visible number. Neighbours that tell a person the same are one (a
 * catalogue that was made anew repeats what had not changed).
 */
export function pathStates(changes: readonly Change[], version: number): readonly PathState[] {
  const states: PathState[] = []
  let before = version + 1
  for (const { fromVersion, type, size, mtimeNs } of changes) {
    const name = typeNames[type]
    if (name !== undefined && name !== 'gone') {
      const state = { type: name, size, mtimeNs, from: fromVersion, before }
      const later = states.at(-1)
      if (later !== undefined && isContinued(state, later)) states[states.length - 1] = { ...state, before: later.before }
      else states.push(state)
    }
    before = fromVersion
  }
  return states
}

function isContinued(state: PathState, later: PathState): boolean {
  const { type, size, mtimeNs } = later
  return state.before === later.from && state.type === type && state.size === size && state.mtimeNs === mtimeNs
}
