import { createHash } from 'node:crypto'
import type { BoxDocument, TableDump } from './box-document.ts'
import type { DumpedTable } from './dumped-tables.ts'

/** Of all that a self-backup would hold, but for when it was made and by which program. Pure. */
export function documentPrint(
  { tables, masterKey, authority, settingsFile }: Omit<BoxDocument, 'madeAtMs' | 'version' | 'migrations' | 'boxId'>,
  dumped: readonly DumpedTable[],
): string {
  const hash = createHash('sha256').update(dumpPrint(tables, dumped)).update(masterKey)
  return hash.update(JSON.stringify([authority.certificatePem, authority.keyPem, settingsFile ?? null])).digest('hex')
}

/** The same for two dumps that differ in nothing but signs of life: what a change is compared by. Pure. */
export function dumpPrint(dumps: readonly TableDump[], tables: readonly DumpedTable[]): string {
  const hash = createHash('sha256')
  for (const { name, columns, rows } of dumps) {
    const table = tables.find((one) => one.name === name)
    if (table === undefined || table.isRestless) continue
    const steady = columns.flatMap((column, index) => (table.restlessColumns?.includes(column) ? [] : [index]))
    hash.update(JSON.stringify([name, steady.map((index) => columns[index])]))
    for (const row of rows) hash.update(JSON.stringify(steady.map((index) => row[index])))
  }
  return hash.digest('hex')
}
