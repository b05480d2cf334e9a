// Files: handed on to be written, left alone, or compared first with what lies there.

import { closeSync, linkSync, lstatSync, unlinkSync } from 'node:fs'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { setAttributes } from './attributes.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import type { FileQueue } from './file-queue.ts'
import type { LocalPath } from './folders.ts'
import { giveName, isTaken, type Over, type OwnChange } from './give-name.ts'
import { type Anchor, HardlinkGroups } from './hardlink-groups.ts'
import { checkedRun } from './held-bytes.ts'
import { isStamp, type LocalEntry, localEntry, lookAt, openExisting, stampOf, statOpen } from './local-entry.ts'
import { decideCompared, isSameSize } from './overwrite.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import { failureOf, isOfOneFile } from './restore-report.ts'
import {
  everyNameTaken,
  type FolderState,
  findSpot,
  noteChange,
  notePlaced,
  overExisting,
  type PlacingContext,
  triesAfterTaken,
} from './spot.ts'
import type { CheckedRun } from './worker-protocol.ts'
import type { WritingPool } from './writing-pool.ts'

export interface FilePlacingContext extends PlacingContext {
  readonly plaintexts: PlaintextSource
  readonly pool: WritingPool
}

/** Existing files being read at once; each is open. */
const comparedAtOnce = 64
const runsPerQuestion = 256

/** A file on its way to its place. */
interface Placing {
  readonly parent: FolderState
  readonly entry: FileEntry | HardlinkEntry
  readonly path: Buffer
  /** See `PlannedFile`. */
  readonly tries: number
}

export class FilePlacing {
  private readonly context: FilePlacingContext
  private readonly groups = new HardlinkGroups()
  private readonly comparing = new Set<Promise<void>>()
  /** Their names were taken while they were on their way. */
  private taken: Placing[] = []

  constructor(context: FilePlacingContext) {
    this.context = context
  }

  async place(queue: FileQueue, parent: FolderState, entry: FileEntry | HardlinkEntry, path: Buffer): Promise<void> {
    const { report } = this.context
    report.filesTotal++
    report.bytesTotal += entry.size
    await this.decide(queue, { parent, entry, path, tries: 0 })
  }

  /** Until all comparisons are through and their files are planned. @throws what the source throws */
  async settle(): Promise<void> {
    await Promise.all(this.comparing)
  }

