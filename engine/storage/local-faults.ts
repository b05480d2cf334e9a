// What the file system said, in a storage's words.

import { StorageError, type StorageFault } from '../model/errors.ts'

const faults: Readonly<Record<string, StorageFault>> = {
  ENOENT: 'absent',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
  ELOOP: 'denied',
  ENODEV: 'unreachable',
  ENXIO: 'unreachable',
  ESTALE: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
}

const hints: Partial<Record<StorageFault, string>> = {
  full: 'Free some space on that volume, or choose another one.',
  'read-only': 'The volume takes no more writes: look at its health before anything else is stored there.',
  unreachable: 'Is the drive plugged in, is the share mounted?',
}

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

export function storageError(error: unknown, name: string): StorageError {
  if (error instanceof StorageError) return error
  const fault = faults[codeOf(error) ?? ''] ?? 'broken'
  return withFault(fault, `${name}: ${error instanceof Error ? error.message : String(error)}`, error)
}

export function withFault(fault: StorageFault, message: string, cause?: unknown): StorageError {
  const hint = hints[fault]
  return new StorageError(fault, message, { ...(cause === undefined ? {} : { cause }), ...(hint === undefined ? {} : { hint }) })
}
