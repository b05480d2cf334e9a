// Files: handed on to be written, left alone, or compared first with what lies there.

import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import { type Compared, compareExisting, type FilePlacingContext, type FileToPlace, isKnownSame } from './existing-file.ts'
import type { FileQueue } from './file-queue.ts'
import type { OwnChange } from './give-name.ts'
import { type Anchor, HardlinkGroups } from './hardlink-groups.ts'
import { placeHardlink } from './hardlink-placing.ts'
import { lookAt } from './local-entry.ts'
import { decideCompared, isSameSize } from './overwrite.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import { failureOf, isOfOneFile } from './restore-report.ts'
import { everyNameTaken, type FolderState, findSpot, noteChange, notePlaced, overExisting, triesAfterTaken } from './spot.ts'

/** Existing files being read at once; each is open. */
const comparedAtOnce = 64

/** A file on its way to its place. */
interface Placing extends FileToPlace {
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
        const settled =
          step.kind === 'fail' ? { ...step, kind: 'failed' as const } : placeHardlink(this.context, step.anchor, step.file)
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
      if (isKnownSame(this.context, placing)) {
        this.leave({ folder: parent.place, name: entry.name }, entry)
        this.done(entry)
        return
      }
      const compared = await this.compareClaimed(placing)
      const existing = compared?.existing ?? lookAt(folders.at(parent.place).pathOf(entry.name))
      // It was a file when it was looked at.
      if (existing === undefined) return this.plan(queue, placing, { name: entry.name, over: 'nothing' })
      if (existing.kind !== 'file') return this.again({ ...placing, folder: parent.place, over: existing.stamp })
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
    const { parent, entry } = placing
    for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
      const name = besideName(entry.name, attempt)
      const there = lookAt(this.context.folders.at(parent.place).pathOf(name))
      if (!there) return this.plan(queue, placing, { name, over: 'nothing', ...seed })
      if (there.kind !== 'file' || !isSameSize(entry, there)) continue
      if (!(await compareExisting(this.context, placing, name))?.isSame) continue
      this.context.report.unchanged++
      this.done(entry)
      return
    }
    throw everyNameTaken()
  }

  /** While a name is looked at, no other of its file is written: it may be the one that they link to. */
  private async compareClaimed(placing: Placing): Promise<Compared | undefined> {
    const { parent, entry } = placing
    if (entry.type !== 'hardlink') return compareExisting(this.context, placing)
    this.groups.beginComparing(entry)
    try {
      const compared = await compareExisting(this.context, placing)
      if (compared?.isSame) this.groups.found({ folder: parent.place, name: entry.name }, entry)
      return compared
    } finally {
      this.groups.endComparing(entry)
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

function seedOf(entry: FileEntry | HardlinkEntry, compared: Compared | undefined): Pick<PlannedFile, 'seed'> {
  return compared?.hasSome ? { seed: { name: entry.name, isSame: compared.runs } } : {}
}
