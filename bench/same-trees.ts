// A restore that is not identical is no restore: compared after every timing.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export function sameTrees(expected: string, actual: string): void {
  const names = readdirSync(expected).sort()
  const found = readdirSync(actual).sort()
  if (names.join('\0') !== found.join('\0')) throw new Error(`${actual} holds other names than ${expected}`)
  for (const name of names) sameFile(join(expected, name), join(actual, name))
}

function sameFile(expected: string, actual: string): void {
  const [a, b] = [lstatSync(expected, { bigint: true }), lstatSync(actual, { bigint: true })]
  if (a.mode !== b.mode) throw new Error(`${actual} has mode ${b.mode.toString(8)} instead of ${a.mode.toString(8)}`)
  if (a.isDirectory()) sameTrees(expected, actual)
  else if (a.isSymbolicLink()) {
    if (readlinkSync(expected) !== readlinkSync(actual)) throw new Error(`${actual} points elsewhere`)
  } else {
    if (a.mtimeNs !== b.mtimeNs) throw new Error(`${actual} has the time ${b.mtimeNs} instead of ${a.mtimeNs}`)
    if (!readFileSync(expected).equals(readFileSync(actual))) throw new Error(`${actual} holds other bytes`)
  }
}
