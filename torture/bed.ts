/**
 * One box, one computer, one folder, and what the box has said it holds. Kept warm from run to run: only what was killed is started
 * again.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom } from '../bench/data/random.ts'
import { describeTree, type TreeLine } from '../tests/support/compare-trees.ts'
import { type BoxProcess, openBoxProcess } from './box-process.ts'
import { type AgentEnd, type Computer, computerAt, type StartedAgent, summaryOf } from './computer.ts'
import { keepAllByRules } from './let-go.ts'
import { changeSource, makeSource } from './source-tree.ts'
import type { Steps } from './steps.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export type TreeState = ReadonlyMap<string, TreeLine>

export interface Bed extends AsyncDisposable {
  readonly folder: string
  readonly random: SeededRandom
  readonly box: BoxProcess
  readonly line: TcpProxy
  readonly steps: Steps
  readonly computer: Computer
  readonly source: string
  readonly customer: string
  /** Versions that the box acknowledged, with what they must give back; those that were let go are out of it. */
  readonly acknowledged: Map<string, TreeState>
  /** Everything that was ever sent: what an unacknowledged version may hold. */
  readonly attempted: TreeState[]
  /** By the box's clock, since the bed was made. */
  daysPassed: number
  /** What the plan of a prune without waits showed. */
  pruneConfirmedBytes: number
  hasCopy: boolean
  /** Packs that were damaged on purpose: a repair puts their files aside, and there they stay. */
  readonly quarantined: Set<string>
  /** How many versions were ever acknowledged. */
  acknowledgedEver: number
  /** Where the line leads: to the bed's own box, or to what came in its place. */
  readonly connectTo: (box: BoxProcess) => void
  /** Changes the folder and begins a backup of it. */
  readonly startBackup: () => Backup
  /** The same to its end, in this process. */
  readonly backUp: () => Promise<AgentEnd>
}

export interface Backup extends StartedAgent {
  /** Waits for its end, and remembers what was acknowledged. */
  readonly outcome: () => Promise<AgentEnd>
}

export const backupWords = ['backup', '--json'] as const
export const login = { email: 'ann@example.org', password: 'correct horse battery staple' } as const

export async function openBed(options: {
  readonly folder: string
  readonly seed: number
  readonly steps: Steps
  readonly root?: string
  /** A folder that is there already. */
  readonly source?: string
  /** Mounts something else below the data folder before the box starts. */
  readonly prepare?: (dataFolder: string) => void
}): Promise<Bed> {
  const { folder, seed, steps } = options
  const root = options.root === undefined ? {} : { root: options.root }
  const random = new SeededRandom(seed, 'torture')
  const dataFolder = join(folder, 'data')
  const source = options.source ?? join(folder, 'source')
  const stateFolder = join(folder, 'agent')
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  mkdirSync(stateFolder, { recursive: true })
  options.prepare?.(dataFolder)
  if (options.source === undefined) makeSource(source, random)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, login.password)

  await using opened = new AsyncDisposableStack()
  const box = openBoxProcess({ dataFolder, pointsFile: join(folder, 'points'), ...root })
  opened.defer(() => box.close())
  await box.start()
  const { result } = await box.command('setup', { email: login.email, name: 'Ann', 'password-file': passwordFile })
  let target = box
  const line = opened.use(await openTcpProxy(() => target.port()))
  const computer = computerAt(stateFolder, root)
  await succeed(computer, ['connect', `http://127.0.0.1:${line.port}`, '--user', login.email, '--password-file', passwordFile])
  await succeed(computer, ['add', source])
  await keepAllByRules({ box })

  const acknowledged = new Map<string, TreeState>()
  const attempted: TreeState[] = []
  let round = 0
  const remember = (end: AgentEnd, state: TreeState) => {
    if (end.exitCode !== 0 && end.exitCode !== 3) return
    const { snapshot } = summaryOf(end) as { snapshot?: { id?: string } }
    if (snapshot?.id === undefined) throw new Error(`a backup that ended well names no version: ${end.output}`)
    acknowledged.set(snapshot.id, state)
    bed.acknowledgedEver += 1
  }
  const change = (): TreeState => {
    round += 1
    changeSource(source, round, random)
    const state = describeTree(source)
    attempted.push(state)
    return state
  }
  const closing = opened.move()
  const bed: Bed = {
    folder,
    random,
    box,
    line,
    steps,
    computer,
    source,
    customer: (result.customer as { id: string }).id,
    acknowledged,
    attempted,
    daysPassed: 0,
    pruneConfirmedBytes: 0,
    hasCopy: false,
    acknowledgedEver: 0,
    connectTo(other) {
      target = other
    },
    quarantined: new Set(),
    startBackup() {
      const state = change()
      const started = computer.start(backupWords)
      const outcome = async () => {
        const end = await started.ended
        remember(end, state)
        return end
      }
      return { ...started, outcome }
    },
    async backUp() {
      const state = change()
      const end = await computer.run(backupWords)
      remember(end, state)
      return end
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
  return bed
}

async function succeed(computer: Computer, words: readonly string[]): Promise<void> {
  const end = await computer.run(words)
  if (end.exitCode !== 0) throw new Error(`holdfast-agent ${words[0]} ended with ${end.exitCode}: ${end.output}${end.errors}`)
}

export function removeBed(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
