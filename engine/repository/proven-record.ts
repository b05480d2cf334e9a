// The full proof of a record, as checks want it: whole for those without keys, and right for those who have them.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { isBodyWhole, readHeader } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import { type OpenedRecord, openRecord } from './record.ts'

/** @throws FormatError `record-damaged`, `tree-damaged`, `wrong-key`, `limit-exceeded`, `unsupported-version` */
export function proveRecord(bytes: Buffer, keys: RepositoryKeys): OpenedRecord {
  if (!isBodyWhole(bytes, readHeader(bytes))) throw new FormatError('record-damaged', 'a record does not match its checksum')
  return openRecord(bytes, keys)
}
