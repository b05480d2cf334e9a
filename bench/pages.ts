// npm run bench:pages [-- --customers 200 --devices 500 --runs 100000 --catalogue 2000000 --audit 1000000 --rounds 40 --folder DIR --keep]
//
// How long the server takes for each page and list of a full box: rows are written through the database, the real server is started over
// them, and one client asks for each address again and again. The time is the client's, on the same machine, over a connection that stays
// open: the server's work and the way there and back. Ends with 1 when an address takes more than 150 ms in the middle (median).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { openDatabase } from '../server/database/database.ts'
import { formatDatabaseUrl } from '../server/database/database-address.ts'
import { openPrivateMariaDb } from '../server/database/mariadb/private-mariadb.ts'
import { routeRules } from '../server/http/route-rules.ts'
import { systemClock } from '../server/runtime/clock.ts'
import { silentLog } from '../server/runtime/log.ts'
import { systemRandomness } from '../server/runtime/randomness.ts'
import { type FullBox, fillBox } from './full-box.ts'

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '200' },
    devices: { type: 'string', default: '500' },
    runs: { type: 'string', default: '100000' },
    catalogue: { type: 'string', default: '2000000' },
    audit: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '40' },
    folder: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const slowestMedianMs = 150
const warmRounds = 3
const email = 'bench@example.org'
const password = 'a password of the benchmark'
const program = join(import.meta.dirname, '../bin/holdfast')
const home = mkdtempSync(join(values.folder ?? tmpdir(), 'holdfast-pages-'))
/** Pages that open files of a repository, which this box has none of; and those of agents. */
const leftOut =
  /^GET \/(api\/agent|assets|versions\/:snapshotId\/(browse|file|zip|skipped)|api\/v1\/snapshots\/:snapshotId\/|healthz|readyz)/

const server = await openPrivateMariaDb({
  dataFolder: home,
  searchPath: process.env.PATH ?? '',
  temporaryFolders: [tmpdir()],
  memoryBytes: totalmem(),
  isRoot: process.getuid?.() === 0,
  clock: systemClock,
  log: silentLog,
})
const environment = {
  ...process.env,
  HOLDFAST_DATA: join(home, 'data'),
  HOLDFAST_PORT: '0',
  HOLDFAST_TLS: 'off',
  HOLDFAST_DATABASE_URL: formatDatabaseUrl(server.address),
}
try {
  const slow = await measureAll()
  if (slow.length > 0) {
    console.log(`More than ${slowestMedianMs} ms in the middle: ${slow.join(', ')}`)
    process.exitCode = 1
  }
} finally {
  await server.stop()
  if (!values.keep) rmSync(home, { recursive: true, force: true })
}

async function measureAll(): Promise<readonly string[]> {
  writeFileSync(join(home, 'password'), password)
  holdfast('setup', '--email', email, '--name', 'Bench', '--password-file', join(home, 'password'))
  const box = await fill()
  const child = spawn(program, ['serve', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    return await measure(await readyUrl(child.stdout), box)
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

async function fill(): Promise<FullBox> {
  const database = openDatabase({ address: server.address, randomness: systemRandomness })
  const began = performance.now()
  try {
    const counts = {
      customers: Number(values.customers),
      devices: Number(values.devices),
      runs: Number(values.runs),
      catalogue: Number(values.catalogue),
      audit: Number(values.audit),
    }
    const box = await fillBox(database.kysely, counts, Date.now())
    console.log(
      `${Object.entries(counts)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}: written in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    )
    return box
  } finally {
    await database.close()
  }
}

async function measure(url: string, box: FullBox): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const cookie = await signIn(url, agent)
  const rows: string[][] = []
  const slow: string[] = []
  const passedOver: string[] = []
  for (const path of addresses(box)) {
    const first = await get(url + path, agent, cookie)
    if (first.status !== 200) {
      passedOver.push(`${path} (${first.status})`)
      continue
    }
    const times: number[] = []
    for (let round = 0; round < warmRounds + Number(values.rounds); round += 1) {
      const { ms } = await get(url + path, agent, cookie)
      if (round >= warmRounds) times.push(ms)
    }
    times.sort((one, other) => one - other)
    const median = times[Math.floor(times.length / 2)]!
    const late = times[Math.min(times.length - 1, Math.floor(times.length * 0.99))]!
    if (median > slowestMedianMs) slow.push(path)
    rows.push([path, median.toFixed(1), late.toFixed(1), (first.bytes / 1024).toFixed(0)])
  }
  agent.destroy()
  rows.sort((one, other) => Number(other[1]) - Number(one[1]))
  for (const row of [['address', 'median ms', '99th ms', 'KiB'], ['---', '--:', '--:', '--:'], ...rows])
    console.log(`| ${row.join(' | ')} |`)
  if (passedOver.length > 0) console.log(`Not measured, as they answer with something else: ${passedOver.join(', ')}`)
  console.log(`${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`)
  return slow
}

/** Every address that answers to GET, with ids of this box; a few as people narrow them. */
function addresses({ ids, searches }: FullBox): readonly string[] {
  const plain = Object.keys(routeRules)
    .filter((key) => key.startsWith('GET ') && !leftOut.test(key))
    .map((key) => key.slice('GET '.length))
    .flatMap((path) => {
      const filled = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, (whole, name: string) => ids[name] ?? whole)
      return filled.includes(':') ? [] : [filled]
    })
  return [...new Set([...plain, ...searches])]
}

async function signIn(url: string, agent: Agent): Promise<string> {
  const answer = await get(`${url}/signin`, agent, '', new URLSearchParams({ email, password }).toString())
  if (answer.cookie === '') throw new Error(`signing in answered ${answer.status}`)
  return answer.cookie
}

function get(
  url: string,
  agent: Agent,
  cookie: string,
  form?: string,
): Promise<{ status: number; ms: number; bytes: number; cookie: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; ms: number; bytes: number; cookie: string }>()
  const began = performance.now()
  const headers = {
    accept: url.includes('/api/') ? 'application/json' : 'text/html',
    cookie,
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin }),
  }
  const sent = request(url, { agent, headers, method: form === undefined ? 'GET' : 'POST' }, (answer) => {
    let bytes = 0
    answer.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    answer.on('error', reject)
    answer.on('end', () => {
      const cookies = (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
      resolve({ status: answer.statusCode ?? 0, ms: performance.now() - began, bytes, cookie: cookies })
    })
  })
  sent.on('error', reject)
  sent.end(form)
  return promise
}

function holdfast(...words: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, words, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`holdfast ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}

async function readyUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    if (!line.includes('"ready"')) continue
    const { url } = JSON.parse(line)
    return String(url)
  }
  throw new Error('the server ended before it was ready')
}
