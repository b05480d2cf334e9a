/**
 * What must hold after every run, whatever broke in it: acknowledged versions give back their bytes, the others are absent or whole,
 * the next backup succeeds, a check of every byte finds nothing, and nothing half made lies about.
 */
import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeTree, differences } from '../tests/support/compare-trees.ts'
import type { Bed, TreeState } from './bed.ts'
import { elsewhereOf, isElsewhereThere } from './moving.ts'

/** Of the older ones some in turn; at the end of a bed's life all of them. */
const olderRestored = 1

export interface Judgement {
  /** What is wrong, in words; empty when nothing was lost. */
  readonly complaints: readonly string[]
  readonly lost: number
  readonly restored: number
}

export async function judge(bed: Bed, finish?: (bed: Bed) => Promise<void>): Promise<Judgement> {
  const { steps } = bed
  const complaints: string[] = []
  steps.begin('judge: start the box')
  // It may fall at the very end of a run, after its last answer.
  do {
    if (!bed.box.isUp()) await bed.box.start()
    await bed.box.strikeAt(undefined)
  } while (!bed.box.isUp())
  // A database that was killed is started again by the box, a moment later.
  await bed.box.ready()
  steps.begin('judge: finish what was broken off')
  await finish?.(bed)
  steps.begin('judge: next backup')
  const before = [...bed.acknowledged.keys()].at(-1)
  const next = await bed.backUp()
  if (next.exitCode !== 0) complaints.push(`the next backup ended with ${next.exitCode}: ${next.output}${next.errors}`)

  steps.begin('judge: restore')
  const listed = new Set(await listVersions(bed))
  const missing = [...bed.acknowledged.keys()].filter((id) => !listed.has(id))
  for (const id of missing) complaints.push(`the acknowledged version ${id} is not listed`)

  const damaged: string[] = []
  const chosen = chooseVersions(bed, { listed: [...listed], newest: before })
  for (const id of chosen) {
    const wrong = await restoreWrong(bed, id)
    if (wrong === undefined) continue
    complaints.push(`version ${id}: ${wrong}`)
    if (bed.acknowledged.has(id)) damaged.push(id)
  }
  steps.begin('judge: check')
  complaints.push(...(await findDamage(bed)), ...findHalfMade(bed))
  return { complaints, lost: missing.length + damaged.length, restored: chosen.length }
}

/** Everything that was ever acknowledged and not let go: at the end of a bed's life. */
export async function judgeAll(bed: Bed): Promise<Judgement> {
  bed.steps.begin('judge: restore all')
  const complaints: string[] = []
  for (const id of bed.acknowledged.keys()) {
    const wrong = await restoreWrong(bed, id)
    if (wrong !== undefined) complaints.push(`version ${id}: ${wrong}`)
  }
  return { complaints, lost: complaints.length, restored: bed.acknowledged.size }
}

export async function listVersions({ computer }: Bed): Promise<readonly string[]> {
  const end = await computer.run(['snapshots', '--json', '--limit', '0'])
  if (end.exitCode !== 0) throw new Error(`snapshots ended with ${end.exitCode}: ${end.output}${end.errors}`)
  const { snapshots } = JSON.parse(end.output) as { snapshots: readonly { id: string }[] }
  return snapshots.map(({ id }) => id)
}

/** The newest that was acknowledged before the judge came, always; of those that nobody was told of, all: there are few. */
function chooseVersions(
  { acknowledged, random }: Bed,
  { listed, newest }: { readonly listed: readonly string[]; readonly newest: string | undefined },
): readonly string[] {
  const known = [...acknowledged.keys()].filter((id) => listed.includes(id))
  const unknown = listed.filter((id) => !acknowledged.has(id))
  const older = known.filter((id) => id !== newest)
  const picked = older.length === 0 ? [] : Array.from({ length: olderRestored }, () => random.pick(older))
  return [...new Set([...known.filter((id) => id === newest), ...picked, ...unknown])]
}

async function restoreWrong(bed: Bed, id: string): Promise<string | undefined> {
  const to = join(bed.folder, 'restored')
  rmSync(to, { recursive: true, force: true })
  try {
    const end = await bed.computer.run(['restore', id, '--to', to, '--json'])
    if (end.exitCode !== 0) return `the restore ended with ${end.exitCode}: ${end.output.slice(-500)}${end.errors}`
    return compare(bed, id, describeTree(join(to, bed.source)))
  } finally {
    rmSync(to, { recursive: true, force: true })
  }
}

function compare(bed: Bed, id: string, actual: TreeState): string | undefined {
  const expected = bed.acknowledged.get(id)
  if (expected !== undefined) return differences(expected, actual)[0]
  const isWhole = bed.attempted.some((state) => differences(state, actual).length === 0)
  return isWhole ? undefined : 'nobody was told of it, and it holds what never was'
}

async function findDamage({ box }: Bed): Promise<readonly string[]> {
  const { exitCode, result } = await box.command('check', { data: true })
  return exitCode === 0 ? [] : [`check: ${String(result.text)}`]
}

function findHalfMade(bed: Bed): readonly string[] {
  const folders = [join(bed.box.dataFolder, 'repositories'), ...(isElsewhereThere(bed) ? [elsewhereOf(bed)] : [])]
  const names = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  const lying = names.filter((name) => /(^|\/)(tmp|quarantine)\/./.test(name) || /\.(new|moved)$/.test(name))
  const moved = isElsewhereThere(bed) ? readdirSync(elsewhereOf(bed)).filter((name) => /^[0-9a-f]{32}/.test(name)) : []
  return [...lying.filter((name) => !isPutAside(bed, name)), ...moved].map((name) => `${name} lies about`)
}

/** A repair moves what was damaged out of the way, and deletes nothing. */
function isPutAside({ quarantined }: Bed, name: string): boolean {
  return name.includes('/quarantine/') && quarantined.has(basename(name).slice(0, packIdLength))
}

const packIdLength = 64
