/**
 * The loop: a bed lives for some runs, each with one fault out of the seed, each judged; then everything that was acknowledged is
 * restored once more and a new bed is made.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '../bench/data/random.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { isBackToBaseline, measureBaseline } from './baseline.ts'
import { type Bed, openBed, removeBed } from './bed.ts'
import { type Chosen, chooseFault, faultWords, type Route } from './choose-fault.ts'
import { runFault } from './faults.ts'
import { histories } from './histories.ts'
import type { History } from './history.ts'
import { type Judgement, judge, judgeAll } from './judge.ts'
import { prepareRecovery, recoverOnce } from './recovering.ts'
import { type SmallDisk, smallDisk } from './small-disk.ts'
import { countSteps, type Steps, within } from './steps.ts'
import { emptyTally, type FaultKind, faultKinds, runsOf, type Tally } from './tally.ts'

export interface TortureOptions {
  readonly seed: number
  readonly untilMs: number
  readonly now: () => number
  readonly maxRuns?: number
  /** Only these points; all unless told. */
  readonly points?: readonly CrashPoint[]
  /** Only these kinds of faults; all unless told. */
  readonly faults?: readonly FaultKind[]
  /** Only these histories, by name; all unless told. */
  readonly histories?: readonly string[]
  /** The program to torture, when it is not this one. */
  readonly root?: string
  readonly say: (line: string) => void
  /** From time to time, so that a run that is ended counts as well. */
  readonly keep?: (tally: Tally) => void
}

const runsPerBed = 40
const recoveriesPerBed = 5
const complaintsMax = 200
/** A run takes seconds; one that takes this long hangs, and its bed is given up. */
const runPatienceMs = 1_200_000
const heartbeatMs = 30_000

export async function runTorture(options: TortureOptions): Promise<Tally> {
  const tally = emptyTally(options.seed)
  const startMs = options.now()
  const steps = countSteps(options.now)
  const settle = () => {
    tally.elapsedMs = options.now() - startMs
    Object.assign(tally.spentMs, steps.spentMs())
  }
  const heartbeat = setInterval(() => {
    const minutes = ((options.now() - startMs) / 60_000).toFixed(1)
    options.say(
      `${minutes} min: ${runsOf(tally)} runs, ${tally.lost} lost, ${tally.complaints.length} complaints; ${steps.now()}`,
    )
    settle()
    options.keep?.(tally)
  }, heartbeatMs)
  const isOver = () => options.now() >= options.untilMs || runsOf(tally) >= (options.maxRuns ?? Number.POSITIVE_INFINITY)
  const learned: Learned = { routes: undefined, recovery: undefined }
  for (let number = 0; !isOver(); number += 1) {
    try {
      await liveOneBed({ ...options, number, tally, steps, learned, isOver })
    } catch (error) {
      // What the harness cannot go on from is a finding too; the next bed is another one.
      const text = `seed ${options.seed}, bed ${number}: ${words(error)}`
      tally.complaints.push(text)
      options.say(text)
      if (tally.complaints.length > complaintsMax) break
    }
  }
  clearInterval(heartbeat)
  settle()
  return tally
}

