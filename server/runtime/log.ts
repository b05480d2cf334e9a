import type { Logger } from 'pino'

/** What a part of the server says to the log; a child of the one pino logger that `serve` opens. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
