// One restore from its plan to its last folder's time: planning and transfer side by side, links to files with several names and
// files whose name was taken meanwhile in further rounds, folders at the end.

import type { PlaintextSource } from '../repository/plaintext-source.ts'
import type { PlacedItems } from './destination.ts'
import { FilePlacing } from './file-placing.ts'
import { FileQueue } from './file-queue.ts'
import { FolderPlacing } from './folder-placing.ts'
import { closeRoots, Folders } from './folders.ts'
import type { PlannedFile } from './planned-file.ts'
import { Planner } from './planner.ts'
import { ReplacedFolders } from './replaced-folders.ts'
import type { RestoreOptions } from './restore.ts'
import type { RestoreReport } from './restore-report.ts'
import { attemptsPrefix, TemporaryNames, temporaryPrefix } from './temporary-names.ts'
import { Transfer } from './transfer.ts'
import { WritingPool } from './writing-pool.ts'

const threadsByDefault = 2
const progressEveryMs = 100

export class RestoreRun {
  private readonly options: RestoreOptions
  private readonly placed: PlacedItems
  private readonly report: RestoreReport
  private readonly folders: Folders
  private readonly pool: WritingPool
  private readonly folderPlacing: FolderPlacing
  private readonly filePlacing: FilePlacing
  private readonly planner: Planner
  private readonly transfer: Transfer
  private readonly replacedFolders = new ReplacedFolders()
  private readonly broken = new AbortController()
  private shownMs = Number.NEGATIVE_INFINITY

  constructor(options: RestoreOptions, placed: PlacedItems, plaintexts: PlaintextSource, report: RestoreReport) {
    const { secrets, records, verify, overwrite } = options
    this.options = options
    this.placed = placed
    this.report = report
    const signal = options.signal ? AbortSignal.any([options.signal, this.broken.signal]) : this.broken.signal
    const attempts = options.attempt && attemptsPrefix(options.attempt.of)
    const prefix = temporaryPrefix(options.randomBytes, attempts)
    const names = new TemporaryNames(prefix, 'm-')
    this.folders = new Folders(placed.roots)
    const threads = options.threads ?? threadsByDefault
    this.pool = new WritingPool({ secrets, roots: placed.roots, temporaryPrefix: prefix, verify, threads })
    const placing = {
      folders: this.folders,
      names,
      report,
      rule: overwrite,
      replacing: options.replacing,
      ownChanges: new Set<string>(),
      replacedFolders: this.replacedFolders,
      isLeft: options.attempt?.isFirst === false ? leftTest(attempts, prefix) : undefined,
    }
    this.folderPlacing = new FolderPlacing(placing)
    this.filePlacing = new FilePlacing({ ...placing, plaintexts, pool: this.pool })
    this.planner = new Planner({ ...placing, records, secrets, signal }, this.folderPlacing, this.filePlacing)
    this.transfer = new Transfer({
      ...{ records, plaintexts, pool: this.pool, folders: this.folders, names, signal },
      goesOn: () => report.stopped === undefined,
      onReceived: (bytes) => report.addReceived(bytes),
      onPiece: (bytes) => {
        report.bytesUnderWay += bytes
        this.showProgress()
      },
      onSettled: (file, settled, notSet) => {
        report.addNotSet(file.path, notSet)
        this.filePlacing.settled(file, settled)
        this.folders.trim()
        this.showProgress()
      },
    })
  }

  async finish(): Promise<void> {
    try {
      await this.round((queue) => this.plan(queue))
      for (let files = this.linkWaiting(); files.length > 0 || this.filePlacing.hasTaken; files = this.linkWaiting()) {
        await this.round(async (queue) => {
          for (const file of files) await queue.push(file)
          await this.filePlacing.placeTaken(queue)
        })
      }
    } finally {
      await this.folderPlacing.finish()
      await this.replacedFolders.sync(this.folders)
    }
    this.options.onProgress?.(this.report.progress())
  }

  async close(): Promise<void> {
    await this.pool.close()
    this.folders.close()
    closeRoots(this.placed.roots)
  }

  private async plan(queue: FileQueue): Promise<void> {
    for (const item of this.placed.items) await this.planner.plan(queue, item)
    await this.filePlacing.settle()
    this.report.isTotalKnown = true
  }

  /** Makes the links that can be made by now; the names that have to be written first. */
  private linkWaiting(): readonly PlannedFile[] {
    const files: PlannedFile[] = []
    this.filePlacing.linkWaiting((file) => files.push(file))
    return files
  }

  /** Plans and transfers side by side; whichever fails ends the other. */
  private async round(plan: (queue: FileQueue) => Promise<void>): Promise<void> {
    const queue = new FileQueue()
    const planning = plan(queue).finally(() => queue.close())
    const transferring = this.transfer.run(queue)
    const results = await Promise.allSettled([this.orBreak(planning), this.orBreak(transferring)])
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (failures.length > 0) throw failures.find((failure) => failure !== this.broken.signal.reason) ?? failures[0]
  }

  private async orBreak(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.broken.abort()
      throw error
    }
  }

  private showProgress(): void {
    const nowMs = performance.now()
    if (!this.options.onProgress || nowMs - this.shownMs < progressEveryMs) return
    this.shownMs = nowMs
    this.options.onProgress(this.report.progress())
  }
}

function leftTest(attempts: string | undefined, own: string): ((name: Buffer) => boolean) | undefined {
  if (attempts === undefined) return undefined
  return (name) => {
    const text = name.toString('latin1')
    return text.startsWith(attempts) && !text.startsWith(own)
  }
}
