export const databaseFaults = [
  'no-server-program',
  'start-failed',
  'unreachable',
  'not-durable',
  'wrong-version',
  'migrations-wrong',
  'migration-edited',
  'newer-than-program',
  'in-use',
  'other-box',
] as const
export type DatabaseFault = (typeof databaseFaults)[number]

/** What keeps the database from being used, with what to do about it. Failing statements throw the driver's own errors. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly fault: DatabaseFault
  readonly hint: string

  constructor(fault: DatabaseFault, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.fault = fault
    this.hint = options.hint
  }
}
