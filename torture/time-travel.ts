/**
 * Days that pass for the box in a moment: it is off meanwhile, so its clock has moved when it comes up, and the time that it observed,
 * by which waits go, is moved with it. The waits themselves are proved elsewhere; here they are over. It goes off as by a power cut: its
 * database, which it finds again, need not start anew.
 */
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import type { Bed } from './bed.ts'

export const dayMs = 24 * 60 * 60 * 1000

export async function passDays(bed: Bed, days: number): Promise<void> {
  const { box } = bed
  bed.daysPassed += days
  const connection = await mysql.createConnection({
    socketPath: join(box.dataFolder, 'mysql.sock'),
    user: 'root',
    database: 'holdfast',
  })
  await connection.query('UPDATE observed_time SET observed_ms = observed_ms + ?', [days * dayMs])
  await connection.end()
  await box.kill()
  box.setClock(bed.daysPassed * dayMs)
  await box.start()
}
