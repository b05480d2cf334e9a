import { tmpdir, totalmem } from 'node:os'
import type { Machine } from './box.ts'
import { systemClock } from './runtime/clock.ts'
import { systemRandomness } from './runtime/randomness.ts'
import { nothingAtPoints } from './storage-volumes/crash-points.ts'

/** What programs of the box take from the machine, as it is. Entry files only. */
export function thisMachine(options: { readonly terminal: (line: string) => void }): Machine {
  return {
    clock: systemClock,
    randomness: systemRandomness,
    searchPath: process.env.PATH ?? '',
    temporaryFolders: ['/run', tmpdir()],
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    isRoot: process.getuid?.() === 0,
    terminal: options.terminal,
    reached: nothingAtPoints,
  }
}
