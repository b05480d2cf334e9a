// Makes a box old: rows of packs and chunks as years of backups leave them, in the repository that the benchmark uses. Only the index
// is filled (random ids, no files): what is measured is what a large index costs a backup.

import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'

const chunksPerPack = 16
const rowsPerInsert = 4_000
const stored = 0
const dataType = 1
const isVerified = 1
/** Of every pack: what arrived long ago was opened long ago. Nothing must look for files that are not there. */
const provedAt = 1

export async function fillWithChunks(socketPath: string, count: number): Promise<void> {
  const connection = await createConnection({ socketPath, user: 'root', database: 'holdfast' })
  try {
    await connection.query('SET unique_checks = 0, foreign_key_checks = 0')
    const [repositories] = await connection.query('SELECT id FROM repositories LIMIT 1')
    const repository = (repositories as { id: number }[])[0]!.id
    const ids = sortedIds(count)
    const packs = Math.ceil(count / chunksPerPack)
    for (let at = 0; at < packs; at += rowsPerInsert) {
      const rows = Array.from({ length: Math.min(rowsPerInsert, packs - at) }, () => [
        repository,
        randomBytes(32),
        0,
        stored,
        16e6,
        16e6,
        chunksPerPack,
        0,
        0,
        0,
        0,
        provedAt,
      ])
      await connection.query(
        'INSERT INTO packs (repository_id, pack_id, kind, state, size_bytes, record_bytes, records, claim_seq, session_seq, received_at, state_at, proved_at) VALUES ?',
        [rows],
      )
    }
    const [[first]] = (await connection.query('SELECT MIN(id) AS id FROM packs WHERE repository_id = ?', [
      repository,
    ])) as unknown as [[{ id: number }]]
    for (let at = 0; at < count; at += rowsPerInsert) {
      const rows = ids
        .slice(at, at + rowsPerInsert)
        .map((id, index) => [repository, id, first.id + ((at + index) % packs), 32 + index * 1000, 1000, dataType, isVerified])
      await connection.query(
        'INSERT INTO chunks (repository_id, chunk_id, pack, record_offset, record_length, type, state) VALUES ?',
        [rows],
      )
    }
  } finally {
    await connection.end()
  }
}

/** In order of the primary key: four million rows in a minute instead of ten. */
function sortedIds(count: number): Buffer[] {
  return Array.from({ length: count }, () => randomBytes(32)).sort(Buffer.compare)
}
