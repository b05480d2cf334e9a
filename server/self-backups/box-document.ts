/**
 * The document inside a self-backup: everything of a box that its repositories do not hold. UTF-8 JSON, described in
 * docs/format/self-backup.md; unknown fields are ignored by readers, so later minor additions do not break them. Pure.
 */
import { z } from 'zod'
import { SelfBackupError } from './self-backup-error.ts'

/** Numbers and texts as the database gives them; bytes as base64 under a name that no column value has. */
export type CellValue = string | number | null | Buffer

export interface TableDump {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly CellValue[])[]
}

export interface BoxDocument {
  readonly boxId: string
  readonly madeAtMs: number
  /** Of the program that made it. */
  readonly version: string
  /** Applied when it was made, in order. */
  readonly migrations: readonly string[]
  readonly masterKey: Buffer
  readonly authority: { readonly certificatePem: string; readonly keyPem: string }
  /** The text of `holdfast.env`. */
  readonly settingsFile: string | undefined
  readonly tables: readonly TableDump[]
}

export const documentFormat = 1
/** What a record holds: engine/model/limits.ts. */
export const documentMaxBytes = 8 * 1024 * 1024

const cellSchema = z.union([z.string(), z.number(), z.null(), z.strictObject({ base64: z.base64() })])
const documentSchema = z.object({
  format: z.literal(documentFormat),
  boxId: z.string(),
  madeAt: z.int(),
  version: z.string(),
  migrations: z.array(z.string()),
  masterKey: z.base64(),
  authority: z.object({ certificate: z.string(), key: z.string() }),
  settingsFile: z.string().nullable(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.array(z.array(cellSchema)) })),
})

export function encodeBoxDocument(document: BoxDocument): Buffer {
  const { boxId, madeAtMs, version, migrations, masterKey, authority, settingsFile, tables } = document
  return Buffer.from(
    JSON.stringify({
      format: documentFormat,
      boxId,
      madeAt: madeAtMs,
      version,
      migrations,
      masterKey: masterKey.toString('base64'),
      authority: { certificate: authority.certificatePem, key: authority.keyPem },
      settingsFile: settingsFile ?? null,
      tables: tables.map(({ name, columns, rows }) => ({ name, columns, rows: rows.map((row) => row.map(cellJson)) })),
    }),
  )
}

/** @throws SelfBackupError `damaged`, `newer-program` */
export function readBoxDocument(bytes: Buffer): BoxDocument {
  const json = parseJson(bytes)
  const format = z.object({ format: z.int() }).safeParse(json).data?.format
  if (format !== undefined && format > documentFormat)
    throw new SelfBackupError('newer-program', `It is of format ${format}; this program reads ${documentFormat}.`)
  const parsed = documentSchema.safeParse(json)
  if (!parsed.success)
    throw new SelfBackupError('damaged', 'The document inside is not as its format says.', { cause: parsed.error })
  const { boxId, version, migrations, madeAt, masterKey, authority, settingsFile, tables } = parsed.data
  for (const { name, columns, rows } of tables)
    if (rows.some((row) => row.length !== columns.length))
      throw new SelfBackupError('damaged', `A row of ${name} has not as many values as there are columns.`)
  return {
    boxId,
    version,
    migrations,
    madeAtMs: madeAt,
    masterKey: Buffer.from(masterKey, 'base64'),
    authority: { certificatePem: authority.certificate, keyPem: authority.key },
    settingsFile: settingsFile ?? undefined,
    tables: tables.map((table) => ({ ...table, rows: table.rows.map((row) => row.map(cellValue)) })),
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new SelfBackupError('damaged', 'The document inside is no JSON.', { cause })
  }
}

function cellJson(value: CellValue): string | number | null | { readonly base64: string } {
  return Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value
}

function cellValue(value: z.infer<typeof cellSchema>): CellValue {
  return typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value
}
