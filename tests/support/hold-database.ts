/** A program of its own that holds a private database server until it is ended: `hold-database.ts FOLDER MEMORY-BYTES`. */
import { tmpdir } from 'node:os'
import { openPrivateMariaDb } from '../../server/database/mariadb/private-mariadb.ts'
import { systemClock } from '../../server/runtime/clock.ts'
import { silentLog } from '../../server/runtime/log.ts'

const [dataFolder = '', memoryBytes = ''] = process.argv.slice(2)
const server = await openPrivateMariaDb({
  dataFolder,
  searchPath: process.env.PATH ?? '',
  temporaryFolders: [tmpdir()],
  memoryBytes: Number(memoryBytes),
  isRoot: process.getuid?.() === 0,
  clock: systemClock,
  log: silentLog,
})
console.log(server.pid())
process.stdin.resume()
process.stdin.once('end', () => server.stop())
