/** Rows of a catalogue for tests, in the layout in which the database hands them over. */
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { foldName } from '../../../server/catalogue/fold-name.ts'
import { pathHashOf } from '../../../server/catalogue/path-hash.ts'

export interface TestChange {
  /** Slashes between names. */
  readonly path: string
  readonly version: number
  readonly type?: keyof typeof entryTypes
  readonly size?: number
  readonly changedAtS?: number
}

export function packChanges(changes: readonly TestChange[]): Buffer {
  return Buffer.concat(changes.map(packChange))
}

export function hashOf(path: string): Buffer {
  return pathHashOf(namesOf(path))
}

function packChange({ path, version, type = 'file', size = 0, changedAtS = 0 }: TestChange): Buffer {
  const names = namesOf(path)
  const isGone = type === 'gone'
  const folded = isGone ? Buffer.alloc(0) : foldName(names.at(-1)!)
  const numbers = Buffer.alloc(19)
  numbers.writeUInt32BE(version, 0)
  numbers[4] = entryTypes[type]
  numbers.writeBigUInt64BE(BigInt(size), 5)
  numbers.writeUInt32BE(changedAtS, 13)
  numbers.writeUInt16BE(folded.length, 17)
  return Buffer.concat([pathHashOf(names), isGone ? Buffer.alloc(16) : pathHashOf(names.slice(0, -1)), numbers, folded])
}

function namesOf(path: string): readonly Buffer[] {
  return path.split('/').map((name) => Buffer.from(name))
}
