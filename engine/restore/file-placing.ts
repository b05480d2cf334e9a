// Files: handed on to be written, left alone, or compared first with what lies there.

import { closeSync, linkSync, lstatSync, unlinkSync } from 'node:fs'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { type ContentRun, contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { setAttributes } from './attributes.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import type { FileQueue } from './file-queue.ts'
import { giveName } from './file-writer.ts'
import type { LocalPath } from './folders.ts'
import { type Anchor, HardlinkGroups } from './hardlink-groups.ts'
import { lookAt, openExisting, statOpen } from './local-entry.ts'
import { decideCompared, isSameSize } from './overwrite.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import { failureOf } from './restore-report.ts'
import { besideSpot, type FolderState, findSpot, type PlacingContext, type Spot } from './spot.ts'
import type { CheckedRun } from './worker-protocol.ts'
import type { WritingPool } from './writing-pool.ts'

export interface FilePlacingContext extends PlacingContext {
  readonly plaintexts: PlaintextSource
  readonly pool: WritingPool
}

/** Existing files being read at once; each is open. */
const comparedAtOnce = 64
const runsPerQuestion = 256

export class FilePlacing {
  private readonly context: FilePlacingContext
  private readonly groups = new HardlinkGroups()
  private readonly comparing = new Set<Promise<void>>()

  constructor(context: FilePlacingContext) {
    this.context = context
  }

  async place(queue: FileQueue, parent: FolderState, entry: FileEntry | HardlinkEntry, path: Buffer): Promise<void> {
    const { report } = this.context
    report.filesTotal++
    report.bytesTotal += entry.size
    const spot = findSpot(this.context, parent, entry, path)
    switch (spot.kind) {
      case 'free':
        await this.plan(queue, { folder: parent.place, name: spot.name, entry, mustBeNew: spot.mustBeNew, path })
        break
      case 'compare': {
        const work = this.compareAndPlan(queue, parent, entry, path)
        const tracked = work.finally(() => this.comparing.delete(tracked))
        tracked.catch(() => undefined) // `settle` throws it
        this.comparing.add(tracked)
        if (this.comparing.size >= comparedAtOnce) await Promise.race(this.comparing)
        break
      }
      default:
        if (spot.kind === 'same') this.leave({ folder: parent.place, name: entry.name }, entry)
        this.done(entry)
    }
  }

  /** Until all comparisons are through and their files are planned. */
  async settle(): Promise<void> {
    await Promise.all(this.comparing)
  }

  settled(file: PlannedFile, settled: SettledFile): void {
    const { report } = this.context
    if (file.entry.type === 'hardlink') this.groups.settled(file, file.entry, settled)
    if (settled.kind === 'written') {
      report.files++
      report.bytes += file.entry.size
      report.addVerified(file.entry.size)
      this.placed(file)
    } else if (settled.kind === 'taken') report.addKept(file.path, 'exists')
    else report.addFailed(file.path, settled.failure)
    this.done(file.entry)
  }

  /** Makes the links to files that are there by now; hands on the names that have to be written first. */
  linkWaiting(plan: (file: PlannedFile) => void): void {
    for (const step of this.groups.steps()) {
      if (step.kind === 'write') {
        plan(step.file)
      } else {
        const settled = step.kind === 'fail' ? { ...step, kind: 'failed' as const } : this.link(step.anchor, step.file)
        this.settledLink(step.file, settled)
      }
    }
  }

  private async plan(queue: FileQueue, file: PlannedFile): Promise<void> {
    if (file.entry.type === 'hardlink' && !this.groups.claim(file, file.entry)) return
    await queue.push(file)
  }

  private placed({ path, name, entry, mustBeNew }: PlannedFile): void {
    this.context.report.addPlaced(path, { name, ownName: entry.name, mustBeNew })
  }

  private leave(anchor: Anchor, entry: FileEntry | HardlinkEntry): void {
    this.context.report.unchanged++
    if (entry.type === 'hardlink') this.groups.found(anchor, entry)
  }

  private done(entry: FileEntry | HardlinkEntry): void {
    this.context.report.filesDone++
    this.context.report.bytesDone += entry.size
  }

  private async compareAndPlan(
    queue: FileQueue,
    parent: FolderState,
    entry: FileEntry | HardlinkEntry,
    path: Buffer,
  ): Promise<void> {
    const { report, rule } = this.context
    const planned = { folder: parent.place, entry, path }
    try {
      const compared = await this.compareClaimed(parent, entry, path)
      const decision = decideCompared(rule, compared?.isSame === true, compared)
      if (decision.kind === 'same') {
        this.leave({ folder: parent.place, name: entry.name }, entry)
        this.done(entry)
        return
      }
      if (decision.kind === 'keep' || (decision.kind === 'replace' && !this.mayReplace(parent, entry, path))) {
        report.addKept(path, decision.kind === 'keep' ? decision.reason : 'not-held')
        this.done(entry)
        return
      }
      const spot = decision.kind === 'beside' ? await this.freeBeside(parent, entry, path) : undefined
      if (spot === 'same') {
        report.unchanged++
        this.done(entry)
        return
      }
      const name = spot?.kind === 'free' ? spot.name : entry.name
      const seed = compared?.hasSome ? { seed: { name: entry.name, isSame: compared.runs } } : {}
      await this.plan(queue, { ...planned, ...seed, name, mustBeNew: spot !== undefined })
    } catch (error) {
      report.addFailed(path, failureOf(error))
      this.done(entry)
    }
  }

  /** While a name is looked at, no other of its file is written: it may be the one that they link to. */
  private async compareClaimed(parent: FolderState, entry: FileEntry | HardlinkEntry, path: Buffer) {
    if (entry.type !== 'hardlink') return this.compareNamed(parent, entry.name, entry, path)
    this.groups.beginComparing(entry)
    try {
      const compared = await this.compareNamed(parent, entry.name, entry, path)
      if (compared?.isSame) this.groups.found({ folder: parent.place, name: entry.name }, entry)
      return compared
    } finally {
      this.groups.endComparing(entry)
    }
  }

  private async compareNamed(parent: FolderState, name: Buffer, entry: FileEntry | HardlinkEntry, path: Buffer) {
    const fd = openExisting(this.context.folders.at(parent.place).pathOf(name))
    return fd === undefined ? undefined : await this.compare(fd, entry, path)
  }

  /** Done twice, a restore puts nothing beside a second time: what already lies there with the same bytes is it. */
  private async freeBeside(parent: FolderState, entry: FileEntry | HardlinkEntry, path: Buffer): Promise<Spot | 'same'> {
    for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
      const name = besideName(entry.name, attempt)
      const there = lookAt(this.context.folders.at(parent.place).pathOf(name))
      if (!there) return { kind: 'free', name, mustBeNew: true }
      if (there.kind !== 'file' || !isSameSize(entry, there)) continue
      if ((await this.compareNamed(parent, name, entry, path))?.isSame) return 'same'
    }
    return besideSpot(this.context, parent, entry)
  }

  private mayReplace(parent: FolderState, entry: FileEntry | HardlinkEntry, path: Buffer): boolean {
    const { folders, mayReplace } = this.context
    if (!mayReplace) return true
    const existing = lookAt(folders.at(parent.place).pathOf(entry.name))
    return !existing || mayReplace(path, existing)
  }

  /** Which runs of the content an open file holds. Sets its attributes when it holds them all. Closes it. */
  private async compare(fd: number, entry: FileEntry | HardlinkEntry, path: Buffer) {
    const { pool, plaintexts, rule, report } = this.context
    try {
      const stat = statOpen(fd)
      const size = Number(stat.size)
      const isOlder = stat.mtimeNs < entry.mtimeNs
      const answers: Uint8Array[] = []
      let hasSome = false
      let questions: CheckedRun[] = []
      const ask = async () => {
        const { isSame } = await pool.ask({ kind: 'compare', fd, size, runs: questions })
        hasSome ||= questions.some((run, index) => 'id' in run && isSame[index] === 1)
        answers.push(isSame)
        questions = []
      }
      for await (const run of contentRuns(plaintexts, entry)) {
        questions.push(checkedRun(run))
        if (questions.length === runsPerQuestion) await ask()
      }
      if (questions.length > 0) await ask()
      const runs = Buffer.concat(answers)
      const isSame = size === entry.size && !runs.includes(0)
      if (isSame && rule !== 'both') report.addNotSet(path, setAttributes(fd, entry))
      return { isSame, isOlder, hasSome, runs }
    } finally {
      closeSync(fd)
    }
  }

  private link(anchor: Anchor, file: PlannedFile): SettledFile {
    const { folders, names } = this.context
    try {
      const from = folders.at(anchor.folder).pathOf(anchor.name)
      const folder = folders.at(file.folder)
      const to = folder.pathOf(file.name)
      if (file.mustBeNew) linkSync(from, to)
      else if (!isSameFile(from, to)) replaceByLink(from, folder.pathOf(names.next()), to)
      return { kind: 'written' }
    } catch (error) {
      const failure = failureOf(error)
      return file.mustBeNew && failure.code === 'EEXIST' ? { kind: 'taken' } : { kind: 'failed', failure }
    } finally {
      folders.trim()
    }
  }

  private settledLink(file: PlannedFile, settled: SettledFile): void {
    const { report } = this.context
    if (settled.kind === 'written') {
      report.files++
      this.placed(file)
    } else if (settled.kind === 'taken') report.addKept(file.path, 'exists')
    else report.addFailed(file.path, settled.failure)
    this.done(file.entry)
  }
}

function checkedRun(run: ContentRun): CheckedRun {
  const { at, length } = run
  if (run.kind === 'data') return { at, length, id: run.id }
  return { at, length, bytes: run.kind === 'inline' ? run.bytes : 'zeros' }
}

/** Renaming one name of a file over another of the same file does nothing at all, and would leave the first. */
function isSameFile(one: LocalPath, other: LocalPath): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

function replaceByLink(from: LocalPath, temporary: LocalPath, to: LocalPath): void {
  linkSync(from, temporary)
  try {
    giveName(temporary, to, { mustBeNew: false })
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
}
