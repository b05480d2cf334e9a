// The full proof of a record: seal, id, and for a tree or list that the plain child ids in front of the seal are those inside it.
// Marking, pruning and commits believe the plain ones, so a difference is damage.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { FormatError } from '../model/errors.ts'
import { recordTypes } from '../model/record-type.ts'
import { type OpenedRecord, openRecord } from './record.ts'
import { refsOfPlaintext } from './refs.ts'

/** @throws FormatError `record-damaged`, `tree-damaged`, `wrong-key`, `limit-exceeded`, `unsupported-version` */
export function proveRecord(bytes: Buffer, keys: RepositoryKeys): OpenedRecord {
  const opened = openRecord(bytes, keys)
  const { type, chunkId } = opened.header
  if (type !== recordTypes.tree && type !== recordTypes.list) return opened
  const named = refsOfPlaintext(type, opened.plaintext)
  if (named.length !== opened.refs.length || !named.every((id, index) => id.equals(opened.refs[index]!))) {
    throw new FormatError('record-damaged', `record ${chunkId.toString('hex')} names other children than it holds`)
  }
  return opened
}
