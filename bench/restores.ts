// npm run bench:restores [-- --mib 1536 --files 20000 --rounds 3 --box DIR]
//
// Files back to the computer, three ways in turn: by the command, by the command that reads everything back, and by an order of the box
// that a running agent takes (which always reads everything back). The clock of an order runs from asking for it until the box knows
// its end. Every tree is compared with its source. Processor time is the agent's and the box's.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, openBrowser } from './ask-page.ts'
import { openBenchFolder } from './bench-box.ts'
import { makeOfficeSet } from './data/office-set.ts'
import { measure, median, usageOf } from './measure.ts'
import { agentProgram, benchLogin, openRealBox, setUpRealBox, stop } from './real-box.ts'
import { sameTrees } from './same-trees.ts'

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1536' },
    files: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    box: { type: 'string' },
  },
})
const MiB = 1024 ** 2
const bytes = Number(values.mib) * MiB
const lookEveryMs = 20
const ways = ['command', 'command with --verify', 'order'] as const
const home = openBenchFolder({ kept: values.box, name: 'restores' })
const source = join(home, 'office')

const isNew = !existsSync(join(home, 'filled'))
if (isNew) makeOfficeSet(source, { files: Number(values.files), bytes, seed: 1 })
const box = await openRealBox(home, { isTls: false })
try {
  if (isNew) fill()
  const agent = spawn(agentProgram, ['run'], { env: box.environment, stdio: 'ignore' })
  try {
    await measureAll(await openBrowser(box.url, benchLogin), agent)
  } finally {
    await stop(agent)
  }
} finally {
  await box.stop()
  if (values.box === undefined) rmSync(home, { recursive: true, force: true })
}

function fill(): void {
  setUpRealBox(box, home)
  box.runAgent('add', source)
  box.runAgent('backup')
  writeFileSync(join(home, 'filled'), '')
}

interface Cost {
  readonly wallS: number
  readonly agentCpuS: number
  readonly boxCpuS: number
}

async function measureAll(browser: Browser, agent: ChildProcess): Promise<void> {
  const version = await newestVersion(browser)
  const costs = new Map<string, Cost[]>(ways.map((way) => [way, []]))
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const way of ways) {
      const to = join(home, `restored ${round} ${way}`)
      const before = usageOf(box.pid).cpuS
      const spent = way === 'order' ? await order(browser, { version, to, agent }) : await command(way, to)
      const cost = { ...spent, boxCpuS: usageOf(box.pid).cpuS - before }
      costs.get(way)!.push(cost)
      sameTrees(source, join(to, way === 'order' ? 'office' : source))
      console.error(`${way}: ${cost.wallS.toFixed(2)} s`)
    }
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, medians of ${values.rounds}`,
  )
  console.log('\n| | s | MB/s | agent, CPU s | box, CPU s | of the command |\n|---|--:|--:|--:|--:|--:|')
  const first = median(costs.get('command')!.map(({ wallS }) => wallS))
  for (const [way, all] of costs) {
    const wallS = median(all.map((one) => one.wallS))
    const cpu = (of: 'agentCpuS' | 'boxCpuS') => median(all.map((one) => one[of])).toFixed(1)
    const ratio = (wallS / first).toFixed(2)
    console.log(
      `| ${way} | ${wallS.toFixed(2)} | ${(bytes / 1e6 / wallS).toFixed(0)} | ${cpu('agentCpuS')} | ${cpu('boxCpuS')} | ${ratio} |`,
    )
  }
}

async function command(way: (typeof ways)[number], to: string) {
  const words = ['restore', 'latest', source, '--to', to, ...(way === 'command' ? [] : ['--verify'])]
  const report = join(home, 'report.json')
  const { wallS, cpuS } = await measure([agentProgram, ...words], { cwd: home, environment: box.environment, report })
  return { wallS, agentCpuS: cpuS }
}

async function order(
  browser: Browser,
  { version, to, agent }: { readonly version: string; readonly to: string; readonly agent: ChildProcess },
) {
  const began = performance.now()
  const before = usageOf(agent.pid!).cpuS
  const { id } = await asked<{ id: string }>(browser, '/api/v1/restores', { version, paths: [source], folder: to })
  for (;;) {
    const { state, counters } = await asked<{ state: string; counters: object | null }>(browser, `/api/v1/restores/${id}`)
    if (state === 'done') break
    if (state !== 'open' && state !== 'running') throw new Error(`the restore ended as ${state}: ${JSON.stringify(counters)}`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  return { wallS: (performance.now() - began) / 1000, agentCpuS: usageOf(agent.pid!).cpuS - before }
}

async function newestVersion(browser: Browser): Promise<string> {
  const firstOf = async (path: string) => (await asked<{ items: { id: string }[] }>(browser, path)).items[0]!.id
  return firstOf(`/api/v1/devices/${await firstOf('/api/v1/devices')}/snapshots`)
}

async function asked<T>(browser: Browser, path: string, body?: object): Promise<T> {
  const answer = await fetch(box.url + path, {
    headers: { cookie: browser.cookie, accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}
