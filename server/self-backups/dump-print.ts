import { createHash } from 'node:crypto'
import type { TableDump } from './box-document.ts'
import type { DumpedTable } from './dumped-tables.ts'

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
