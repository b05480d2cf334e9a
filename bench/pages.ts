// npm run bench:pages [-- --customers 200 --devices 500 --runs 100000 --catalogue 2000000 --audit 1000000 --rounds 40 --box DIR --only TEXT]
//
// How long the server takes for each page and list of a full box: rows are written through the database, the real server is started over
// them, and one client asks for each address again and again, first as an administrator, then as an owner. The time is the client's, on
// the same machine, over a connection that stays open: the server's work and the way there and back; of files that are made while they
// are sent (exports), the time to the first byte. Ends with 1 when an address takes more than 150 ms in the middle (median).
// `--box DIR` keeps the box in that folder, and measures the one that is there without writing it again.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { openDatabase } from '../server/database/database.ts'
import { routeRules } from '../server/http/route-rules.ts'
import { systemRandomness } from '../server/runtime/randomness.ts'
import { type Browser, openBrowser } from './ask-page.ts'
import { openBenchDatabase, openBenchFolder } from './bench-box.ts'
import { cpuMs, peakMemoryMiB } from './cpu-time.ts'
import { type FullBox, fillBox, ownerEmail } from './full-box.ts'

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '200' },
    devices: { type: 'string', default: '500' },
    runs: { type: 'string', default: '100000' },
    catalogue: { type: 'string', default: '2000000' },
    audit: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '40' },
    box: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const counts = {
  customers: Number(values.customers),
  devices: Number(values.devices),
  runs: Number(values.runs),
  catalogue: Number(values.catalogue),
  audit: Number(values.audit),
}
const slowestMedianMs = 150
const warmRounds = 3
/** An export of the whole box is asked for a few times only. */
const manyBytes = 4 * 1024 ** 2
const fewRounds = 5
const email = 'bench@example.org'
const password = 'a password of the benchmark'
const program = join(import.meta.dirname, '../bin/holdfast')
const home = openBenchFolder({ kept: values.box, name: 'pages' })
/** Written last: what a kept box holds, and what its ids are. */
const boxFile = join(home, 'box.json')
/** Pages that open files of a repository, which this box has none of; those of agents; and the events that never end. */
const leftOut =
  /^GET \/(api\/agent|assets|versions\/:snapshotId\/(browse|file|zip|tar|preview|picture|thumbnail|skipped)|basket\/download|restores\/|api\/v1\/restores\/|api\/v1\/snapshots\/:snapshotId\/|healthz|readyz|activity\/running)/

const { server, environment } = await openBenchDatabase(home)
try {
  const slow = await measureAll()
  if (slow.length > 0) {
    console.log(`More than ${slowestMedianMs} ms in the middle: ${slow.join(', ')}`)
    process.exitCode = 1
  }
} finally {
  await server.stop()
  if (values.box === undefined) rmSync(home, { recursive: true, force: true })
}

async function measureAll(): Promise<readonly string[]> {
  const box = existsSync(boxFile) ? reopen() : await fill()
  const child = spawn(program, ['serve', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const url = await readyUrl(child.stdout)
    const pids = [child.pid ?? 0, server.pid() ?? 0]
    return [
      ...(await measureAs('an administrator', await openBrowser(url, { email, password }), box, pids)),
      ...(await measureAs('an owner', await openBrowser(url, { email: ownerEmail, password }), box, pids)),
    ]
  } finally {
    console.log(machine(child.pid ?? 0))
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

function machine(pid: number): string {
  const peak = peakMemoryMiB(pid)
  const memory = peak === undefined ? '' : `; the server had ${peak.toFixed(0)} MiB at most`
  return `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}${memory}`
}

function reopen(): FullBox {
  const kept = JSON.parse(readFileSync(boxFile, 'utf8'))
  if (JSON.stringify(kept.counts) !== JSON.stringify(counts))
    throw new Error(`the box in ${home} holds ${JSON.stringify(kept.counts)}: give the same numbers, or another folder`)
  console.log(`${inWords(counts)}: kept since ${new Date(kept.filledAt).toISOString()}`)
  return kept.box
}

async function fill(): Promise<FullBox> {
  if (existsSync(join(home, 'data')))
    throw new Error(`the box in ${home} was never written to its end: remove it, or give another folder`)
  writeFileSync(join(home, 'password'), password)
  holdfast('setup', '--email', email, '--name', 'Bench', '--password-file', join(home, 'password'))
  const database = openDatabase({ address: server.address, randomness: systemRandomness })
  const began = performance.now()
  try {
    const filledAt = Date.now()
    const box = await fillBox(database.kysely, counts, filledAt)
    writeFileSync(boxFile, JSON.stringify({ counts, filledAt, box }))
    console.log(`${inWords(counts)}: written in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    return box
  } finally {
    await database.close()
  }
}

function inWords(amounts: Readonly<Record<string, number>>): string {
  return Object.entries(amounts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}

async function measureAs(who: string, browser: Browser, box: FullBox, pids: readonly number[]): Promise<readonly string[]> {
  const rows: Measured[] = []
  const passedOver: string[] = []
  for (const path of addresses(box)) {
    const first = await browser.get(path)
    if (first.status === 200) rows.push(await measure(browser, path, pids))
    else passedOver.push(`${path} (${first.status})`)
  }
  browser.close()
  rows.sort((one, other) => other.medianMs - one.medianMs)
  console.log(`\nAs ${who}:\n\n| address | median ms | 95th ms | processor ms | KiB |\n|---|--:|--:|--:|--:|`)
  for (const { path, medianMs, lateMs, cpu, KiB, isStreamed } of rows) {
    const address = `${path}${isStreamed ? ' (a file: to its first byte)' : ''}`
    console.log(`| ${address} | ${medianMs.toFixed(1)} | ${lateMs.toFixed(1)} | ${cpu?.toFixed(1) ?? '-'} | ${KiB.toFixed(0)} |`)
  }
  if (passedOver.length > 0) console.log(`\nNot measured, as they answer with something else: ${passedOver.join(', ')}`)
  return rows.filter(({ medianMs }) => medianMs > slowestMedianMs).map(({ path }) => `${path} (as ${who})`)
}

interface Measured {
  readonly path: string
  readonly medianMs: number
  readonly lateMs: number
  /** Of the server and its database together, to the end of the answer. */
  readonly cpu: number | undefined
  readonly KiB: number
  readonly isStreamed: boolean
}

async function measure(browser: Browser, path: string, pids: readonly number[]): Promise<Measured> {
  for (let round = 0; round < warmRounds; round += 1) await browser.get(path)
  const before = cpuMs(pids)
  const times: number[] = []
  let last = await browser.get(path)
  const rounds = last.bytes > manyBytes ? fewRounds : Number(values.rounds)
  for (; times.length < rounds; last = await browser.get(path)) times.push(last.ms)
  const after = cpuMs(pids)
  times.sort((one, other) => one - other)
  return {
    path,
    medianMs: times[Math.floor(times.length / 2)]!,
    lateMs: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))]!,
    cpu: before === undefined || after === undefined ? undefined : (after - before) / (rounds + 1),
    KiB: last.bytes / 1024,
    isStreamed: last.isStreamed,
  }
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
  return [...new Set([...plain, ...searches])].filter((path) => path.includes(values.only))
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
