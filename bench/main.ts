// npm run bench [-- --sets office,large,tiny --runs 3 --scale 1 --peers holdfast,tls,old-box,restic,borg --folder DIR --keep]
//
// Makes its own data, runs every contestant through the same steps on it, in turn, and prints medians and ratios to restic.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { changeSet } from './data/change-set.ts'
import { makeLargeSet } from './data/large-set.ts'
import { makeOfficeSet } from './data/office-set.ts'
import { makeTinySet } from './data/tiny-set.ts'
import { isBorgThere, openBorg } from './peers/borg.ts'
import { openHoldfast } from './peers/holdfast.ts'
import type { Peer, PeerPlace, Step } from './peers/peer.ts'
import { isResticThere, openRestic } from './peers/restic.ts'
import { sameTrees } from './same-trees.ts'
import { type Outcome, printTables } from './table.ts'

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'office,large' },
    runs: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    peers: { type: 'string', default: 'holdfast,tls,old-box,restic,borg' },
    chunks: { type: 'string', default: '4000000' },
    folder: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const scale = Number(values.scale)
const sets = {
  office: { files: Math.round(20_000 * scale), bytes: 1536 * 1024 * 1024 * scale, make: makeOfficeSet },
  tiny: { files: Math.round(1_000_000 * scale), bytes: 0, make: makeTinySet },
  large: { files: 2, bytes: 2048 * 1024 * 1024 * scale, make: makeLargeSet },
} as const
const openers: Readonly<Record<string, { readonly isThere: () => boolean; readonly open: (place: PeerPlace) => Promise<Peer> }>> =
  {
    holdfast: {
      isThere: () => true,
      open: (place) => openHoldfast({ ...place, name: 'Holdfast, HTTP', isTls: false, chunksHeld: 0 }),
    },
    tls: { isThere: () => true, open: (place) => openHoldfast({ ...place, name: 'Holdfast, TLS', isTls: true, chunksHeld: 0 }) },
    'old-box': {
      isThere: () => true,
      open: (place) =>
        openHoldfast({ ...place, name: 'Holdfast, 4 M chunks held', isTls: false, chunksHeld: Number(values.chunks) }),
    },
    restic: { isThere: isResticThere, open: openRestic },
    borg: { isThere: isBorgThere, open: openBorg },
  }

const parent = values.folder ?? tmpdir()
mkdirSync(parent, { recursive: true })
const home = mkdtempSync(join(parent, 'holdfast-bench-'))
const outcomes: Outcome[] = []
try {
  for (const name of values.sets.split(',')) {
    const set = sets[name as keyof typeof sets]
    if (!set) throw new Error(`no such set: ${name}`)
    for (let run = 1; run <= Number(values.runs); run++) await contest(name, set, run)
  }
} finally {
  if (!values.keep) rmSync(home, { recursive: true, force: true })
}
console.log(
  `\n${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, medians of ${values.runs}`,
)
console.log(printTables(outcomes))
if (values.json) writeFileSync(values.json, JSON.stringify(outcomes, undefined, 1))

async function contest(name: string, set: (typeof sets)[keyof typeof sets], run: number): Promise<void> {
  const folder = join(home, `${name}-${run}`)
  const source = join(folder, 'source')
  mkdirSync(source, { recursive: true })
  say(name, run, 'making the data')
  set.make(source, { files: set.files, bytes: set.bytes, seed: run })
  for (const key of values.peers.split(',')) {
    const opener = openers[key]
    if (!opener) throw new Error(`no such peer: ${key}`)
    if (!opener.isThere()) {
      if (run === 1) console.error(`${key} is not installed: left out`)
      continue
    }
    // every contestant starts from the same bytes; nothing is deleted in between, as that would slow the next one down
    const changed = join(folder, `changed-${key}`)
    cpSync(source, changed, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    const place = join(folder, `${key}`)
    mkdirSync(place, { recursive: true })
    await walkThrough({ name, run, key, seed: run, source: changed, place, open: opener.open })
  }
  rmSync(folder, { recursive: true, force: true })
}

interface Walk {
  readonly name: string
  readonly run: number
  readonly key: string
  readonly seed: number
  readonly source: string
  readonly place: string
  readonly open: (place: PeerPlace) => Promise<Peer>
}

async function walkThrough(walk: Walk): Promise<void> {
  const { name, run, source, place } = walk
  const peer = await walk.open({ folder: join(place, 'peer'), report: join(place, 'report.json') })
  const note = async (step: string, work: () => Promise<Step>) => {
    say(name, run, `${peer.name}: ${step}`)
    outcomes.push({ set: name, peer: peer.name, version: peer.version, step, measured: await work() })
  }
  const store = (step: string) =>
    outcomes.push({ set: name, peer: peer.name, version: peer.version, step, storedBytes: peer.storedBytes() })
  try {
    await note('first backup', () => peer.backUp(source))
    store('stored')
    await note('nothing changed', () => peer.backUp(source))
    changeSet(source, walk.seed)
    await note('after changes', () => peer.backUp(source))
    store('stored after changes')
    const to = join(place, 'restored')
    await note('full restore', () => peer.restore(source, to))
    sameTrees(source, join(to, source))
    const file = largestFile(source)
    await note('one file', () => peer.restoreFile(file, join(place, 'one file')))
    const { check } = peer
    if (check) await note('check with data', check)
  } finally {
    await peer.close()
  }
}

function largestFile(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return files.reduce((best, file) => (statSync(file).size > statSync(best).size ? file : best))
}

function say(set: string, run: number, what: string): void {
  console.error(`${set} ${run}: ${what}`)
}
