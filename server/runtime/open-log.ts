import { join } from 'node:path'
import pino, { type Logger, type StreamEntry } from 'pino'
import type { LogLevel } from '../config-schema.ts'
import { openRotatingFile } from './rotating-file.ts'

const maxFileBytes = 16 * 1024 * 1024
const keptFiles = 5

/** Wherever such a field appears, up to two levels down, its value stays out of the log. */
const secretFields = [
  'authorization',
  'cookie',
  'databaseUrl',
  'key',
  'keyPem',
  'masterKey',
  'otp',
  'password',
  'recoveryCode',
  'secret',
  'setupToken',
  'token',
]

export type OpenLog = { readonly log: Logger; readonly close: () => void }

/**
 * The server's log: JSON lines in `logs/holdfast.log` from `info` up (finer when `level` is finer), and on the terminal from `level` up.
 * A log that cannot be written (a full disk) never stops the work it reports on.
 */
export function openLog(options: {
  readonly dataFolder: string
  readonly level: LogLevel
  readonly terminal: (line: string) => void
}): OpenLog {
  const file = openRotatingFile({ path: join(options.dataFolder, 'logs', 'holdfast.log'), maxBytes: maxFileBytes, keptFiles })
  const fileLevel = options.level === 'trace' || options.level === 'debug' ? options.level : 'info'
  const streams: StreamEntry[] = [{ level: fileLevel, stream: { write: (line) => ignoreFailure(() => file.write(line)) } }]
  if (options.level !== 'silent') streams.push({ level: options.level, stream: { write: options.terminal } })
  const log = pino(
    {
      level: fileLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
    },
    pino.multistream(streams),
  )
  return { log, close: () => file.close() }
}

function ignoreFailure(write: () => void): void {
  try {
    write()
  } catch {
    // There is nowhere left to say so; /readyz reports a disk without room.
  }
}
