/**
 * One box, one computer, one folder, and what the box has said it holds. Kept warm from run to run: only what was killed is started
 * again.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom } from '../bench/data/random.ts'
import { describeTree, type TreeLine } from '../tests/support/compare-trees.ts'
import { type BoxProcess, openBoxProcess } from './box-process.ts'
import { type AgentEnd, type Computer, computerAt, type StartedAgent, summaryOf } from './computer.ts'
import { changeSource, makeSource } from './source-tree.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export type TreeState = ReadonlyMap<string, TreeLine>

export interface Bed extends AsyncDisposable {
  readonly folder: string
  readonly random: SeededRandom
  readonly box: BoxProcess
  readonly line: TcpProxy
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
  readonly root?: string
  /** Mounts something else below the data folder before the box starts. */
  readonly prepare?: (dataFolder: string) => void
}): Promise<Bed> {
  const { folder, seed } = options
  const root = options.root === undefined ? {} : { root: options.root }
  const random = new SeededRandom(seed, 'torture')
  const dataFolder = join(folder, 'data')
  const source = join(folder, 'source')
  const stateFolder = join(folder, 'agent')
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  mkdirSync(stateFolder, { recursive: true })
  options.prepare?.(dataFolder)
  makeSource(source, random)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, login.password)

  await using opened = new AsyncDisposableStack()
  const box = openBoxProcess({ dataFolder, pointsFile: join(folder, 'points'), ...root })
  opened.defer(() => closeBox(box))
  await box.start()
  const { result } = await box.command('setup', { email: login.email, name: 'Ann', 'password-file': passwordFile })
  const line = opened.use(await openTcpProxy(box.port))
  const computer = computerAt(stateFolder, root)
  await succeed(computer, ['connect', `http://127.0.0.1:${line.port}`, '--user', login.email, '--password-file', passwordFile])
  await succeed(computer, ['add', source])

  const acknowledged = new Map<string, TreeState>()
  const attempted: TreeState[] = []
  let round = 0
  const remember = (end: AgentEnd, state: TreeState) => {
    if (end.exitCode !== 0 && end.exitCode !== 3) return
    const { snapshot } = summaryOf(end) as { snapshot?: { id?: string } }
    if (snapshot?.id === undefined) throw new Error(`a backup that ended well names no version: ${end.output}`)
    acknowledged.set(snapshot.id, state)
  }
  const change = (): TreeState => {
    round += 1
    changeSource(source, round, random)
    const state = describeTree(source)
    attempted.push(state)
    return state
  }
  const closing = opened.move()
  return {
    folder,
    random,
    box,
    line,
    computer,
    source,
    customer: (result.customer as { id: string }).id,
    acknowledged,
    attempted,
    daysPassed: 0,
    pruneConfirmedBytes: 0,
    hasCopy: false,
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
}

async function succeed(computer: Computer, words: readonly string[]): Promise<void> {
  const end = await computer.run(words)
  if (end.exitCode !== 0) throw new Error(`holdfast-agent ${words[0]} ended with ${end.exitCode}: ${end.output}${end.errors}`)
}

/** The box, and the database that a killed box leaves behind. */
async function closeBox(box: BoxProcess): Promise<void> {
  const databasePid = readPid(box)
  await box.stop()
  if (databasePid === undefined) return
  try {
    process.kill(databasePid, 'SIGKILL')
  } catch {
    // It ended with its box.
  }
}

function readPid({ dataFolder }: BoxProcess): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataFolder, 'mysql.pid'), 'utf8'))
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    return words.includes(join(dataFolder, 'mysql')) ? pid : undefined
  } catch {
    return undefined
  }
}

export function removeBed(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
