/**
 * The box is gone with its whole data folder. `recover` makes it anew from the second copy and the server's kit, is killed on the way,
 * called again until it ends; then that box is judged like the one it was. The computer never notices.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededRandom } from '../bench/data/random.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import type { Bed } from './bed.ts'
import { isCrashPoint, type Strike, struckLine } from './box-orders.ts'
import { boxEnvironment, nodeWords, openBoxProcess } from './box-process.ts'
import { addCopy, copyFolder } from './histories.ts'
import { type Judgement, judge } from './judge.ts'
import { signIn } from './let-go.ts'
import { dayMs } from './time-travel.ts'

export interface RecoverRound extends Judgement {
  /** Where it was killed, one after the other. */
  readonly killedAt: readonly CrashPoint[]
  readonly words: string
}

const patienceMs = 400_000
const attemptsMax = 4

/** What the copy must hold, before the box is lost. */
export async function prepareRecovery(bed: Bed): Promise<void> {
  const { box } = bed
  bed.steps.begin('recover: copy and kit')
  if (!bed.hasCopy) await addCopy(bed)
  await box.command('self-backup')
  const copied = await box.command('copy run')
  if (copied.exitCode !== 0) throw new Error(`copy run: ${JSON.stringify(copied.result)}`)
  const { result } = await box.command('recovery-kit', { server: true })
  writeFileSync(kitFile(bed), String(result.kit))
  await box.stop()
}

/** Each round is a new recovery from the same copy. The points that the first, unharmed one passes are what the others choose from. */
export async function recoverOnce(
  bed: Bed,
  random: SeededRandom,
  points: ReadonlyMap<CrashPoint, number> | undefined,
): Promise<RecoverRound & { readonly passed: ReadonlyMap<CrashPoint, number> }> {
  const dataFolder = join(bed.folder, 'recovered')
  const pointsFile = join(bed.folder, 'recover points')
  const agentAside = join(bed.folder, 'agent aside')
  rmSync(pointsFile, { force: true })
  writeFileSync(pointsFile, '')
  const kills: Strike[] = points === undefined ? [] : chooseKills(random, points)
  bed.steps.begin(`recover: ${kills.map(({ point }) => point).join(', ')}`)
  const box = openBoxProcess({ dataFolder, pointsFile })
  const known = new Map(bed.acknowledged)
  cpSync(bed.computer.stateFolder, agentAside, { recursive: true })
  try {
    await recoverUntilDone({ bed, dataFolder, pointsFile, kills })
    const passed = countPoints(pointsFile)
    const killedAt = strucksIn(pointsFile)
    const words = `recover, killed at ${killedAt.join(' and ') || 'nothing'}`
    box.setClock(bed.daysPassed * dayMs)
    await box.start()
    bed.connectTo(box)
    await signIn({ box })
    const judgement = await judge({ ...bed, box })
    return { ...judgement, killedAt, words, passed }
  } finally {
    bed.connectTo(bed.box)
    await box.close()
    rmSync(dataFolder, { recursive: true, force: true })
    // For the computer, this box never was.
    rmSync(bed.computer.stateFolder, { recursive: true })
    cpSync(agentAside, bed.computer.stateFolder, { recursive: true })
    rmSync(agentAside, { recursive: true })
    bed.acknowledged.clear()
    for (const [id, state] of known) bed.acknowledged.set(id, state)
  }
}

function chooseKills(random: SeededRandom, points: ReadonlyMap<CrashPoint, number>): Strike[] {
  const count = 1 + random.below(2)
  return Array.from({ length: count }, () => {
    const point = random.pick([...points.keys()])
    return { point, nth: 1 + random.below(points.get(point)!), blow: { kind: 'kill' } }
  })
}

async function recoverUntilDone(work: {
  readonly bed: Bed
  readonly dataFolder: string
  readonly pointsFile: string
  readonly kills: Strike[]
}): Promise<void> {
  const { bed, dataFolder, kills } = work
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const { exitCode, errors } = await runRecover({ ...work, strike: kills.shift() })
    if (exitCode === 0) return
    if (exitCode !== null) throw new Error(`recover ended with ${exitCode}: ${errors}`)
    // Killed after its very last step: the box is whole, and nothing is left to go on with.
    if (existsSync(join(dataFolder, 'self')) && !existsSync(join(dataFolder, 'recovering'))) return
  }
  throw new Error(`recover did not come to its end in ${bed.folder}`)
}

async function runRecover(work: {
  readonly bed: Bed
  readonly dataFolder: string
  readonly pointsFile: string
  readonly strike: Strike | undefined
}): Promise<{ readonly exitCode: number | null; readonly errors: string }> {
  const { bed, dataFolder, pointsFile, strike } = work
  const program = join(import.meta.dirname, 'recover-program.ts')
  const words = [program, pointsFile, String(bed.daysPassed * dayMs), copyFolder(bed), kitFile(bed)]
  const child = spawn(process.execPath, [...nodeWords, ...words, ...(strike === undefined ? [] : [JSON.stringify(strike)])], {
    env: boxEnvironment(dataFolder),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGABRT',
  })
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (signal !== null && signal !== 'SIGKILL') throw new Error(`recover did not end in ${patienceMs / 1000} s: ${errors}`)
  return { exitCode, errors }
}

function kitFile({ folder }: Bed): string {
  return join(folder, 'server kit.txt')
}

function countPoints(file: string): ReadonlyMap<CrashPoint, number> {
  const counts = new Map<CrashPoint, number>()
  for (const line of readFileSync(file, 'latin1').split('\n').filter(isCrashPoint)) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

/** The line before a strike is its point. */
function strucksIn(file: string): readonly CrashPoint[] {
  const lines = readFileSync(file, 'latin1').split('\n')
  return lines.flatMap((line, at) => (line === struckLine ? lines.slice(at - 1, at).filter(isCrashPoint) : []))
}
