import type { ServerProgram } from './server-program.ts'

const mebibyte = 1024 * 1024
const minPoolBytes = 256 * mebibyte
const maxPoolBytes = 4096 * mebibyte

/** A quarter of the machine: the table of chunks is looked up at random, and 12-16 times slower when it does not fit. */
export function poolBytes(memoryBytes: number): number {
  const quarter = Math.floor(memoryBytes / 4 / mebibyte) * mebibyte
  return Math.min(maxPoolBytes, Math.max(minPoolBytes, quarter))
}

export type ServerOptions = {
  readonly program: ServerProgram
  readonly folder: string
  readonly temporaryFolder: string
  readonly socketPath: string
  readonly pidFile: string
  readonly poolBytes: number
  readonly isRoot: boolean
}

/** The private server's command line. Nothing comes from /etc: what the box promises must not depend on the machine's settings. */
export function serverOptions(options: ServerOptions): readonly string[] {
  return [
    '--no-defaults',
    ...identifyingOptions(options),
    `--pid-file=${options.pidFile}`,
    `--tmpdir=${options.temporaryFolder}`,
    '--skip-networking',
    // A transaction that was acknowledged survives a power cut.
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-doublewrite=ON',
    `--innodb-buffer-pool-size=${options.poolBytes}`,
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--transaction-isolation=READ-COMMITTED',
    '--default-time-zone=+00:00',
    '--max-connections=100',
    '--max-allowed-packet=64M',
    '--local-infile=OFF',
    '--symbolic-links=OFF',
    ...(options.program.flavour === 'mysql' ? ['--mysqlx=OFF'] : ['--aria-pagecache-buffer-size=16M']),
    ...(options.isRoot ? ['--user=root'] : []),
  ]
}

/** What tells our server from any other in a list of processes. */
export function identifyingOptions(options: Pick<ServerOptions, 'folder' | 'socketPath'>): readonly string[] {
  return [`--datadir=${options.folder}`, `--socket=${options.socketPath}`]
}
