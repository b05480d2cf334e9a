/**
 * The loop: a bed lives for some runs, each with one fault out of the seed, each judged; then everything that was acknowledged is
 * restored once more and a new bed is made.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '../bench/data/random.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { type Bed, openBed, removeBed } from './bed.ts'
import { type Fault, runFault, victims } from './faults.ts'
import { backupHistory, type History, histories } from './histories.ts'
import { judge, judgeAll } from './judge.ts'
import { emptyTally, runsOf, type Tally } from './tally.ts'

export interface TortureOptions {
  readonly seed: number
  readonly untilMs: number
  readonly now: () => number
  readonly maxRuns?: number
  /** Only these points; all unless told. */
  readonly points?: readonly CrashPoint[]
  /** Only these histories, by name; all unless told. */
  readonly histories?: readonly string[]
  /** The program to torture, when it is not this one. */
  readonly root?: string
  readonly say: (line: string) => void
}

const runsPerBed = 40
const complaintsMax = 200
/** How often a kind comes, out of their sum. */
const shares = { 'kill-at-point': 10, 'kill-twice': 2, 'kill-at-moment': 4, cut: 2, 'full-disk': 2 } as const
const momentMaxMs = 600
/** A backup sends about this much. */
const cutMaxBytes = 400_000
const diskBytes = 96 * 1024 * 1024

export async function runTorture(options: TortureOptions): Promise<Tally> {
  const tally = emptyTally(options.seed)
  const startMs = options.now()
  const isOver = () => options.now() >= options.untilMs || runsOf(tally) >= (options.maxRuns ?? Number.POSITIVE_INFINITY)
  for (let number = 0; !isOver(); number += 1) {
    try {
      await liveOneBed({ ...options, number, tally, isOver })
    } catch (error) {
      // What the harness cannot go on from is a finding too; the next bed is another one.
      const text = `seed ${options.seed}, bed ${number}: ${words(error)}`
      tally.complaints.push(text)
      options.say(text)
      if (tally.complaints.length > complaintsMax) break
    }
  }
  tally.elapsedMs = options.now() - startMs
  return tally
}

