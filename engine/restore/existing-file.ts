// A file that lies where one of the version is to go: how much of that it is already.

import { closeSync } from 'node:fs'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { setAttributes } from './attributes.ts'
import { checkedRun } from './held-bytes.ts'
import { isStamp, type LocalEntry, localEntry, lookAt, openExisting, stampOf, statOpen } from './local-entry.ts'
import { type FolderState, noteChange, type PlacingContext } from './spot.ts'
import type { CheckedRun } from './worker-protocol.ts'
import type { WritingPool } from './writing-pool.ts'

export interface FilePlacingContext extends PlacingContext {
  readonly plaintexts: PlaintextSource
  readonly pool: WritingPool
}

/** A file of the version, the folder that it goes into, and its path in the version. */
export interface FileToPlace {
  readonly parent: FolderState
  readonly entry: FileEntry | HardlinkEntry
  readonly path: Buffer
}

export interface Compared {
  /** As it was when it was opened. */
  readonly existing: LocalEntry
  readonly isSame: boolean
  readonly hasSome: boolean
  /** For each run of the content: 1 where the file holds just that. */
  readonly runs: Uint8Array
}

const runsPerQuestion = 256

/** Undefined when no file is there that can be read. Where it holds all of the content, it gets the version's attributes, too. */
export async function compareExisting(
  context: FilePlacingContext,
  file: FileToPlace,
  name: Buffer = file.entry.name,
): Promise<Compared | undefined> {
  const { pool, plaintexts, rule, folders } = context
  const fd = openExisting(folders.at(file.parent.place).pathOf(name))
  if (fd === undefined) return undefined
  try {
    const existing = localEntry(statOpen(fd))
    const size = Number(existing.stamp.size)
    const answers: Uint8Array[] = []
    let hasSome = false
    let questions: CheckedRun[] = []
    const ask = async () => {
      const { isSame } = await pool.ask({ kind: 'compare', fd, size, runs: questions })
      hasSome ||= questions.some((run, index) => 'id' in run && isSame[index] === 1)
      answers.push(isSame)
      questions = []
    }
    for await (const run of contentRuns(plaintexts, file.entry)) {
      questions.push(checkedRun(run))
      if (questions.length === runsPerQuestion) await ask()
    }
    if (questions.length > 0) await ask()
    const runs = Buffer.concat(answers)
    const isSame = size === file.entry.size && !runs.includes(0)
    if (isSame && rule !== 'both') giveAttributes(context, file, fd)
    return { existing, isSame, hasSome, runs }
  } finally {
    closeSync(fd)
  }
}

/** In a revert most files lie there as they shall be, and the backup before it has just looked at them. */
export function isKnownSame(context: FilePlacingContext, file: FileToPlace): boolean {
  const { replacing, folders } = context
  if (!replacing) return false
  const at = folders.at(file.parent.place).pathOf(file.entry.name)
  const existing = lookAt(at)
  const known = existing && replacing.knownSame(file.path, file.entry, existing)
  if (known !== 'bytes') return known === 'all'
  const fd = openExisting(at)
  if (fd === undefined) return false
  try {
    if (!isStamp(existing!.stamp, statOpen(fd))) return false
    giveAttributes(context, file, fd)
    return true
  } finally {
    closeSync(fd)
  }
}

function giveAttributes(context: FilePlacingContext, { entry, path }: FileToPlace, fd: number): void {
  const before = statOpen(fd)
  context.report.addNotSet(path, setAttributes(fd, entry))
  if (before.nlink > 1n) noteChange(context, { before: stampOf(before), after: stampOf(statOpen(fd)) })
}
