// npm run bench:rebuild [-- --chunks 1000000 --per-pack 12 --again --start --folder DIR --keep]
//
// How long `holdfast rebuild` takes for many chunks: a box is set up, its repository filled with packs as agents send them (heads and
// trailers are whole, the records' own bytes are holes in the files: a rebuild reads none), then the command is run as people run it.
// --again: a second time, over the index that is there. --start: then how long the box takes to start over these packs.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { packHeadBytes, writePackHead, writePackTrailer } from '../engine/format/pack.ts'
import { recordBytes, recordHeaderBytes, writeHeader, writeHeaderCrcs } from '../engine/format/record-header.ts'
import { parseChunkId } from '../engine/model/ids.ts'
import { recordTypes } from '../engine/model/record-type.ts'

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '1000000' },
    'per-pack': { type: 'string', default: '12' },
    again: { type: 'boolean', default: false },
    start: { type: 'boolean', default: false },
    folder: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const header = { type: recordTypes.data, codec: 1, epoch: 1, refsCount: 0, ciphertextBytes: 640 * 1024 } as const
const recordLength = recordBytes(header)
const trailerMaxBytes = 64 * 1024
let buffer = Buffer.alloc(0)

const program = join(import.meta.dirname, '../bin/holdfast')
const home = mkdtempSync(join(values.folder ?? tmpdir(), 'holdfast-rebuild-'))
const data = join(home, 'data')
const environment = { ...process.env, HOLDFAST_DATA: data, HOLDFAST_PORT: '0', HOLDFAST_TLS: 'off' }
try {
  const password = join(home, 'password')
  writeFileSync(password, 'a password of the benchmark')
  holdfast('setup', '--email', 'bench@example.org', '--name', 'Bench', '--password-file', password)
  const chunks = Number(values.chunks)
  timed(`making ${chunks} chunks`, () => fillRepository(chunks, Number(values['per-pack'])))
  timed('a command that does nothing', () => holdfast('rebuild', '--confirm'))
  timed('rebuild', () => holdfast('rebuild', '--json'))
  if (values.again) timed('rebuild over what is there', () => holdfast('rebuild', '--json'))
  if (values.start) for (const time of ['first', 'second']) await timedAsync(`${time} start`, startAndStop)
} finally {
  if (!values.keep) rmSync(home, { recursive: true, force: true })
}
console.log(`${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`)

function holdfast(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { env: environment, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
  if (status !== 0) throw new Error(`holdfast ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return stdout
}

function timed(what: string, work: () => unknown): void {
  const began = performance.now()
  const said = work()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const inside =
    typeof said === 'string' && said.includes('"milliseconds"') ? `, ${JSON.parse(said).milliseconds} ms of them its own` : ''
  console.log(`${what}: ${seconds} s${inside}`)
}

async function timedAsync(what: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now()
  await work()
  console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

/** Until it says that it is ready; the stop is not counted by much: nothing is under way. */
async function startAndStop(): Promise<void> {
  const child = spawn(program, ['serve', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"ready"')) break
  }
  child.kill('SIGTERM')
  await once(child, 'close')
}

function fillRepository(chunks: number, perPack: number): void {
  const [uid] = readdirSync(join(data, 'repositories')).filter((name) => /^[0-9a-f]{32}$/.test(name))
  if (uid === undefined) throw new Error('the set-up made no repository')
  const packs = join(data, 'repositories', uid, 'packs')
  for (let made = 0; made < chunks; made += perPack) writeSparsePack(packs, uid, Math.min(perPack, chunks - made))
}

/** All of a pack but what is sealed in it. */
function writeSparsePack(folder: string, uid: string, records: number): void {
  const recordsEnd = packHeadBytes + records * recordLength
  if (buffer.length < recordsEnd + trailerMaxBytes) buffer = Buffer.alloc(recordsEnd + trailerMaxBytes)
  writePackHead(buffer, Buffer.from(uid, 'hex'), 'data')
  const offsets = Array.from({ length: records }, (_, index) => packHeadBytes + index * recordLength)
  for (const at of offsets) {
    writeHeader(buffer, at, { ...header, chunkId: parseChunkId(randomBytes(32)), salt: randomBytes(32) })
    // The sum over a body that is not there: only a check would miss it.
    writeHeaderCrcs(buffer, at, recordHeaderBytes)
  }
  const end = writePackTrailer(buffer, recordsEnd, offsets)
  const name = randomBytes(32).toString('hex')
  const file = openSync(join(folder, name.slice(0, 2), name), 'wx', 0o600)
  writeSync(file, buffer, 0, packHeadBytes, 0)
  writeSync(file, buffer, recordsEnd, end - recordsEnd, recordsEnd)
  closeSync(file)
}
