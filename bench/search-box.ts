// The catalogue of one customer, as thirty versions of each computer would have left it: files that came, changed and went.
import { sql } from 'kysely'
import { entryTypes } from '../server/catalogue/catalogue.ts'
import { insertRows } from '../server/catalogue/catalogue-table.ts'
import { foldName } from '../server/catalogue/fold-name.ts'
import { pathHash, topHash } from '../server/catalogue/path-hash.ts'
import type { Queryable } from '../server/database/database.ts'
import { fileName, folderName } from './data/file-names.ts'
import { SeededRandom } from './data/random.ts'

export interface SearchBox {
  readonly customerId: string
  readonly devices: readonly string[]
  readonly jobs: readonly number[]
  readonly paths: number
  readonly rows: number
  /** Some files with their folders, to make questions of. */
  readonly sample: readonly { readonly name: string; readonly folder: string }[]
}

const versions = 30
const filesPerFolder = 40
/** Folders above a file, as offices have them. */
const depths = { least: 3, most: 10 }
/** Most folders lie in, or beside, one of the last: people file things where they filed before. */
const nearby = 30
const rowsAtOnce = 2000
const sampleEvery = 997
const dayS = 86_400

export async function fillNames(
  db: Queryable,
  given: {
    readonly files: number
    readonly computers: number
    readonly seed: number
    readonly customerId: string
    readonly nowMs: number
  },
): Promise<SearchBox> {
  const { rows: jobs } = await sql<{ id: number; device_id: string }>`SELECT id, device_id FROM jobs ORDER BY id`.execute(db)
  await sql`UPDATE snapshots SET catalogue_version = seq`.execute(db)
  await sql`UPDATE jobs SET catalogue_version = ${versions}, catalogue_given = ${versions}`.execute(db)
  const writer = new RowWriter(db)
  const sample: { name: string; folder: string }[] = []
  const each = Math.ceil(given.files / jobs.length)
  for (const [index, { id }] of jobs.entries()) {
    const random = new SeededRandom(given.seed, `files of ${index}`)
    await fillComputer(writer, { job: id, files: each, random, nowS: Math.floor(given.nowMs / 1000), sample })
  }
  await writer.flush()
  await sql`ANALYZE TABLE catalogue, jobs, snapshots`.execute(db)
  return {
    customerId: given.customerId,
    devices: jobs.map(({ device_id }) => device_id),
    jobs: jobs.map(({ id }) => id),
    paths: writer.paths,
    rows: writer.rows,
    sample,
  }
}

/** One more version of the first computer: new files. */
export async function addVersion(db: Queryable, { jobs }: SearchBox): Promise<number> {
  const [job] = jobs
  const changed = 2_000
  const { rows } = await sql<{ version: number }>`SELECT catalogue_version + 1 AS version FROM jobs WHERE id = ${job}`.execute(db)
  const version = rows[0]!.version
  const writer = new RowWriter(db)
  const random = new SeededRandom(version, 'a backup')
  for (let index = 0; index < changed; index += 1) {
    const { name, bytes } = fileName(random, index)
    await writer.add({
      job: job!,
      folder: topHash,
      name: `new ${version} ${index} ${name}`,
      version,
      type: 'file',
      size: bytes,
      changedAtS: 1_790_000_000,
    })
  }
  await writer.flush()
  await sql`UPDATE jobs SET catalogue_version = ${version}, catalogue_given = ${version} WHERE id = ${job}`.execute(db)
  await sql`UPDATE snapshots SET catalogue_version = ${version} WHERE job_id = ${job} ORDER BY seq DESC LIMIT 1`.execute(db)
  return changed
}

interface Computer {
  readonly job: number
  readonly files: number
  readonly random: SeededRandom
  readonly nowS: number
  readonly sample: { name: string; folder: string }[]
}

async function fillComputer(writer: RowWriter, { job, files, random, nowS, sample }: Computer): Promise<void> {
  const folders: Folder[] = [{ hash: topHash, name: '', depth: 0, parent: undefined }]
  for (let index = 0; index < files; index += 1) {
    if (index % filesPerFolder === 0) {
      const parent = pickParent(random, folders)
      const name = `${folderName(random, index)} ${index % 3 === 0 ? '' : index}`.trim()
      const hash = await writer.add({
        job,
        folder: parent.hash,
        name,
        version: 1,
        type: 'directory',
        size: 0,
        changedAtS: nowS - random.below(3_000) * dayS,
      })
      folders.push({ hash, name, depth: parent.depth + 1, parent })
    }
    const folder = folders.at(-1)!
    const { name, bytes } = fileName(random, index)
    const version = random.below(5) === 0 ? 1 + random.below(versions) : 1
    const file = {
      job,
      folder: folder.hash,
      name,
      version,
      type: 'file',
      size: bytes,
      changedAtS: nowS - random.below(4_000) * dayS,
    } as const
    const hash = await writer.add(file)
    if (index % sampleEvery === 0) sample.push({ name, folder: folder.name })
    if (random.below(100) < 6) await writer.change(hash, { ...file, version: version + 1 + random.below(5), size: bytes + 17 })
    else if (random.below(100) < 3) await writer.end(job, hash, version + 1 + random.below(5))
  }
}

interface Folder {
  readonly hash: Buffer
  readonly name: string
  readonly depth: number
  readonly parent: Folder | undefined
}

function pickParent(random: SeededRandom, folders: readonly Folder[]): Folder {
  const deepest = depths.least + random.below(depths.most - depths.least + 1)
  let parent = folders[folders.length - 1 - random.below(Math.min(nearby, folders.length))]!
  while (parent.parent !== undefined && parent.depth >= deepest) parent = parent.parent
  return parent
}

interface Row {
  readonly job: number
  readonly folder: Buffer
  readonly name: string
  readonly version: number
  readonly type: 'file' | 'directory'
  readonly size: number
  readonly changedAtS: number
}

class RowWriter {
  paths = 0
  rows = 0
  private readonly db: Queryable
  private readonly waiting: string[] = []

  constructor(db: Queryable) {
    this.db = db
  }

  async add(row: Row): Promise<Buffer> {
    const hash = Buffer.from(pathHash(row.folder, Buffer.from(row.name)))
    this.paths += 1
    await this.change(hash, row)
    return hash
  }

  async change(hash: Buffer, { job, folder, name, version, type, size, changedAtS }: Row): Promise<void> {
    const bytes = Buffer.from(name)
    const facts = `${entryTypes[type]},${size},${changedAtS}000000000`
    await this.put(`(${job},${hex(hash)},${version},${hex(folder)},${facts},${hex(bytes)},${hex(foldName(bytes))})`)
  }

  async end(job: number, hash: Buffer, version: number): Promise<void> {
    await this.put(`(${job},${hex(hash)},${version},X'${'00'.repeat(16)}',${entryTypes.gone},0,0,'','')`)
  }

  async flush(): Promise<void> {
    if (this.waiting.length > 0) await insertRows(this.db, this.waiting.splice(0).join(','))
  }

  private async put(row: string): Promise<void> {
    this.rows += 1
    this.waiting.push(row)
    if (this.waiting.length >= rowsAtOnce) await this.flush()
  }
}

function hex(bytes: Buffer): string {
  return `X'${bytes.toString('hex')}'`
}
