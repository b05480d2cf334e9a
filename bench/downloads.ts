// npm run bench:downloads [-- --set office --mib 1536 --files 20000 --chunks 1000000 --rounds 3 --box DIR]
//
// How fast files come out of the box: an office's files are backed up by the agent to a serving box whose index already holds a million
// chunks (as a box of 1 TB has), then the folder is downloaded as ZIP and as tar, single files are asked for one after another, and a
// page is asked for meanwhile. Times are the client's, over loopback, its own work included; processor time is the box's alone.
// `--set holes` and `--set copies` are for what memory does with very many files: holes, or the same bytes in each.
// `--box DIR` keeps the box in that folder, and measures the one that is there.
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Browser, openBrowser } from './ask-page.ts'
import { openBenchFolder } from './bench-box.ts'
import { makeCopiesSet, makeHolesSet } from './data/many-set.ts'
import { makeOfficeSet } from './data/office-set.ts'
import { median, resetPeak, usageOf } from './measure.ts'
import { fillWithChunks } from './peers/fill-with-chunks.ts'
import { benchLogin, openRealBox, type RealBox, setUpRealBox } from './real-box.ts'

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'office' },
    mib: { type: 'string', default: '1536' },
    files: { type: 'string', default: '20000' },
    chunks: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    box: { type: 'string' },
  },
})
const MiB = 1024 ** 2
const rounds = Number(values.rounds)
const singleFiles = 200
const page = '/computers'
const home = openBenchFolder({ kept: values.box, name: 'downloads' })
const source = join(home, 'office')
const makers = { office: makeOfficeSet, holes: makeHolesSet, copies: makeCopiesSet }

const isNew = !existsSync(join(home, 'filled'))
if (isNew)
  makers[values.set as keyof typeof makers](source, { files: Number(values.files), bytes: Number(values.mib) * MiB, seed: 1 })
const box = await openRealBox(home, { isTls: false })
try {
  if (isNew) await fill()
  await measureAll(await openBrowser(box.url, benchLogin), box)
} finally {
  await box.stop()
  if (values.box === undefined) rmSync(home, { recursive: true, force: true })
}

async function fill(): Promise<void> {
  setUpRealBox(box, home)
  box.runAgent('add', source)
  box.runAgent('backup')
  await fillWithChunks(join(box.data, 'mysql.sock'), Number(values.chunks))
  writeFileSync(join(home, 'filled'), '')
}

async function measureAll(browser: Browser, { url, pid }: RealBox): Promise<void> {
  const version = await newestVersion(browser)
  const folder = `/versions/${version}/browse${encodeURI(source)}`
  const cookie = browser.cookie
  console.log(`${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, load before ${loadavg()[0]?.toFixed(1)}`)
  console.log(`${page} alone: ${await medianOf(browser, page, 40)} ms`)
  for (const kind of ['zip', 'tar'])
    for (let round = 0; round < rounds; round += 1) {
      resetPeak(pid)
      const before = usageOf(pid).cpuS
      const path = `/versions/${version}/${kind}${encodeURI(source)}`
      const fetching = fetched(url + path, cookie)
      const { latencies, memory } = await watchUntil(browser, pid, fetching)
      const { bytes, ms } = await fetching
      const usage = usageOf(pid)
      console.log(
        `${kind}: ${(bytes / MiB).toFixed(0)} MiB in ${(ms / 1000).toFixed(1)} s, ${(bytes / 1e6 / (ms / 1000)).toFixed(0)} MB/s; ` +
          `box ${(usage.cpuS - before).toFixed(1)} CPU s, ${usage.peakMiB.toFixed(0)} MiB at most; ` +
          `in the first quarter ${median(quarter(memory, 0)).toFixed(0)}, in the last ${median(quarter(memory, 3)).toFixed(0)}; ` +
          `${page} meanwhile ${median(latencies).toFixed(1)} ms in the middle, ${Math.max(...latencies).toFixed(0)} at most`,
      )
    }
  const paths = await filePaths(browser, folder)
  const firsts: number[] = []
  for (let index = 0; index < singleFiles; index += 1) firsts.push((await browser.get(paths[index % paths.length]!)).ms)
  firsts.sort((a, b) => a - b)
  console.log(
    `first byte of a file: ${median(firsts).toFixed(1)} ms in the middle, ${firsts[Math.floor(firsts.length * 0.95)]!.toFixed(1)} at the 95th percentile`,
  )
}

async function newestVersion(browser: Browser): Promise<string> {
  const home = await browser.text(page)
  const computer = /\/computers\/(dev_[a-z2-7]{20})/.exec(home)?.[0]
  const found = /\/versions\/(snap_[a-z2-7]{20})/.exec(await browser.text(computer ?? page))?.[1]
  if (found === undefined) throw new Error('the box shows no version')
  return found
}

/** Addresses of files, from a few folders below. */
async function filePaths(browser: Browser, folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const folders = [folder]
  for (const one of folders) {
    const text = await browser.text(one)
    found.push(...[...text.matchAll(/href="(\/versions\/snap_\w+\/file\/[^"]+)"/g)].map(([, path]) => path!))
    folders.push(...[...text.matchAll(/<a href="(\/versions\/snap_\w+\/browse\/[^"?]+)"><bdi/g)].map(([, path]) => path!))
    if (found.length >= singleFiles || folders.length > 400) break
  }
  return found
}

/** How long a page takes meanwhile, and the box's memory in MiB. */
async function watchUntil(browser: Browser, pid: number, end: Promise<unknown>) {
  let isOver = false
  const over = () => {
    isOver = true
  }
  end.then(over, over)
  const latencies: number[] = []
  const memory: number[] = []
  while (!isOver) {
    latencies.push((await browser.get(page)).ms)
    memory.push(usageOf(pid).residentMiB)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { latencies, memory }
}

function quarter(samples: readonly number[], number: 0 | 3): readonly number[] {
  return samples.slice(Math.floor((samples.length * number) / 4), Math.ceil((samples.length * (number + 1)) / 4))
}

/** By a thread of its own, which throws the bytes away. */
async function fetched(url: string, cookie: string): Promise<{ readonly bytes: number; readonly ms: number }> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    const began = performance.now()
    require('node:http').get(workerData.url, { headers: { cookie: workerData.cookie } }, (answer) => {
      let bytes = 0
      answer.on('data', (piece) => { bytes += piece.length; piece.buffer.transfer?.(0) })
      answer.on('end', () => parentPort.postMessage({ bytes, ms: performance.now() - began, status: answer.statusCode }))
      answer.on('error', (error) => { throw error })
    })`
  const worker = new Worker(code, { eval: true, workerData: { url, cookie } })
  const [told] = (await once(worker, 'message')) as [{ bytes: number; ms: number; status: number }]
  await worker.terminate()
  if (told.status !== 200) throw new Error(`${url} answered ${told.status}`)
  return told
}

async function medianOf(browser: Browser, path: string, times: number): Promise<string> {
  const taken: number[] = []
  for (let count = 0; count < times; count += 1) taken.push((await browser.get(path)).ms)
  return median(taken).toFixed(1)
}
