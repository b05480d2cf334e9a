import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { syncFolder } from '../../runtime/replace-file.ts'
import { DatabaseError } from '../database-error.ts'
import { findShareFolder, type ServerProgram } from './server-program.ts'

/** MariaDB and its table engines keep paths in 512 bytes; the rest is for `/holdfast/` and a table's file name. */
const maxFolderPathBytes = 400
const creationTimeoutMs = 120_000
const shownLogLines = 5

/**
 * Makes the folder of a private server, with its own tables and one login `root` at `localhost` without a password: who may open
 * the socket is decided by the folder around it, which only its owner may enter. Does nothing when the folder is there; is not
 * there at all when this was cut off half-way.
 */
export async function createServerFolder(program: ServerProgram, folder: string, isRoot: boolean): Promise<void> {
  if (existsSync(folder)) return
  if (Buffer.byteLength(folder) > maxFolderPathBytes) {
    throw new DatabaseError('start-failed', `the path of the database's folder is longer than ${maxFolderPathBytes} bytes`, {
      hint: 'Name a folder with a shorter path in HOLDFAST_DATA.',
    })
  }
  const newFolder = `${folder}.new`
  await rm(newFolder, { recursive: true, force: true })
  await mkdir(newFolder, { mode: 0o700 })
  const options = ['--no-defaults', `--datadir=${newFolder}`, ...(isRoot ? ['--user=root'] : [])]
  if (program.flavour === 'mysql') await runToEnd(program, [...options, '--initialize-insecure'], '')
  else await runToEnd(program, [...options, '--bootstrap', ...bootstrapOptions], await bootstrapStatements(program))
  await rename(newFolder, folder)
  syncFolder(dirname(folder))
}

/** As mariadb-install-db does it; that script itself asks for a program of another Debian package. */
const bootstrapOptions = ['--log-warnings=0', '--max-allowed-packet=8M', '--net-buffer-length=16K']

async function bootstrapStatements(program: ServerProgram): Promise<string> {
  const share = await findShareFolder(program)
  if (share === undefined || !existsSync(join(share, 'mysql_system_tables.sql'))) {
    throw new DatabaseError('start-failed', `${program.path} comes without the statements that make its own tables`, {
      hint: 'Install the whole server package (mariadb-server-core, mariadb-server), or set HOLDFAST_DATABASE_URL.',
    })
  }
  const files = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']
  const statements = await Promise.all(files.map((file) => readFile(join(share, file), 'utf8')))
  return [
    'CREATE DATABASE mysql;',
    'USE mysql;',
    'SET @auth_root_socket = NULL;',
    ...statements,
    "DELETE FROM global_priv WHERE host <> 'localhost';",
    'DELETE FROM proxies_priv;',
    '',
  ].join('\n')
}

async function runToEnd(program: ServerProgram, options: readonly string[], input: string): Promise<void> {
  const child = spawn(program.path, options, { stdio: ['pipe', 'ignore', 'pipe'], timeout: creationTimeoutMs, cwd: '/' })
  // A program that ends early closes its input; its own words on why are better than EPIPE.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  const [result, output] = await Promise.all([ended, buffer(child.stderr)])
  if (result === 0) return
  throw new DatabaseError('start-failed', `${program.path} could not make a new database (${result})`, {
    hint: lastErrors(output.toString()),
  })
}

/** The lines of a server's log that say what is wrong; its notes say what is right. */
export function lastErrors(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '' && !line.includes('[Note]'))
  return lines.slice(-shownLogLines).join(' | ') || 'It said nothing about the reason.'
}
