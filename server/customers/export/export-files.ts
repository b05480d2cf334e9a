/**
 * An export as files: each table as CSV for people and as JSON for programs. A ZIP archive says each file's length first, so a long
 * table comes in numbered parts; memory holds one of them. Names and contents of backed up files are in none of it.
 */
import type { ZipEntry } from '../../restores/zip/zip-archive.ts'
import { zipTime } from '../../restores/zip/zip-time.ts'
import { csvLine, csvStart } from '../../text/csv.ts'
import type { ExportRow } from './export-table.ts'

export interface ExportTable {
  readonly name: string
  readonly pages: AsyncIterable<readonly ExportRow[]>
}

export interface ExportText {
  readonly name: string
  readonly text: string
}

export const partMaxBytes = 4 * 1024 * 1024

export async function* exportEntries(given: {
  readonly folder: string
  readonly texts: readonly ExportText[]
  readonly tables: readonly ExportTable[]
  readonly madeAt: number
  readonly timeZone: string
}): AsyncGenerator<ZipEntry> {
  const { folder, madeAt, timeZone } = given
  const time = zipTime(madeAt, timeZone)
  const entry = ({ name, text }: ExportText): ZipEntry => {
    const bytes = Buffer.from(text)
    const content = async function* () {
      yield bytes
    }
    return { name: `${folder}/${name}`, sizeBytes: bytes.length, unixMode: 0o100644, time, content }
  }
  for (const text of given.texts) yield entry(text)
  for (const table of given.tables) for await (const part of partsOf(table)) yield entry(part)
}

async function* partsOf({ name, pages }: ExportTable): AsyncGenerator<ExportText> {
  let part = new Part()
  let number = 1
  const close = (isLast: boolean) => {
    const base = number === 1 && isLast ? name : `${name}-${String(number).padStart(4, '0')}`
    return part.files(base)
  }
  for await (const rows of pages)
    for (const row of rows) {
      if (part.sizeBytes >= partMaxBytes) {
        yield* close(false)
        part = new Part()
        number += 1
      }
      part.add(row)
    }
  yield* close(true)
}

/** The same rows twice. */
class Part {
  sizeBytes = 0
  private readonly csv: string[] = []
  private readonly json: string[] = []

  add(row: ExportRow): void {
    if (this.csv.length === 0) this.csv.push(csvStart + csvLine(Object.keys(row)))
    const line = csvLine(Object.values(row))
    const json = JSON.stringify(row)
    this.csv.push(line)
    this.json.push(json)
    this.sizeBytes += Buffer.byteLength(line) + Buffer.byteLength(json)
  }

  files(name: string): readonly ExportText[] {
    const json = this.json.length === 0 ? '[]\n' : `[\n${this.json.join(',\n')}\n]\n`
    return [
      { name: `${name}.csv`, text: this.csv.join('') },
      { name: `${name}.json`, text: json },
    ]
  }
}