/** The first of two: what came while cleaning up is the consequence. */
function words(error: unknown): string {
  if (error instanceof SuppressedError) return words(error.suppressed)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

type BedLife = TortureOptions & { readonly number: number; readonly tally: Tally; readonly isOver: () => boolean }

async function liveOneBed(life: BedLife): Promise<void> {
  const { seed, number, tally, say } = life
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-torture-'))
  const disk = smallDisk()
  try {
    const root = life.root === undefined ? {} : { root: life.root }
    await using bed = await openBed({ folder, seed: seed * 1_000_003 + number, prepare: disk.mount, ...root })
    const routes = await learnRoutes(bed, life.histories)
    for (let run = 0; run < runsPerBed && !life.isOver(); run += 1) await oneRun(life, { bed, routes, run, disk })
    const { complaints, lost, restored } = await judgeAll(bed)
    tally.lost += lost
    tally.restored += restored
    tally.acknowledged += bed.acknowledged.size
    for (const point of bed.box.pointsEver()) tally.reached.add(point)
    tally.complaints.push(...complaints.map((text) => `seed ${seed}, bed ${number}, at its end: ${text}`))
    say(`bed ${number}: ${runsOf(tally)} runs, ${tally.lost} lost, ${tally.complaints.length} complaints`)
  } finally {
    disk.unmount()
    removeBed(folder)
  }
}

/** Which points each history passes, and how often: found out by running it once, unharmed. */
type Route = { readonly history: History; readonly points: ReadonlyMap<CrashPoint, number> }

async function learnRoutes(bed: Bed, only: readonly string[] | undefined): Promise<readonly Route[]> {
  await bed.backUp()
  const routes: Route[] = []
  for (const history of histories.filter(({ name }) => only?.includes(name) ?? true)) {
    await history.prepare?.(bed)
    await bed.box.strikeAt(undefined)
    await history.begin(bed).ended
    routes.push({ history, points: bed.box.pointsSince() })
  }
  return routes
}

type Run = { readonly bed: Bed; readonly routes: readonly Route[]; readonly run: number; readonly disk: SmallDisk }

async function oneRun(life: BedLife, { bed, routes, run, disk }: Run): Promise<void> {
  const { seed, number, tally, say } = life
  const random = new SeededRandom(seed, `bed ${number} run ${run}`)
  const chosen = chooseFault({ random, routes, only: life.points, disk })
  const name = `seed ${seed}, bed ${number}, run ${run}: ${chosen.route.history.name}, ${faultWords(chosen.fault)}`
  const hasStruck = await runFault(bed, chosen.route.history, chosen.fault)
  count(tally, chosen, hasStruck)
  const { complaints, lost, restored } = await judge(bed, hasStruck ? chosen.route.history.finish : undefined)
  tally.lost += lost
  tally.restored += restored
  for (const complaint of complaints) {
    tally.complaints.push(`${name}: ${complaint}`)
    say(`${name}: ${complaint}`)
  }
}

interface Chosen {
  readonly route: Route
  readonly fault: Fault
}

function chooseFault(choice: {
  readonly random: SeededRandom
  readonly routes: readonly Route[]
  readonly only: readonly CrashPoint[] | undefined
  readonly disk: SmallDisk
}): Chosen {
  const { random, routes, only, disk } = choice
  const passing = routes.filter(({ points }) => [...points.keys()].some((point) => only?.includes(point) ?? true))
  if (passing.length === 0) throw new Error('no history passes any of these points')
  const others = passing.filter(({ history }) => history !== backupHistory)
  const isBackup = others.length === 0 || (random.below(2) === 0 && others.length < passing.length)
  const route = isBackup ? passing.find(({ history }) => history === backupHistory)! : random.pick(others)
  const points = [...route.points.keys()].filter((point) => only?.includes(point) ?? true)
  const point = random.pick(points)
  const nth = 1 + random.below(route.points.get(point)!)
  const victim = random.pick(victims)
  const kind = only === undefined ? weighted(random) : 'kill-at-point'
  const fault = ((): Fault => {
    switch (kind) {
      case 'kill-at-point':
        return { kind, victim: random.below(2) === 0 ? 'box' : victim, point, nth }
      case 'kill-twice':
        return { kind, point, nth, second: random.pick(points) }
      case 'kill-at-moment':
        return { kind, victim, afterMs: random.below(momentMaxMs) }
      case 'cut':
        return { kind, afterBytes: Array.from({ length: 1 + random.below(3) }, () => 1 + random.below(cutMaxBytes)) }
      case 'full-disk':
        return disk.isThere() ? { kind, point, nth, ...disk } : { kind: 'kill-at-point', victim: 'box', point, nth }
      default:
        return kind satisfies never
    }
  })()
  return { route, fault }
}

function weighted(random: SeededRandom): keyof typeof shares {
  const sum = Object.values(shares).reduce((total, share) => total + share, 0)
  let left = random.below(sum)
  for (const [kind, share] of Object.entries(shares) as [keyof typeof shares, number][]) {
    left -= share
    if (left < 0) return kind
  }
  throw new Error('the shares do not add up')
}

function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case 'kill-at-point':
      return `kill -9 of the ${fault.victim} at ${fault.point} (${fault.nth})`
    case 'kill-twice':
      return `kill -9 of the box at ${fault.point} (${fault.nth}), then at ${fault.second}`
    case 'kill-at-moment':
      return `kill -9 of the ${fault.victim} after ${fault.afterMs} ms`
    case 'cut':
      return `the line cut after ${fault.afterBytes.join(', ')} bytes`
    case 'full-disk':
      return `the disk full at ${fault.point} (${fault.nth})`
    default:
      return fault satisfies never
  }
}

function count(tally: Tally, { route, fault }: Chosen, hasStruck: boolean): void {
  tally.histories[route.history.name] = (tally.histories[route.history.name] ?? 0) + 1
  if (!hasStruck) {
    tally.missed += 1
    return
  }
  tally.struck[fault.kind] += 1
  if (fault.kind === 'cut') tally.cuts += fault.afterBytes.length
  if ('point' in fault) tally.killsAt[fault.point] = (tally.killsAt[fault.point] ?? 0) + 1
}

/** A file system of its own for the repositories, so that it can fill up. Mounting needs root; without it no disk fills up. */
interface SmallDisk {
  readonly isThere: () => boolean
  readonly mount: (dataFolder: string) => void
  readonly unmount: () => void
  readonly file: string
  readonly makeRoom: () => void
}

function smallDisk(): SmallDisk {
  let repositories: string | undefined
  return {
    isThere: () => repositories !== undefined,
    get file() {
      return join(repositories!, 'filler')
    },
    mount(dataFolder) {
      if (process.getuid?.() !== 0) return
      const folder = join(dataFolder, 'repositories')
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder])
      repositories = folder
    },
    unmount() {
      if (repositories !== undefined) execFileSync('umount', ['-l', repositories])
      repositories = undefined
    },
    makeRoom() {
      rmSync(join(repositories!, 'filler'), { force: true })
    },
  }
}