/** The first of two: what came while cleaning up is the consequence. */
function words(error: unknown): string {
  if (error instanceof SuppressedError) return words(error.suppressed)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

interface BedLife extends TortureOptions {
  readonly number: number
  readonly tally: Tally
  readonly steps: Steps
  /** By the first bed, for all. */
  readonly learned: Learned
  readonly isOver: () => boolean
}

async function liveOneBed(life: BedLife): Promise<void> {
  const { seed, number, tally, steps, say } = life
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-torture-'))
  const disk = smallDisk()
  try {
    const root = life.root === undefined ? {} : { root: life.root }
    steps.begin('make a bed')
    await using bed = await openBed({ folder, seed: seed * 1_000_003 + number, steps, prepare: disk.mount, ...root })
    await bed.backUp()
    life.learned.routes ??= await learnRoutes(life, bed)
    const { routes } = life.learned
    for (let run = 0; run < runsPerBed && !life.isOver(); run += 1)
      await patiently(life, oneRun(life, { bed, routes, run, disk }))
    addJudgement(life, `seed ${seed}, bed ${number}, at its end`, await patiently(life, judgeAll(bed)))
    if (life.histories === undefined) await endOfBed(life, bed)
    tally.acknowledged += bed.acknowledgedEver
    for (const point of bed.box.pointsEver()) tally.reached.add(point)
    say(`bed ${number}: ${runsOf(tally)} runs, ${tally.lost} lost, ${tally.complaints.length} complaints`)
  } finally {
    disk.unmount()
    removeBed(folder)
  }
}

/** What it left on its disk, and what a copy of it and a sheet of paper make of it. */
async function endOfBed(life: BedLife, bed: Bed): Promise<void> {
  const { seed, number, tally, say } = life
  const baseline = await patiently(life, measureBaseline(bed))
  tally.baselines.push(baseline)
  if (!isBackToBaseline(baseline)) {
    const complaint = `seed ${seed}, bed ${number}: ${baseline.usedBytes} bytes are left where ${baseline.neededBytes} are needed`
    tally.complaints.push(complaint)
    say(complaint)
  }
  await patiently(life, prepareRecovery(bed))
  const random = new SeededRandom(seed, `bed ${number} recoveries`)
  for (let round = 0; round < recoveriesPerBed; round += 1) {
    const isFirst = life.learned.recovery === undefined
    const done = await patiently(life, recoverOnce(bed, random, life.learned.recovery))
    life.learned.recovery ??= done.passed
    for (const point of done.passed.keys()) tally.reached.add(point)
    if (!isFirst) countRecovery(tally, done.killedAt)
    addJudgement(life, `seed ${seed}, bed ${number}, recovery ${round}: ${done.words}`, done)
  }
}

function patiently<Result>({ steps }: BedLife, work: Promise<Result>): Promise<Result> {
  return within(work, runPatienceMs, steps.now)
}

interface Learned {
  routes: readonly Route[] | undefined
  recovery: ReadonlyMap<CrashPoint, number> | undefined
}

async function learnRoutes(life: BedLife, bed: Bed): Promise<readonly Route[]> {
  const { histories: only } = life
  const routes: Route[] = []
  for (const history of histories.filter(({ name }) => only?.includes(name) ?? true)) {
    routes.push({ history, points: await patiently(life, learnPoints(bed, history)) })
  }
  return routes
}

async function learnPoints(bed: Bed, history: History): Promise<ReadonlyMap<CrashPoint, number>> {
  bed.steps.begin(`prepare ${history.name}`)
  await history.prepare?.(bed)
  await bed.box.strikeAt(undefined)
  bed.steps.begin(`learn ${history.name}`)
  await history.begin(bed).ended
  return bed.box.pointsSince()
}

type Run = { readonly bed: Bed; readonly routes: readonly Route[]; readonly run: number; readonly disk: SmallDisk }

async function oneRun(life: BedLife, { bed, routes, run, disk }: Run): Promise<void> {
  const { seed, number, tally } = life
  const random = new SeededRandom(seed, `bed ${number} run ${run}`)
  const chosen = chooseFault({ random, routes, only: life.points, kinds: life.faults ?? faultKinds, disk })
  const name = `seed ${seed}, bed ${number}, run ${run}: ${chosen.route.history.name}, ${faultWords(chosen.fault)}`
  const struck = await runFault(bed, chosen.route.history, chosen.fault)
  count(tally, chosen, struck)
  addJudgement(life, name, await judge(bed, struck > 0 ? chosen.route.history.finish : undefined))
}

function addJudgement({ tally, say }: BedLife, name: string, { complaints, lost, restored }: Judgement): void {
  tally.lost += lost
  tally.restored += restored
  for (const complaint of complaints) {
    tally.complaints.push(`${name}: ${complaint}`)
    say(`${name}: ${complaint}`)
  }
}

function countRecovery(tally: Tally, killedAt: readonly CrashPoint[]): void {
  tally.histories.recover = (tally.histories.recover ?? 0) + 1
  if (killedAt.length === 0) tally.missed += 1
  else tally.struck[killedAt.length > 1 ? 'kill-twice' : 'kill-at-point'] += 1
  if (killedAt.length > 1) tally.fellTwice += 1
  for (const point of killedAt) tally.killsAt[point] = (tally.killsAt[point] ?? 0) + 1
}

function count(tally: Tally, { route, fault }: Chosen, struck: number): void {
  tally.histories[route.history.name] = (tally.histories[route.history.name] ?? 0) + 1
  if (struck === 0) {
    tally.missed += 1
    return
  }
  tally.struck[fault.kind] += 1
  if (fault.kind === 'cut') tally.cuts += struck
  if (fault.kind === 'kill-twice' && struck > 1) tally.fellTwice += 1
  if ('point' in fault) tally.killsAt[fault.point] = (tally.killsAt[fault.point] ?? 0) + 1
}