  settled(file: PlannedFile, settled: SettledFile): void {
    const { report } = this.context
    if (file.entry.type === 'hardlink') this.groups.settled(file, file.entry, settled)
    if (settled.kind === 'taken') {
      this.again(file)
      return
    }
    if (settled.kind === 'written') {
      report.files++
      report.bytes += file.entry.size
      report.addVerified(settled.dataBytes)
      this.placed(file, settled.touched)
    } else report.addFailed(file.path, settled.failure)
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

  get hasTaken(): boolean {
    return this.taken.length > 0
  }

  /** Settles by the rule again what lost its name to something else. */
  async placeTaken(queue: FileQueue): Promise<void> {
    for (const placing of this.taken.splice(0)) await this.decide(queue, placing)
    await this.settle()
  }

  private async decide(queue: FileQueue, placing: Placing): Promise<void> {
    const { parent, entry, path } = placing
    const spot = findSpot(this.context, parent, entry, path)
    switch (spot.kind) {
      case 'free':
        await this.plan(queue, placing, { name: spot.name, over: spot.over })
        break
      case 'compare':
        await this.track(this.compareAndPlan(queue, placing))
        break
      case 'beside':
        await this.track(this.ofThisFile(placing, () => this.planBeside(queue, placing)))
        break
      default:
        if (spot.kind === 'same') this.leave({ folder: parent.place, name: entry.name }, entry)
        this.done(entry)
    }
  }

  /** Failures stay in the set, for `settle` to throw. */
  private async track(work: Promise<void>): Promise<void> {
    this.comparing.add(work)
    work.then(
      () => this.comparing.delete(work),
      () => undefined,
    )
    if (this.comparing.size >= comparedAtOnce) await Promise.race(this.comparing)
  }

  private async plan(
    queue: FileQueue,
    { parent, entry, path, tries }: Placing,
    where: Pick<PlannedFile, 'name' | 'over' | 'seed'>,
  ): Promise<void> {
    const file = { folder: parent.place, entry, path, tries, ...where }
    if (entry.type === 'hardlink' && !this.groups.claim(file, entry)) return
    await queue.push(file)
  }

  private again({ folder, entry, path, over, tries }: Pick<PlannedFile, 'folder' | 'entry' | 'path' | 'over' | 'tries'>): void {
    const next = triesAfterTaken(this.context, { over, tries })
    if (next !== undefined) {
      this.taken.push({ parent: { place: folder, isFresh: false }, entry, path, tries: next })
      return
    }
    this.context.report.addKept(path, 'taken')
    this.done(entry)
  }

  private placed(file: PlannedFile, touched: OwnChange | undefined): void {
    noteChange(this.context, touched)
    notePlaced(this.context, file)
  }

  private leave(anchor: Anchor, entry: FileEntry | HardlinkEntry): void {
    this.context.report.unchanged++
    if (entry.type === 'hardlink') this.groups.found(anchor, entry)
  }

  private done(entry: FileEntry | HardlinkEntry): void {
    this.context.report.filesDone++
    this.context.report.bytesDone += entry.size
  }

  /** What is lost or refused for this file costs this file; that the source is away, or that it is all broken off, ends the restore. */
  private async ofThisFile({ entry, path }: Placing, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isOfOneFile(error)) throw error
      this.context.report.addFailed(path, failureOf(error))
      this.done(entry)
    }
  }

  private compareAndPlan(queue: FileQueue, placing: Placing): Promise<void> {
    return this.ofThisFile(placing, async () => {
      const { parent, entry, path } = placing
      const { rule, folders, replacing, report } = this.context
      if (this.isKnownSame(placing)) {
        this.leave({ folder: parent.place, name: entry.name }, entry)
        this.done(entry)
        return
      }
      const compared = await this.compareClaimed(parent, entry, path)
      const existing = compared?.existing ?? lookAt(folders.at(parent.place).pathOf(entry.name))
      if (existing?.kind !== 'file') {
        // It was one when it was looked at.
        this.again({ ...placing, folder: parent.place, over: existing?.stamp ?? 'nothing' })
        return
      }
      const decision = decideCompared(rule, compared?.isSame === true, { isOlder: existing.mtimeNs < entry.mtimeNs })
      switch (decision.kind) {
        case 'same':
          this.leave({ folder: parent.place, name: entry.name }, entry)
          this.done(entry)
          break
        case 'keep':
          report.addKept(path, decision.reason)
          this.done(entry)
          break
        case 'beside':
          await this.planBeside(queue, placing, seedOf(entry, compared))
          break
        default:
          if (replacing?.holds(path, existing) === false) {
            report.addKept(path, 'not-held')
            this.done(entry)
            break
          }
          await this.plan(queue, placing, {
            name: entry.name,
            over: overExisting(this.context, existing),
            ...seedOf(entry, compared),
          })
      }
    })
  }

  /** Done twice, a restore puts nothing beside a second time: what already lies there with the same bytes is it. */
  private async planBeside(queue: FileQueue, placing: Placing, seed: Pick<PlannedFile, 'seed'> = {}): Promise<void> {
    const { parent, entry, path } = placing
    for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
      const name = besideName(entry.name, attempt)
      const there = lookAt(this.context.folders.at(parent.place).pathOf(name))
      if (!there) return this.plan(queue, placing, { name, over: 'nothing', ...seed })
      if (there.kind !== 'file' || !isSameSize(entry, there)) continue
      if (!(await this.compareNamed(parent, name, entry, path))?.isSame) continue
      this.context.report.unchanged++
      this.done(entry)
      return
    }
    throw everyNameTaken()
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

  /** Which runs of the content an open file holds. Sets its attributes when it holds them all. Closes it. */
  private async compare(fd: number, entry: FileEntry | HardlinkEntry, path: Buffer): Promise<Compared> {
    const { pool, plaintexts, rule } = this.context
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
      for await (const run of contentRuns(plaintexts, entry)) {
        questions.push(checkedRun(run))
        if (questions.length === runsPerQuestion) await ask()
      }
      if (questions.length > 0) await ask()
      const runs = Buffer.concat(answers)
      const isSame = size === entry.size && !runs.includes(0)
      if (isSame && rule !== 'both') this.setAttributes(fd, entry, path)
      return { existing, isSame, hasSome, runs }
    } finally {
      closeSync(fd)
    }
  }

  /** In a revert most files lie there as they shall be, and the backup before it has just looked at them. */
  private isKnownSame({ parent, entry, path }: Placing): boolean {
    const { replacing, folders } = this.context
    if (!replacing) return false
    const at = folders.at(parent.place).pathOf(entry.name)
    const existing = lookAt(at)
    const known = existing && replacing.knownSame(path, entry, existing)
    if (known !== 'bytes') return known === 'all'
    const fd = openExisting(at)
    if (fd === undefined) return false
    try {
      if (!isStamp(existing!.stamp, statOpen(fd))) return false
      this.setAttributes(fd, entry, path)
      return true
    } finally {
      closeSync(fd)
    }
  }

  private setAttributes(fd: number, entry: FileEntry | HardlinkEntry, path: Buffer): void {
    const { report } = this.context
    const before = statOpen(fd)
    report.addNotSet(path, setAttributes(fd, entry))
    if (before.nlink < 2n) return
    noteChange(this.context, { before: stampOf(before), after: stampOf(statOpen(fd)) })
  }

  private link(anchor: Anchor, file: PlannedFile): SettledFile {
    const { folders, names } = this.context
    try {
      const from = folders.at(anchor.folder).pathOf(anchor.name)
      const folder = folders.at(file.folder)
      const to = folder.pathOf(file.name)
      if (file.over !== 'nothing' && isSameFile(from, to)) return { kind: 'written', touched: undefined, dataBytes: 0 }
      const before = stampOf(lstatSync(from, { bigint: true }))
      const touched = placeLink(from, folder.pathOf(names.next()), to, file.over)
      noteChange(this.context, { before, after: stampOf(lstatSync(to, { bigint: true })) })
      return { kind: 'written', touched, dataBytes: 0 }
    } catch (error) {
      return isTaken(error, file.over) ? { kind: 'taken' } : { kind: 'failed', failure: failureOf(error) }
    } finally {
      folders.trim()
    }
  }

  private settledLink(file: PlannedFile, settled: SettledFile): void {
    const { report } = this.context
    if (settled.kind === 'taken') {
      this.again(file)
      return
    }
    if (settled.kind === 'written') {
      report.files++
      this.placed(file, settled.touched)
    } else report.addFailed(file.path, settled.failure)
    this.done(file.entry)
  }
}

/** What a look at an existing file's bytes gave; `existing` as it was when that began. */
interface Compared {
  readonly existing: LocalEntry
  readonly isSame: boolean
  readonly hasSome: boolean
  readonly runs: Uint8Array
}

function seedOf(entry: FileEntry | HardlinkEntry, compared: Compared | undefined): Pick<PlannedFile, 'seed'> {
  return compared?.hasSome ? { seed: { name: entry.name, isSame: compared.runs } } : {}
}

/** Renaming one name of a file over another of the same file does nothing at all, and would leave the first. */
function isSameFile(one: LocalPath, other: LocalPath): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/** By way of a second name, as a link cannot replace anything itself. */
function placeLink(from: LocalPath, temporary: LocalPath, to: LocalPath, over: Over): OwnChange | undefined {
  if (over === 'nothing') {
    linkSync(from, to)
    return undefined
  }
  linkSync(from, temporary)
  try {
    return giveName(temporary, to, over)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
}
