/** A box, a computer that it backs up, and what happens to the box's database. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { connectionOptions } from '../../server/database/database.ts'
import { type DatabaseAddress, parseDatabaseUrl } from '../../server/database/database-address.ts'
import { findSocketPlace } from '../../server/runtime/socket-place.ts'
import { type AgentAtBox, agentAtBox } from './agent-at-box.ts'
import { type RunningBox, runHoldfast, type StartBoxOptions, startBox } from './start-box.ts'

export const job = 'office'
const filesPerVersion = 6
const fileBytes = 700_000

export interface Rebuilt {
  readonly people: { readonly kind: string }
  readonly repositories: readonly { readonly versions: number }[]
}

export class BoxAndAgent implements AsyncDisposable {
  box: RunningBox
  readonly agent: AgentAtBox
  private readonly source: string
  /** A folder of the test's own. */
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast story '))
  private written = 0

  private constructor(box: RunningBox, agent: AgentAtBox) {
    this.box = box
    this.agent = agent
    this.source = join(agent.home, 'source')
    mkdirSync(this.source)
  }

  static async open(options: StartBoxOptions): Promise<BoxAndAgent> {
    const box = await startBox(options)
    const opened = new BoxAndAgent(box, await agentAtBox(box))
    opened.writeFiles()
    await opened.agent.succeed(['add', opened.source, '--job', job])
    await opened.backUp()
    return opened
  }

  /** Files that the next version has, and the one before it had not. */
  writeFiles(): void {
    this.written += 1
    for (let file = 0; file < filesPerVersion; file += 1)
      writeFileSync(join(this.source, `${this.written}-${file}`), randomBytes(fileBytes))
  }

  async backUp(): Promise<void> {
    await this.agent.succeed(['backup', '--job', job, '--json'])
  }

  async versions(): Promise<readonly string[]> {
    const { output } = await this.agent.succeed(['snapshots', '--json'])
    const { snapshots } = JSON.parse(output) as { readonly snapshots: readonly { readonly id: string }[] }
    return snapshots.map(({ id }) => id)
  }

  /** The newest version's files, and the files as they are. */
  async restoredAndOwn(): Promise<readonly [Record<string, string>, Record<string, string>]> {
    const to = join(this.folder, 'restored')
    rmSync(to, { recursive: true, force: true })
    await this.agent.succeed(['restore', 'latest', '--to', to])
    return [contentsOf(join(to, this.source)), contentsOf(this.source)]
  }

  holdfast(...words: string[]) {
    return runHoldfast(words, { ...this.box.environment })
  }

  async rebuild(): Promise<Rebuilt> {
    const ended = await this.holdfast('rebuild', '--json')
    if (ended.exitCode !== 0) throw new Error(`rebuild ended with ${ended.exitCode}: ${ended.output}${ended.errors}`)
    return JSON.parse(ended.output) as Rebuilt
  }

  async dropDatabase(): Promise<void> {
    const { database, ...server } = connectionOptions(this.address())
    const connection = await mysql.createConnection(server)
    await connection.query(`DROP DATABASE \`${database}\``)
    await connection.end()
  }

  /** At the address that the computer knows. */
  async restart(): Promise<void> {
    this.box = await this.box.restart()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent[Symbol.dispose]()
    await this.box[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private address(): DatabaseAddress {
    const { dataFolder, environment } = this.box
    const url = environment.HOLDFAST_DATABASE_URL
    if (url !== undefined) return parseDatabaseUrl(url)
    const socketPath = findSocketPlace({ dataFolder, name: 'mysql' })!
    return { endpoint: { socketPath }, user: 'root', password: '', database: 'holdfast' }
  }
}

function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]))
}
