// npm run bench:search [-- --files 2000000 --computers 20 --queries 1000 --seed 1 --box DIR]
//
// How long it takes to find a name among millions. The files of one customer are written through the database, as thirty versions of
// each computer would have left them; the real server is started over them; one client asks as a person would who types. The time is
// the client's, over a connection that stays open. The first search after the start is timed by itself: the names are read then.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { openDatabase } from '../server/database/database.ts'
import { systemRandomness } from '../server/runtime/randomness.ts'
import { type Browser, openBrowser } from './ask-page.ts'
import { openBenchDatabase, openBenchFolder } from './bench-box.ts'
import { cpuMs, peakMemoryMiB } from './cpu-time.ts'
import { fillBox, ownerEmail } from './full-box.ts'
import { addVersion, fillNames, type SearchBox } from './search-box.ts'
import { searchQueries } from './search-queries.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '2000000' },
    computers: { type: 'string', default: '20' },
    queries: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    box: { type: 'string' },
  },
})
const counts = { files: Number(values.files), computers: Number(values.computers), seed: Number(values.seed) }
const email = 'bench@example.org'
const password = 'a password of the benchmark'
const program = join(import.meta.dirname, '../bin/holdfast')
const home = openBenchFolder({ kept: values.box, name: 'search' })
const boxFile = join(home, 'box.json')
/** Of a person who searches as fast as they can type. */
const notReady = 503

const { server, environment } = await openBenchDatabase(home)
try {
  await measureAll()
} finally {
  await server.stop()
  if (values.box === undefined) rmSync(home, { recursive: true, force: true })
}

async function measureAll(): Promise<void> {
  const box: SearchBox = existsSync(boxFile) ? JSON.parse(readFileSync(boxFile, 'utf8')) : await fill()
  console.log(`${box.paths} paths (${counts.files} files) of ${counts.computers} computers, ${box.rows} rows of the catalogue\n`)
  const child = spawn(program, ['serve', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const url = await readyUrl(child.stdout)
    const pid = child.pid ?? 0
    const pids = [pid, server.pid() ?? 0]
    const browser = await openBrowser(url, { email: ownerEmail, password })
    const files = `/api/v1/customers/${box.customerId}/files`
    const before = { memory: residentMiB(pid), cpu: cpuMs(pids) ?? 0 }
    console.log('| | ms | processor ms | memory of the server, MiB |\n|---|--:|--:|--:|')
    const first = await untilReady(browser, `${files}?name=invoice`)
    line('before the first search', undefined, undefined, before.memory)
    line('first search after the start', first, (cpuMs(pids) ?? 0) - before.cpu, residentMiB(pid))
    await follow(browser, { files, box, pids, pid })
    const queries = searchQueries(box.sample, { count: Number(values.queries), seed: counts.seed, devices: box.devices })
    await measureQueries(browser, files, queries, pids)
    const after = residentMiB(pid)
    browser.close()
    console.log(
      `\n${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; load ${loadavg()[0]!.toFixed(1)}; the server had ${after?.toFixed(0)} MiB in the end, ${peakMemoryMiB(pid)?.toFixed(0)} MiB at most`,
    )
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** A backup ends; the next search knows its files. */
async function follow(
  browser: Browser,
  {
    files,
    box,
    pids,
    pid,
  }: { readonly files: string; readonly box: SearchBox; readonly pids: readonly number[]; readonly pid: number },
): Promise<void> {
  const database = openDatabase({ address: server.address, randomness: systemRandomness })
  try {
    const changed = await addVersion(database.kysely, box)
    const cpu = cpuMs(pids) ?? 0
    const ms = await untilReady(browser, `${files}?name=invoice`)
    line(`first search after a backup that changed ${changed} files`, ms, (cpuMs(pids) ?? 0) - cpu, residentMiB(pid))
  } finally {
    await database.close()
  }
}

async function measureQueries(
  browser: Browser,
  files: string,
  queries: ReturnType<typeof searchQueries>,
  pids: readonly number[],
): Promise<void> {
  const asked = new Map<string, { ms: number; cpu: number }[]>()
  for (const { kind, query } of queries) {
    const cpu = cpuMs(pids) ?? 0
    const answer = await browser.get(`${files}?${new URLSearchParams(query)}`)
    if (answer.status !== 200) throw new Error(`${JSON.stringify(query)} was answered ${answer.status}`)
    asked.set(kind, [...(asked.get(kind) ?? []), { ms: answer.ms, cpu: (cpuMs(pids) ?? 0) - cpu }])
  }
  console.log('\n| searches | count | median ms | 99th ms | slowest ms | processor ms |\n|---|--:|--:|--:|--:|--:|')
  for (const [kind, of] of [...asked, ['all', [...asked.values()].flat()] as const]) {
    const sorted = of.map(({ ms }) => ms).toSorted((one, other) => one - other)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0)
    // The books count hundredths of a second: true in the mean of many.
    const cpu = of.reduce((sum, one) => sum + one.cpu, 0) / of.length
    console.log(`| ${kind} | ${sorted.length} | ${at(0.5)} | ${at(0.99)} | ${at(1)} | ${cpu.toFixed(0)} |`)
  }
}

async function untilReady(browser: Browser, path: string): Promise<number> {
  const began = performance.now()
  for (;;) {
    const { status } = await browser.get(path)
    if (status === 200) return performance.now() - began
    if (status !== notReady) throw new Error(`${path} was answered ${status}`)
  }
}

function line(what: string, ms: number | undefined, cpu: number | undefined, memory: number | undefined): void {
  console.log(`| ${what} | ${ms?.toFixed(0) ?? ''} | ${cpu?.toFixed(0) ?? ''} | ${memory?.toFixed(0) ?? ''} |`)
}

function residentMiB(pid: number): number | undefined {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return kib === undefined ? undefined : Number(kib) / 1024
}

async function fill(): Promise<SearchBox> {
  writeFileSync(join(home, 'password'), password)
  const words = ['setup', '--email', email, '--name', 'Bench', '--password-file', join(home, 'password')]
  const { status, stdout, stderr } = spawnSync(program, words, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`holdfast setup ended with ${status}: ${stdout}${stderr}`)
  const database = openDatabase({ address: server.address, randomness: systemRandomness })
  const began = performance.now()
  try {
    const rows = { customers: 1, devices: counts.computers, runs: counts.computers * 30, catalogue: 0, audit: 0 }
    const { ids } = await fillBox(database.kysely, rows, Date.now())
    const box = await fillNames(database.kysely, { ...counts, customerId: ids.customerId!, nowMs: Date.now() })
    writeFileSync(boxFile, JSON.stringify(box))
    console.log(`written in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    return box
  } finally {
    await database.close()
  }
}

async function readyUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const text of createInterface({ input: output })) {
    if (text.includes('"ready"')) return String(JSON.parse(text).url)
  }
  throw new Error('the server ended before it was ready')
}
